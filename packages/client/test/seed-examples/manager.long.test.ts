import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer } from '../../../../e2e/support/server.ts';
import type { RunningServer } from '../../../../e2e/support/server.ts';
import manager from '../../../../examples/seed/src/sse-manager.ts';
import { api } from '../../src/index.ts';
import { observe, uploadDiscs, useProxy } from './support.ts';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ WORKER_CONCURRENCY: '1' });
});
afterAll(() => server.close());

test('the manager reports each event once and one ending through cut connections, and keeps nothing', async () => {
  const { taskId } = await uploadDiscs(server.url, 5);
  // More cuts in all than retries in a row.
  const proxy = await useProxy(server.url, { eventsPerConnection: 8 });
  const seen = observe();
  manager.connect(taskId, seen.callbacks);
  await seen.ended;
  expect(proxy.connections).toBeGreaterThan(3);
  expect(seen.endings).toEqual(['completed']);
  expect(seen.sequences).toEqual([...new Set(seen.sequences)].sort((a, b) => a - b));
  expect([manager.connections.size, manager.retryAttempts.size]).toEqual([0, 0]);
  await expect.poll(() => proxy.streams).toBe(0);
}, 180_000);

test('the manager gives up after three attempts and says so once', async () => {
  const { taskId } = await uploadDiscs(server.url, 1);
  const proxy = await useProxy(server.url);
  proxy.down();
  const seen = observe();
  manager.connect(taskId, seen.callbacks);
  await expect.poll(() => manager.retryAttempts.get(taskId)).toBe(3);
  await seen.ended;
  expect(seen.endings).toEqual(['Connection failed after 3 attempts']);
  expect(manager.connections.size).toBe(0);
});

test('the manager does not retry what cannot become better, and says why', async () => {
  await useProxy(server.url);
  const seen = observe();
  const unknown = '00000000-0000-4000-8000-000000000000';
  manager.connect(unknown, seen.callbacks);
  await seen.ended;
  expect(seen.endings).toEqual([expect.stringContaining('task')]);
  expect(manager.connections.size).toBe(0);
});

test('a second connect replaces the first, and nothing is opened after disconnectAll', async () => {
  // Enough that the task outlives all of this: what is open is counted at the end.
  const { taskId } = await uploadDiscs(server.url, 25);
  const proxy = await useProxy(server.url);
  const [first, second] = [observe(), observe()];
  manager.connect(taskId, first.callbacks);
  manager.connect(taskId, second.callbacks);
  await expect.poll(() => second.sequences.length).toBeGreaterThan(0);
  expect(first.sequences).toEqual([]);
  expect([manager.connections.size, proxy.streams]).toEqual([1, 1]);

  // It is disconnected in the pause before its first retry; another stream, with a longer pause, shows that this is over.
  const control = observe();
  let opened = 0;
  const callbacks = { ...control.callbacks, onOpen: () => opened++ };
  const stream = api.createProgressStream(taskId, callbacks, { backoff: () => 1500 });
  await expect.poll(() => opened).toBe(1);
  proxy.down();
  await expect.poll(() => manager.retryAttempts.get(taskId)).toBe(1);
  manager.disconnectAll();
  expect(manager.connections.size).toBe(0);
  proxy.up();
  await expect.poll(() => opened).toBe(2);
  expect(proxy.streams).toBe(1);
  stream.close();
  expect(second.endings).toEqual([]);
});
