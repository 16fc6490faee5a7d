import { afterEach, expect, test, vi } from 'vitest';
import { recorder } from '../test/support/recorder.ts';
import { setUp } from '../test/support/set-up.ts';

afterEach(() => vi.restoreAllMocks());

test('a task is followed to its end: each change once, in order, and everything is let go', async () => {
  const { task, server, heard, follow } = await setUp();
  task.progress(10);
  const stream = follow();
  expect(stream.readyState()).toBe(0);
  await heard.when('open');
  expect(stream.readyState()).toBe(1);
  task.file(0, 'processing', 40);
  task.complete();
  await heard.when('update completed');
  expect(heard.told).toEqual([
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

test('nothing is called after close, in the midst of an event either', async () => {
  const { task, server, heard, follow } = await setUp();
  task.progress(10);
  task.file(0, 'processing', 40);
  const onProgress = () => {
    heard.told.push('progress');
    stream.close();
    stream.close();
  };
  const stream = follow({}, { ...heard.callbacks, onProgress });
  await vi.waitFor(() => expect(stream.readyState()).toBe(2));
  task.complete();
  await vi.waitFor(() => expect(server.sockets.size).toBe(0));
  expect(heard.told).toEqual(['open', 'progress']);
});

test('close before the first byte calls nothing', async () => {
  const { server, heard, follow } = await setUp();
  follow().close();
  await vi.waitFor(() => expect(server.sockets.size).toBe(0));
  expect(heard.told).toEqual([]);
});

test('an error in a callback, async or not, is reported and the stream goes on', async () => {
  const report = vi.spyOn(console, 'error').mockReturnValue();
  const { task, heard, follow } = await setUp();
  const broken = new Error('broken callback');
  const onProgress = () => {
    throw broken;
  };
  const onFileUpdate = () => Promise.reject(broken);
  follow({}, { ...heard.callbacks, onProgress, onFileUpdate });
  await heard.when('open');
  task.progress(10);
  task.file(0, 'processing', 40);
  task.complete();
  await heard.when('update completed');
  expect(report.mock.calls).toEqual([[broken], [broken]]);
});

test('a failed task tells onError once, with an error that reads as its message', async () => {
  const { task, heard, follow } = await setUp();
  follow();
  task.fail('No image became a model');
  await heard.when('update failed');
  const [error] = heard.errors;
  expect(`Processing error: ${String(error)}`).toBe('Processing error: No image became a model');
  expect(error).toMatchObject({ code: 'ALL_FILES_FAILED', details: { code: 'ALL_FILES_FAILED' } });
  expect(heard.errors).toHaveLength(1);
});

test('a cancelled task tells onCancelled, or onError where there is none', async () => {
  const { task, heard, follow } = await setUp();
  task.cancel();
  follow();
  await heard.when('cancelled');
  const plain = recorder();
  const { onError, onTaskUpdate } = plain.callbacks;
  follow({}, { onError, onTaskUpdate });
  await plain.when('update cancelled');
  expect(plain.errors[0]).toMatchObject({ code: 'TASK_CANCELLED', message: 'Cancelled' });
});

test('a lost connection is resumed by its cursor and tells what it is doing', async () => {
  const { task, server, heard, follow } = await setUp();
  task.progress(10);
  follow();
  await heard.when('progress 10');
  for (const socket of server.sockets) socket.destroy();
  await heard.when('reconnecting');
  task.progress(20);
  task.complete();
  await heard.when('complete');
  expect(server.requests.map((request) => request.headers['last-event-id'])).toEqual([undefined, '1']);
  expect(heard.only('progress')).toEqual(['progress 10', 'progress 20']);
  expect(heard.reconnects[0]).toMatchObject({ attempt: 1, reason: { code: 'CONNECTION_LOST' } });
});
