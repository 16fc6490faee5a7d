import { expect, onTestFinished, test, vi } from 'vitest';
import { problem, startFeedServer } from '../test/support/feed-server.ts';
import { recorder } from '../test/support/recorder.ts';
import { setUp } from '../test/support/set-up.ts';
import { TaskLog } from '../test/support/task-log.ts';
import { combineTasks } from './combine.ts';
import { SSEManager } from './manager.ts';
import { shareAcrossTabs } from './share.ts';
import { createProgressStore } from './store.ts';
import { watch } from './watch.ts';

const endings = [
  ['complete', (task: TaskLog) => task.complete()],
  ['error', (task: TaskLog) => task.fail()],
  ['cancelled', (task: TaskLog) => task.cancel()],
] as const;

test.for(endings)(
  'a client that resumes from the ending’s cursor is told the ending, once: %s',
  async ([name, end]) => {
    const { task, server, recorded, follow } = await setUp();
    task.progress(10);
    task.file(0, 'completed', 100);
    end(task);
    const stream = follow({ lastEventId: String(task.sequence) });
    await recorded.when(name);
    await vi.waitFor(() => expect([stream.readyState(), server.sockets.size]).toEqual([2, 0]));
    expect(recorded.calls).toEqual(['open', name, expect.stringMatching(/^update (completed|failed|cancelled)$/)]);
    expect(server.requests).toHaveLength(2);
    expect(recorded.reconnects).toEqual([]);
  },
);

test.for([0, 1, 100])('so is one that shares its stream with other tabs (its cursor is %i too high)', async (more) => {
  const { task, server, recorded, follow } = await setUp();
  task.progress(10);
  task.complete();
  const options = { baseUrl: server.baseUrl, open: shareAcrossTabs(), lastEventId: String(task.sequence + more) };
  follow(options);
  await recorded.when('update completed');
  expect(recorded.only('progress', 'complete', 'error')).toEqual(['complete']);
  const types: string[] = [];
  for await (const { type } of watch(task.taskId, options)) types.push(type);
  expect(types).toEqual(['task_completed']);
});

test('a task that is gone by then ends with the server’s error', async () => {
  let seen = false;
  const { task, recorded, follow } = await setUp({
    intercept: ({ headers }, response) => {
      if (headers['last-event-id'] !== undefined) return false;
      seen = true;
      problem(response, 404, 'TASK_NOT_FOUND');
    },
  });
  task.complete();
  follow({ lastEventId: String(task.sequence) });
  await recorded.when('error');
  expect([seen, recorded.errors[0]?.code, recorded.calls]).toEqual([true, 'TASK_NOT_FOUND', ['error']]);
});

test.for([undefined, '1'])(
  'an answer without content to who has no cursor is told, once (cursor: %s)',
  async (lastEventId) => {
    const { task, server, recorded, follow } = await setUp({
      intercept: (_, response) => response.writeHead(204).end(),
    });
    const stream = follow({ lastEventId });
    await recorded.when('error');
    expect(recorded.errors[0]).toMatchObject({ code: 'NOT_AN_EVENT_STREAM', status: 204 });
    expect([recorded.calls, stream.readyState()]).toEqual([['error'], 2]);
    expect(server.requests).toHaveLength(lastEventId ? 2 : 1);
    const events = watch(task.taskId, { baseUrl: server.baseUrl, lastEventId });
    await expect(events.next()).rejects.toMatchObject({ status: 204 });
  },
);

test('an ending that is cut off while it is told is told once', async () => {
  let answers = 0;
  const { task, recorded, follow } = await setUp({
    intercept: (_, response) => {
      if (++answers !== 2) return false;
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(task.replay(undefined)?.[0]);
      setTimeout(() => response.destroy(), 20);
    },
  });
  task.file(0, 'completed', 100);
  task.complete();
  follow({ lastEventId: String(task.sequence) });
  await recorded.when('complete');
  expect(recorded.only('file', 'complete')).toEqual(['complete']);
});

test('over a combined stream each task that ended unseen tells its ending once', async () => {
  const tasks = [new TaskLog(1), new TaskLog(1), new TaskLog(1)];
  const server = await startFeedServer(tasks);
  onTestFinished(() => server.close());
  for (const task of tasks) {
    task.progress(10);
    task.complete();
  }
  const open = combineTasks();
  const followed = tasks.map(async (task) => {
    const types: string[] = [];
    const options = { baseUrl: server.baseUrl, open, lastEventId: String(task.sequence) };
    for await (const { type } of watch(task.taskId, options)) types.push(type);
    return types;
  });
  expect(await Promise.all(followed)).toEqual(tasks.map(() => ['task_completed']));
});

test('a combined stream that ended while it was away tells all endings, those told before not again', async () => {
  const tasks = [new TaskLog(1), new TaskLog(1)];
  let away = false;
  const server = await startFeedServer(tasks, { intercept: (_, response) => away && response.destroy() });
  onTestFinished(() => server.close());
  const manager = new SSEManager({
    api: { streamOptions: () => ({ baseUrl: server.baseUrl }) },
    open: combineTasks(),
    maxRetries: 1000,
    retryDelayMs: () => 1,
  });
  onTestFinished(() => manager.disconnectAll());
  const recorded = tasks.map((task) => {
    const one = recorder();
    manager.connect(task.taskId, one.callbacks);
    return one;
  });
  await Promise.all(recorded.map((one) => one.when('open')));
  tasks[0]?.complete();
  await recorded[0]?.when('complete');
  away = true;
  for (const socket of server.sockets) socket.destroy();
  tasks[1]?.complete();
  await recorded[1]?.when('reconnecting');
  away = false;
  await recorded[1]?.when('complete');
  await vi.waitFor(() => expect(manager.size).toBe(0));
  expect(recorded.map((one) => one.only('complete', 'error'))).toEqual([['complete'], ['complete']]);
});

test('a store that continues from the last but one event sees the ending', async () => {
  const { task, server } = await setUp();
  task.progress(10);
  const initial = task.state;
  task.complete();
  const store = createProgressStore(task.taskId, {
    baseUrl: server.baseUrl,
    initial: { ...initial, sequence: task.sequence },
  });
  store.subscribe(() => undefined);
  await vi.waitFor(() => expect(store.getSnapshot().connection).toBe('closed'));
  expect(store.getSnapshot().error).toBeUndefined();
});
