import { expect, onTestFinished, test, vi } from 'vitest';
import { startFeedServer } from '../test/support/feed-server.ts';
import { recorder } from '../test/support/recorder.ts';
import { TaskLog } from '../test/support/task-log.ts';
import { openFeed } from './feed.ts';
import { shareAcrossTabs } from './share.ts';
import type { ShareOptions } from './share.ts';
import { createProgressStream } from './stream.ts';

// Node has Web Locks and `BroadcastChannel` like browsers: each call of `shareAcrossTabs` acts as a tab.
async function setUp(tabs: number, options: ShareOptions = {}, tasks = [new TaskLog(2)]) {
  const server = await startFeedServer(tasks);
  onTestFinished(() => server.close());
  const opened = Array.from({ length: tabs }, () => {
    const recorded = recorder();
    const open = shareAcrossTabs(options);
    const follow = (taskId: string) => {
      const stream = createProgressStream(taskId, recorded.callbacks, { baseUrl: server.baseUrl, open });
      onTestFinished(() => stream.close());
      return stream;
    };
    return { recorded, follow };
  });
  return { server, tabs: opened, task: tasks[0] as TaskLog, tasks };
}

test('seven tabs share one connection, and each gets everything once', async () => {
  const { server, tabs, task } = await setUp(7);
  task.progress(10);
  for (const { follow } of tabs) follow(task.taskId);
  await Promise.all(tabs.map(({ recorded }) => recorded.when('progress 10')));
  expect(server.sockets.size).toBe(1);
  task.file(0, 'processing', 50);
  task.complete();
  await Promise.all(tabs.map(({ recorded }) => recorded.when('complete')));
  for (const { recorded } of tabs) {
    expect(recorded.calls.filter((one) => !one.startsWith('update'))).toEqual([
      'open',
      'progress 10',
      'file 50',
      'complete',
    ]);
  }
  await expect.poll(() => server.sockets.size).toBe(0);
});

test('when the leading tab closes another one continues from its cursor', async () => {
  const { server, tabs, task } = await setUp(3, { open: openFeed });
  task.progress(10);
  const streams = [];
  for (const { recorded, follow } of tabs) {
    streams.push(follow(task.taskId));
    await recorded.when('progress 10');
  }
  streams[0]?.close();
  task.progress(20);
  task.complete();
  await Promise.all(tabs.slice(1).map(({ recorded }) => recorded.when('complete')));
  for (const { recorded } of tabs.slice(1)) {
    expect(recorded.only('progress', 'complete')).toEqual(['progress 10', 'progress 20', 'complete']);
  }
  expect(tabs[0]?.recorded.only('progress', 'complete')).toEqual(['progress 10']);
  expect(server.requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1']);
});

test('different tasks in different tabs share one connection', async () => {
  const tasks = [new TaskLog(1), new TaskLog(1), new TaskLog(1)];
  const { server, tabs } = await setUp(3, {}, tasks);
  for (const [at, { recorded, follow }] of tabs.entries()) {
    tasks[at]?.progress(10);
    follow(tasks[at]?.taskId ?? '');
    await recorded.when('progress 10');
  }
  await expect.poll(() => server.sockets.size).toBe(1);
  for (const task of tasks) task.complete();
  await Promise.all(tabs.map(({ recorded }) => recorded.when('complete')));
  for (const { recorded } of tabs) expect(recorded.only('progress', 'complete')).toEqual(['progress 10', 'complete']);
});

test('a silent leader is replaced', async () => {
  const { server, tabs, task } = await setUp(1, { silentMs: 50, open: openFeed });
  // A frozen tab keeps its lock and sends nothing.
  const frozen = Promise.withResolvers<void>();
  const name = `image2model:${server.baseUrl}:0`;
  const held = navigator.locks.request(name, () => frozen.promise).catch((error: unknown) => error);
  task.progress(10);
  tabs[0]?.follow(task.taskId);
  await tabs[0]?.recorded.when('progress 10');
  await expect(held).resolves.toMatchObject({ name: 'AbortError' });
  frozen.resolve();
});

test('a tab that is shown again takes the place of a silent leader at once', async () => {
  const page = new EventTarget();
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
  onTestFinished(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });
  const { server, tabs, task } = await setUp(1);
  const frozen = Promise.withResolvers<void>();
  const name = `image2model:${server.baseUrl}:0`;
  const held = navigator.locks.request(name, () => frozen.promise).catch((error: unknown) => error);
  task.progress(10);
  tabs[0]?.follow(task.taskId);
  page.dispatchEvent(new Event('focus'));
  const now = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => now + 3_000);
  vi.stubGlobal('document', { hidden: true, visibilityState: 'hidden' });
  page.dispatchEvent(new Event('online'));
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(server.requests, 'a hidden tab, or one that heard of its leader just now, waits').toEqual([]);
  vi.stubGlobal('document', { hidden: false, visibilityState: 'visible' });
  page.dispatchEvent(new Event('focus'));
  await tabs[0]?.recorded.when('progress 10');
  await expect(held).resolves.toMatchObject({ name: 'AbortError' });
  frozen.resolve();
});

test('an error that ends the stream reaches every tab with its class and fields', async () => {
  const { tabs } = await setUp(2);
  for (const { follow } of tabs) follow('00000000-0000-4000-8000-000000000000');
  await Promise.all(tabs.map(({ recorded }) => recorded.when('error')));
  for (const { recorded } of tabs) expect(recorded.errors[0]).toMatchObject({ code: 'TASK_NOT_FOUND', status: 404 });
});
