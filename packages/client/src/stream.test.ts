import { afterEach, expect, test, vi } from 'vitest';
import { recorder } from '../test/support/recorder.ts';
import { setUp } from '../test/support/set-up.ts';

afterEach(() => vi.restoreAllMocks());

test('a task is followed to its end: each change once, in order, and everything is released', async () => {
  const { task, server, recorded, follow } = await setUp();
  task.progress(10);
  const stream = follow();
  expect(stream.readyState()).toBe(0);
  await recorded.when('open');
  expect(stream.readyState()).toBe(1);
  task.file(0, 'processing', 40);
  task.complete();
  await recorded.when('update completed');
  expect(recorded.calls).toEqual([
    'open',
    'progress 10',
    'update progress',
    'file 40',
    'update file',
    'complete',
    'update completed',
  ]);
  await vi.waitFor(() => expect([stream.readyState(), server.sockets.size]).toEqual([2, 0]));
});

test('nothing is called after close, not even the rest of the current event', async () => {
  const { task, server, recorded, follow } = await setUp();
  task.progress(10);
  task.file(0, 'processing', 40);
  const onProgress = () => {
    recorded.calls.push('progress');
    stream.close();
    stream.close();
  };
  const stream = follow({}, { ...recorded.callbacks, onProgress });
  await vi.waitFor(() => expect(stream.readyState()).toBe(2));
  task.complete();
  await vi.waitFor(() => expect(server.sockets.size).toBe(0));
  expect(recorded.calls).toEqual(['open', 'progress']);
});

test('nothing is called if the stream is closed before the first byte', async () => {
  const { server, recorded, follow } = await setUp();
  follow().close();
  await vi.waitFor(() => expect(server.sockets.size).toBe(0));
  expect(recorded.calls).toEqual([]);
});

test('an error in a callback, async or not, is reported and the stream continues', async () => {
  const report = vi.spyOn(console, 'error').mockReturnValue();
  const { task, recorded, follow } = await setUp();
  const broken = new Error('broken callback');
  const onProgress = () => {
    throw broken;
  };
  const onFileUpdate = () => Promise.reject(broken);
  follow({}, { ...recorded.callbacks, onProgress, onFileUpdate });
  await recorded.when('open');
  task.progress(10);
  task.file(0, 'processing', 40);
  task.complete();
  await recorded.when('update completed');
  expect(report.mock.calls).toEqual([[broken], [broken]]);
});

test('a failed task calls onError once, with an error that reads as its message', async () => {
  const { task, recorded, follow } = await setUp();
  follow();
  task.fail('No image became a model');
  await recorded.when('update failed');
  const [error] = recorded.errors;
  expect(`Processing error: ${String(error)}`).toBe('Processing error: No image became a model');
  expect(error).toMatchObject({ code: 'ALL_FILES_FAILED', details: { code: 'ALL_FILES_FAILED' } });
  expect(recorded.errors).toHaveLength(1);
});

test('a cancelled task calls onCancelled, or onError without it', async () => {
  const { task, recorded, follow } = await setUp();
  task.cancel();
  follow();
  await recorded.when('cancelled');
  const plain = recorder();
  const { onError, onTaskUpdate } = plain.callbacks;
  follow({}, { onError, onTaskUpdate });
  await plain.when('update cancelled');
  expect(plain.errors[0]).toMatchObject({ code: 'TASK_CANCELLED', message: 'Cancelled' });
});

test('a lost connection resumes from its cursor and reports that it reconnects', async () => {
  const { task, server, recorded, follow } = await setUp();
  task.progress(10);
  follow();
  await recorded.when('progress 10');
  for (const socket of server.sockets) socket.destroy();
  await recorded.when('reconnecting');
  task.progress(20);
  task.complete();
  await recorded.when('complete');
  expect(server.requests.map((request) => request.headers['last-event-id'])).toEqual([undefined, '1']);
  expect(recorded.only('progress')).toEqual(['progress 10', 'progress 20']);
  expect(recorded.reconnects[0]).toMatchObject({ attempt: 1, reason: { code: 'CONNECTION_LOST' } });
});
