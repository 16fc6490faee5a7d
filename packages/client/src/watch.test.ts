import { expect, test } from 'vitest';
import { setUp } from '../test/support/set-up.ts';
import { problem } from '../test/support/feed-server.ts';
import { ApiError } from './errors.ts';
import { openFeed } from './feed.ts';
import type { OpenFeed } from './feed.ts';
import { watch } from './watch.ts';

test('a loop gets every event and ends after the last one', async () => {
  const { task, server } = await setUp();
  task.progress(10);
  const types: string[] = [];
  for await (const event of watch(task.taskId, { baseUrl: server.baseUrl })) {
    types.push(event.type);
    if (types.length === 1) task.file(0, 'processing', 50);
    if (types.length === 2) task.complete();
  }
  expect(types).toEqual(['task_progress', 'file_update', 'task_completed']);
  await expect.poll(() => server.sockets.size).toBe(0);
});

test('leaving the loop closes the stream', async () => {
  const { task, server } = await setUp();
  task.progress(10);
  for await (const event of watch(task.taskId, { baseUrl: server.baseUrl })) {
    expect(event.type).toBe('task_progress');
    break;
  }
  await expect.poll(() => server.sockets.size).toBe(0);
});

test('a signal ends it with ABORTED, both before and during the loop', async () => {
  const { task, server } = await setUp();
  const controller = new AbortController();
  const events = watch(task.taskId, { baseUrl: server.baseUrl, signal: controller.signal });
  const next = events.next();
  await expect.poll(() => server.sockets.size).toBe(1);
  controller.abort();
  await expect(next).rejects.toMatchObject({ code: 'ABORTED' });
  await expect.poll(() => server.sockets.size).toBe(0);
  const late = watch(task.taskId, { baseUrl: server.baseUrl, signal: controller.signal });
  await expect(late.next()).rejects.toBeInstanceOf(ApiError);
  expect(server.requests).toHaveLength(1);
});

test('an error that ends the stream is thrown', async () => {
  const { task, server } = await setUp({
    intercept: (_, response) => problem(response, 404, 'TASK_NOT_FOUND'),
  });
  await expect(watch(task.taskId, { baseUrl: server.baseUrl }).next()).rejects.toMatchObject({
    code: 'TASK_NOT_FOUND',
  });
});

test('a slow reader gets the newest event of the task and of each file, in order, and always the last one', async () => {
  const { task, server } = await setUp();
  task.progress(1);
  let ended = false;
  const open: OpenFeed = (taskId, sink, options) =>
    openFeed(
      taskId,
      {
        ...sink,
        end: (error) => {
          ended = true;
          sink.end(error);
        },
      },
      options,
    );
  const events = watch(task.taskId, { baseUrl: server.baseUrl, maxBuffered: 10, open });
  await events.next();
  for (let step = 2; step <= 500; step++) {
    task.progress(step / 10);
    task.file(step % 2, 'processing', step / 10);
  }
  task.complete();
  await expect.poll(() => ended).toBe(true);
  const rest = await Array.fromAsync(events, ({ data }) => data.sequence);
  expect(rest.length).toBeLessThanOrEqual(11);
  expect(rest).toEqual([...rest].sort((a, b) => a - b));
  expect(rest.at(-1)).toBe(task.sequence);
});
