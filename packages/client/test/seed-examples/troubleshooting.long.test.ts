import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { get } from 'svelte/store';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { startServer } from '../../../../e2e/support/server.ts';
import type { RunningServer } from '../../../../e2e/support/server.ts';
import { messages } from '../../../../examples/seed/src/toast.ts';
import { monitorReconnections } from '../../../../examples/seed/src/troubleshooting/keeps-reconnecting.ts';
import { verifyAndFollow } from '../../../../examples/seed/src/troubleshooting/no-events.ts';
import { followInOrder } from '../../../../examples/seed/src/troubleshooting/out-of-order.ts';
import { api } from '../../src/index.ts';
import { observe, uploadDiscs, useProxy } from './support.ts';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ API_KEYS: 'key', WORKER_CONCURRENCY: '1' });
});
afterAll(() => server.close());
beforeEach(() => {
  api.setApiKey('key');
  messages.set([]);
});

const unstable = 'Connection unstable. Please refresh the page.';

test('a connection that keeps reconnecting is given up after five times in a row', async () => {
  const { taskId } = await uploadDiscs(server.url, 1);
  const proxy = await useProxy(server.url);
  proxy.down();
  const stream = monitorReconnections(taskId);
  await expect.poll(() => stream.readyState(), { timeout: 60_000 }).toBe(2);
  expect(get(messages)).toEqual([unstable]);
}, 90_000);

test('a connection that is cut again and again but brings something is not', async () => {
  const { taskId } = await uploadDiscs(server.url, 6);
  const proxy = await useProxy(server.url, { eventsPerConnection: 8 });
  const stream = monitorReconnections(taskId);
  await expect.poll(() => stream.readyState(), { timeout: 200_000 }).toBe(2);
  expect(proxy.connections).toBeGreaterThan(6);
  expect(get(messages)).toEqual([]);
}, 240_000);

/** What the answer says of this task. */
async function diagnose(taskId: string): Promise<string[]> {
  expect(await verifyAndFollow(taskId, {})).toBeUndefined();
  return get(messages);
}

test('no events: a task that exists is followed to its end', async () => {
  const { taskId } = await uploadDiscs(server.url, 1);
  const seen = observe();
  expect(await verifyAndFollow(taskId, seen.callbacks)).toBeDefined();
  await seen.ended;
  expect([seen.endings, get(messages)]).toEqual([['completed'], []]);
});

test('no events: a wrong id', async () => {
  api.setBaseUrl(server.url);
  expect(await diagnose('00000000-0000-4000-8000-000000000000')).toEqual(['Invalid task ID']);
  expect(await diagnose('42')).toEqual(['Invalid task ID', 'Invalid task ID']);
});

test('no events: a wrong key', async () => {
  const { taskId } = await uploadDiscs(server.url, 1);
  api.setApiKey('another');
  expect(await diagnose(taskId)).toEqual(['The API key is missing or wrong']);
});

test('no events: a server that is down', async () => {
  const proxy = await useProxy(server.url);
  proxy.down();
  expect(await diagnose('00000000-0000-4000-8000-000000000000')).toEqual([expect.stringMatching(/^No answer: /)]);
});

test.for([
  [200, /^Somebody else answered: /],
  [403, /^A proxy is in the way: .*403/],
  [502, /^A proxy is in the way: .*502/],
] as const)('no events: a proxy that answers %i itself', async ([status, said]) => {
  const proxy = createServer((_, response) => {
    response.writeHead(status, { 'Content-Type': 'text/html' }).end('<h1>Please sign in</h1>');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  api.setBaseUrl(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  expect(await diagnose('00000000-0000-4000-8000-000000000000')).toEqual([expect.stringMatching(said)]);
});

test('events that come again after a cut are passed on once, and in order', async () => {
  const { taskId } = await uploadDiscs(server.url, 3);
  const proxy = await useProxy(server.url, { eventsPerConnection: 8 });
  const sequences: number[] = [];
  const stream = followInOrder(taskId, (data) => sequences.push(data.sequence));
  await expect.poll(() => stream.readyState(), { timeout: 100_000 }).toBe(2);
  expect(proxy.connections).toBeGreaterThan(1);
  expect(sequences.length).toBeGreaterThan(1);
  expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
}, 120_000);
