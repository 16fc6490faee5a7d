import { expect, onTestFinished, test } from 'vitest';
import { startFeedServer } from '../test/support/feed-server.ts';
import { recorder } from '../test/support/recorder.ts';
import { TaskLog } from '../test/support/task-log.ts';
import { openFeed } from './feed.ts';
import { shareAcrossTabs } from './share.ts';
import type { ShareOptions } from './share.ts';
import { createProgressStream } from './stream.ts';

// Node has Web Locks and `BroadcastChannel` as browsers do: each call of `shareAcrossTabs` is a tab of its own.
async function setUp(tabs: number, options: ShareOptions = {}, tasks = [new TaskLog(2)]) {
  const server = await startFeedServer(tasks);
  onTestFinished(() => server.close());
  const opened = Array.from({ length: tabs }, () => {
    const heard = recorder();
    const open = shareAcrossTabs(options);
    const follow = (taskId: string) => {
      const stream = createProgressStream(taskId, heard.callbacks, { baseUrl: server.baseUrl, open });
      onTestFinished(() => stream.close());
      return stream;
    };
    return { heard, follow };
  });
  return { server, tabs: opened, task: tasks[0] as TaskLog, tasks };
}

test('seven tabs share one connection and each is told everything once', async () => {
  const { server, tabs, task } = await setUp(7);
  task.progress(10);
  for (const { follow } of tabs) follow(task.taskId);
  await Promise.all(tabs.map(({ heard }) => heard.when('progress 10')));
  expect(server.sockets.size).toBe(1);
  task.file(0, 'processing', 50);
  task.complete();
  await Promise.all(tabs.map(({ heard }) => heard.when('complete')));
  for (const { heard } of tabs) {
    expect(heard.told.filter((one) => !one.startsWith('update'))).toEqual([
      'open',
      'progress 10',
      'file 50',
      'complete',
    ]);
  }
  await expect.poll(() => server.sockets.size).toBe(0);
});

test('when the leading tab goes another goes on from its cursor', async () => {
  const { server, tabs, task } = await setUp(3, { open: openFeed });
  task.progress(10);
  const streams = [];
  for (const { heard, follow } of tabs) {
    streams.push(follow(task.taskId));
    await heard.when('progress 10');
  }
  streams[0]?.close();
  task.progress(20);
  task.complete();
  await Promise.all(tabs.slice(1).map(({ heard }) => heard.when('complete')));
  for (const { heard } of tabs.slice(1)) {
    expect(heard.only('progress', 'complete')).toEqual(['progress 10', 'progress 20', 'complete']);
  }
  expect(tabs[0]?.heard.only('progress', 'complete')).toEqual(['progress 10']);
  expect(server.requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1']);
});

test('different tasks of different tabs go over the same connection', async () => {
  const tasks = [new TaskLog(1), new TaskLog(1), new TaskLog(1)];
  const { server, tabs } = await setUp(3, {}, tasks);
  for (const [at, { heard, follow }] of tabs.entries()) {
    tasks[at]?.progress(10);
    follow(tasks[at]?.taskId ?? '');
    await heard.when('progress 10');
  }
  await expect.poll(() => server.sockets.size).toBe(1);
  for (const task of tasks) task.complete();
  await Promise.all(tabs.map(({ heard }) => heard.when('complete')));
  for (const { heard } of tabs) expect(heard.only('progress', 'complete')).toEqual(['progress 10', 'complete']);
});

test('a leader that has fallen silent is replaced', async () => {
  const { server, tabs, task } = await setUp(1, { silentMs: 50, open: openFeed });
  // A tab that is frozen keeps its lock and says nothing.
  const frozen = Promise.withResolvers<void>();
  const name = `image2model:${server.baseUrl}:811c9dc5`;
  const held = navigator.locks.request(name, () => frozen.promise).catch((error: unknown) => error);
  task.progress(10);
  tabs[0]?.follow(task.taskId);
  await tabs[0]?.heard.when('progress 10');
  await expect(held).resolves.toMatchObject({ name: 'AbortError' });
  frozen.resolve();
});

test('what stops the stream reaches every tab as an error of the same kind', async () => {
  const { tabs } = await setUp(2);
  for (const { follow } of tabs) follow('00000000-0000-4000-8000-000000000000');
  await Promise.all(tabs.map(({ heard }) => heard.when('error')));
  for (const { heard } of tabs) expect(heard.errors[0]).toMatchObject({ code: 'TASK_NOT_FOUND', status: 404 });
});
