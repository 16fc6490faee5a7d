import { expect, onTestFinished, test } from 'vitest';
import { startFeedServer } from '../test/support/feed-server.ts';
import { recorder } from '../test/support/recorder.ts';
import { TaskLog } from '../test/support/task-log.ts';
import { combineTasks } from './combine.ts';
import type { ApiError } from './errors.ts';
import { managerDefaults, SSEManager } from './manager.ts';
import type { SSEManagerOptions } from './manager.ts';

async function setUp(tasks = [new TaskLog(1)], options: SSEManagerOptions = {}) {
  const server = await startFeedServer(tasks);
  onTestFinished(() => server.close());
  const manager = new SSEManager({ api: { streamOptions: () => ({ baseUrl: server.baseUrl }) }, ...options });
  onTestFinished(() => manager.disconnectAll());
  return { server, manager, tasks, task: tasks[0] as TaskLog };
}

test('a task has one connection, however many follow it, and each gets its own callbacks', async () => {
  const { server, manager, task } = await setUp();
  const [first, second, third] = [recorder(), recorder(), recorder()];
  task.progress(10);
  manager.connect(task.taskId, first.callbacks);
  const own = manager.connect(task.taskId, second.callbacks);
  await Promise.all([first.when('progress 10'), second.when('progress 10')]);
  own.close();
  expect(own.readyState()).toBe(2);
  manager.connect(task.taskId, third.callbacks);
  await third.when('progress 10');
  task.complete();
  await Promise.all([first.when('complete'), third.when('complete')]);
  expect([server.requests.length, manager.size]).toEqual([1, 0]);
  expect(second.only('progress', 'complete')).toEqual(['progress 10']);
  expect(third.only('open', 'progress', 'complete')).toEqual(['open', 'progress 10', 'complete']);
});

test('disconnect stops a task for all callers, disconnectAll every task', async () => {
  const { server, manager, tasks } = await setUp([new TaskLog(1), new TaskLog(1)]);
  const recorded = recorder();
  for (const { taskId } of tasks) manager.connect(taskId, recorded.callbacks);
  await recorded.when('open', 2);
  manager.disconnect(tasks[0]?.taskId ?? '');
  await expect.poll(() => server.sockets.size).toBe(1);
  manager.disconnectAll();
  await expect.poll(() => server.sockets.size).toBe(0);
  for (const task of tasks) task.complete();
  expect(recorded.calls).toEqual(['open', 'open']);
});

test('onError is called after three retries, 1, 2 and 4 seconds apart', async () => {
  expect([1, 2, 3].map(managerDefaults.retryDelayMs)).toEqual([1000, 2000, 4000]);
  const delays: number[] = [];
  const retryDelayMs = (attempt: number) => {
    delays.push(managerDefaults.retryDelayMs(attempt));
    return 1;
  };
  const { server, manager, task } = await setUp(undefined, { retryDelayMs });
  await server.close();
  const recorded = recorder();
  manager.connect(task.taskId, recorded.callbacks);
  await recorded.when('error');
  expect(delays).toEqual([1000, 2000, 4000]);
  expect(String(recorded.errors[0])).toBe('Connection failed after 3 attempts');
  expect(manager.size).toBe(0);
});

test('onError may connect again, which makes a new attempt', async () => {
  const { server, manager, task } = await setUp(undefined, { maxRetries: 0 });
  await server.close();
  const [first, second] = [recorder(), recorder()];
  const onError = (error: ApiError) => {
    first.callbacks.onError(error);
    manager.connect(task.taskId, second.callbacks);
  };
  manager.connect(task.taskId, { onError });
  await second.when('error');
  expect(second.errors[0]).not.toBe(first.errors[0]);
  expect(first.errors).toHaveLength(1);
  expect(manager.size).toBe(0);
});

test('many tasks share one connection, and late subscribers miss nothing', async () => {
  const tasks = [new TaskLog(1), new TaskLog(1), new TaskLog(1)];
  const { server, manager } = await setUp(tasks, { open: combineTasks() });
  const recorded = tasks.map(() => recorder());
  for (const task of tasks) task.progress(10);
  for (const at of [0, 1]) manager.connect(tasks[at]?.taskId ?? '', recorded[at]?.callbacks);
  await Promise.all([recorded[0]?.when('progress 10'), recorded[1]?.when('progress 10')]);
  manager.connect(tasks[2]?.taskId ?? '', recorded[2]?.callbacks);
  await recorded[2]?.when('progress 10');
  for (const socket of server.sockets) socket.destroy();
  for (const task of tasks) task.complete();
  await Promise.all(recorded.map((one) => one.when('complete')));
  for (const one of recorded) expect(one.only('progress', 'complete')).toEqual(['progress 10', 'complete']);
  expect(server.requests.map(({ url }) => url.split('task_id=').length - 1)).toEqual([2, 3, 3]);
  expect(server.requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, undefined, '1.1.1']);
  await expect.poll(() => server.sockets.size).toBe(0);
});

test('if the combined stream is rejected each task gets its own result', async () => {
  const { manager, task } = await setUp(undefined, { open: combineTasks() });
  const [known, unknown] = [recorder(), recorder()];
  task.complete();
  manager.connect(task.taskId, known.callbacks);
  manager.connect('00000000-0000-4000-8000-000000000000', unknown.callbacks);
  await Promise.all([known.when('complete'), unknown.when('error')]);
  expect(unknown.errors[0]).toMatchObject({ code: 'TASK_NOT_FOUND' });
});
