import type { FileUpdate } from '@image2model/protocol';
import { expect, test } from 'vitest';
import { setUp } from '../test/support/set-up.ts';
import { createProgressStore } from './store.ts';
import type { ProgressSnapshot } from './store.ts';

test('a subscriber gets the state at once and at each change, and it equals the server’s', async () => {
  const { task, server } = await setUp();
  task.progress(10);
  const store = createProgressStore(task.taskId, { baseUrl: server.baseUrl });
  expect(store.getSnapshot().connection).toBe('idle');
  const seen: ProgressSnapshot[] = [];
  store.subscribe((snapshot) => seen.push(snapshot));
  expect(seen.map(({ connection }) => connection)).toEqual(['connecting']);
  await expect.poll(() => store.getSnapshot().task.progress).toBe(10);
  task.file(0, 'processing', 50);
  task.complete();
  await expect.poll(() => store.getSnapshot().connection).toBe('closed');
  expect(store.getSnapshot().task).toEqual(task.state);
  expect(seen.at(-1)).toBe(store.getSnapshot());
  expect(new Set(seen).size, 'a new object each time').toBe(seen.length);
});

test('the store connects with the first subscriber, disconnects after the last and continues from its cursor', async () => {
  const { task, server } = await setUp();
  task.progress(10);
  const store = createProgressStore(task.taskId, { baseUrl: server.baseUrl });
  const leave = [store.subscribe(() => undefined), store.subscribe(() => undefined)];
  await expect.poll(() => store.getSnapshot().task.progress).toBe(10);
  leave[0]?.();
  expect(server.sockets.size).toBe(1);
  leave[1]?.();
  leave[1]?.();
  expect(store.getSnapshot().connection).toBe('idle');
  await expect.poll(() => server.sockets.size).toBe(0);
  task.progress(20);
  const last = store.subscribe(() => undefined);
  await expect.poll(() => store.getSnapshot().task.progress).toBe(20);
  last();
  expect(server.requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1']);
});

test('the snapshot shows that the stream is reconnecting, and why it cannot continue', async () => {
  const { task, server } = await setUp();
  const store = createProgressStore(task.taskId, { baseUrl: server.baseUrl, backoff: () => 10, maxRetries: 1 });
  const connections: string[] = [];
  store.subscribe(({ connection }) => connections.push(connection));
  await expect.poll(() => store.getSnapshot().connection).toBe('open');
  await server.close();
  await expect.poll(() => store.getSnapshot().connection).toBe('closed');
  expect(connections).toEqual(['connecting', 'open', 'reconnecting', 'closed']);
  expect(store.getSnapshot().error).toMatchObject({ code: 'CONNECTION_FAILED' });
});

test('the store starts from a known state, and needs no connection if the task has ended', async () => {
  const { task, server } = await setUp();
  task.complete();
  const store = createProgressStore(task.taskId, { baseUrl: server.baseUrl, initial: task.state });
  const seen: ProgressSnapshot[] = [];
  store.subscribe((snapshot) => seen.push(snapshot))();
  expect(seen).toEqual([{ task: task.state, connection: 'closed' }]);
  expect(server.requests).toEqual([]);
});

test('the id and values of a message reach onFileUpdate and the store with it', async () => {
  const { task, server, recorded, follow } = await setUp();
  const message = {
    message: 'Waiting in the queue, number 3',
    message_id: 'queue.position',
    message_values: { position: 3 },
  };
  const { message_id, message_values } = message;
  task.file(0, 'pending', 0, message.message, { message_id, message_values });
  const updates: FileUpdate[] = [];
  follow({}, { ...recorded.callbacks, onFileUpdate: (data) => updates.push(data) });
  await recorded.when('update file');
  expect(updates).toEqual([expect.objectContaining(message)]);
  const store = createProgressStore(task.taskId, { baseUrl: server.baseUrl });
  store.subscribe(() => undefined);
  await expect.poll(() => store.getSnapshot().task.files).toEqual([expect.objectContaining(message)]);
});
