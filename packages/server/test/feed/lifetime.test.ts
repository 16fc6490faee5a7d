import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { engineState, eventually, listen, startFeed, timers } from './support.ts';
import type { FeedServer, Submitted } from './support.ts';

let server: FeedServer;

describe('silence', () => {
  test('is broken by a comment each heartbeat, and by none while events flow', async () => {
    server = await startFeed({ heartbeatMs: 600 });
    const [quiet, busy] = [await server.submit(), await server.submit()];
    await busy.claim();
    const silent = await listen(server, quiet.path);
    const fed = await listen(server, busy.path);
    for (let step = 1; silent.comments.length < 4; step += 1) {
      await busy.report(Math.min(99, step), `Step ${step}`);
      await fed.until(() => fed.text().includes(`"Step ${step}"`));
    }
    // The first one opens the stream.
    expect(fed.comments).toHaveLength(1);
    expect(silent.text()).toMatch(/\n\n: \n\n: \n\n: \n\n$/);
  });

  test('costs no timer while nobody listens', async () => {
    server = await startFeed({ heartbeatMs: 60 });
    const task = await server.submit();
    const before = timers();
    const listeners = await Promise.all(Array.from({ length: 20 }, () => listen(server, task.path)));
    await eventually(() => listeners.every(({ comments }) => comments.length > 2));
    // One for all of them, which stays. Others may run for a moment: the engine's, or of a client.
    await expect.poll(timers).toBeLessThanOrEqual(before + 1);
    for (const listener of listeners) listener.abort();
    await eventually(() => server.hub.stats().open === 0);
    await expect.poll(timers).toBeLessThanOrEqual(before);
  });
});

describe('age', () => {
  test('ends a stream in order, at another time for each, and the client goes on where it was', async () => {
    server = await startFeed({ heartbeatMs: 60, maxAgeMs: 500 });
    const task = await server.submit();
    const began = performance.now();
    const listeners = await Promise.all(Array.from({ length: 20 }, () => listen(server, task.path)));
    const ages = await Promise.all(
      listeners.map(async (listener) => {
        expect(await listener.closed).toBe(true);
        return performance.now() - began;
      }),
    );
    expect(Math.min(...ages)).toBeGreaterThan(390);
    expect(new Set(ages.map((age) => Math.round(age / 10))).size).toBeGreaterThan(1);
    const resumed = await listen(server, task.path, {
      headers: { 'last-event-id': listeners[0]?.events.at(-1)?.id ?? '' },
    });
    await task.finish();
    await resumed.closed;
    const events = [...(listeners[0]?.events ?? []), ...resumed.events].map(({ id }) => Number(id));
    expect(events).toEqual([...new Set(events)].sort((a, b) => a - b));
  });
});

describe('limits', () => {
  test('per key answer 503 with Retry-After, and a stream that ends makes room', async () => {
    server = await startFeed({ maxStreamsPerKey: 2, maxStreams: 3 });
    const task = await server.submit();
    const other = await server.submit(1, { owner: 'another' });
    const open = [await listen(server, task.path), await listen(server, task.path)];
    await expectRefused(task.path, 'TOO_MANY_STREAMS');
    const headers = { 'x-owner': 'another' };
    open.push(await listen(server, other.path, { headers }));
    // Two of three of its own, but the server is full.
    await expectRefused(other.path, 'TOO_MANY_STREAMS', headers);
    open[0]?.abort();
    await eventually(() => server.hub.stats().open === 2);
    const next = await listen(server, task.path);
    expect(next.status).toBe(200);
    expect(server.hub.stats()).toMatchObject({ open: 3, opened: 4, refused: 2 });
    expect(server.hub.stats().owners).toEqual(
      new Map([
        ['somebody', 2],
        ['another', 1],
      ]),
    );
  });

  test('hold for requests that come together', async () => {
    server = await startFeed({ maxStreamsPerKey: 5 });
    const task = await server.submit();
    const answers = await Promise.all(Array.from({ length: 40 }, () => listen(server, task.path)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    expect(server.hub.stats()).toMatchObject({ open: 5, refused: 35 });
  });

  test('are given back by what was refused: 404, 204', async () => {
    server = await startFeed({ maxStreamsPerKey: 1 });
    const task = await server.submit();
    await task.finish();
    const last = await task.newest();
    for (let round = 0; round < 5; round += 1) {
      const listener = await listen(server, `${task.path}?last_event_id=${last}`);
      await listener.closed;
      expect(listener.status).toBe(204);
    }
    expect(server.hub.stats()).toMatchObject({ open: 0, refused: 0 });
    expect(server.hub.stats().owners.size).toBe(0);
  });
});

describe('a login that has ended', () => {
  test('has its streams ended, and no others', async () => {
    server = await startFeed();
    const task = await server.submit();
    const ended = await listen(server, task.path, { headers: { 'x-login': 'first' } });
    const stay = [
      await listen(server, task.path, { headers: { 'x-login': 'second' } }),
      await listen(server, task.path),
    ];
    server.hub.endLogin('first');
    expect(await ended.closed).toBe(true);
    expect(server.hub.stats().open).toBe(2);
    await task.finish();
    for (const listener of stay) await listener.until(() => listener.events.at(-1)?.type === 'task_completed');
  });
});

describe('shutdown', () => {
  test('sends each open stream its own retry and an orderly close, and refuses new ones', async () => {
    server = await startFeed({ shutdownSpreadMs: 5000 });
    const task = await server.submit();
    const listeners = await Promise.all(Array.from({ length: 30 }, () => listen(server, task.path)));
    await Promise.all([server.hub.close(), server.hub.close()]);
    await Promise.all(listeners.map(async ({ closed }) => expect(await closed).toBe(true)));
    const retries = listeners.map((listener) => listener.retries.at(-1) ?? -1);
    expect(Math.max(...retries)).toBeLessThanOrEqual(5000);
    expect(Math.max(...retries) - Math.min(...retries)).toBeGreaterThan(1000);
    expect(server.hub.stats()).toMatchObject({ open: 0, tasks: 0 });
    await expectRefused(task.path, 'SHUTTING_DOWN');
  });

  test('loses nothing: a client that follows to the next server sees every ending once', async () => {
    server = await startFeed();
    const task = await server.submit(2);
    await task.claim();
    const before = await listen(server, task.path);
    await before.until(() => before.events.length > 0);
    await task.report(40);
    await server.hub.close();
    await task.finish();
    expect(await before.closed).toBe(true);
    const last = before.events.at(-1)?.id ?? '';
    const left = (await server.engine.entries(task.taskId, Number(last))) ?? [];
    const all = [...before.events.map(({ id }) => Number(id)), ...left.map(({ sequence }) => sequence)];
    expect(all).toEqual([...new Set(all)].sort((a, b) => a - b));
    expect(left.filter(({ type }) => type === 'task_completed')).toHaveLength(1);
    expect((await engineState(server.engine, task.taskId)).status).toBe('completed');
  });

  test('does not wait for a reader that takes nothing', async () => {
    server = await startFeed();
    const task = await server.submit();
    const socket = connect(server.port, '127.0.0.1');
    socket.write(`GET ${task.path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    socket.pause();
    await eventually(() => server.hub.stats().open === 1);
    await server.hub.close(50);
    expect(server.hub.stats().open).toBe(0);
    socket.destroy();
  });
});

describe('a client that is gone', () => {
  test.each([
    ['the front', true],
    ['node:http', false],
  ])('leaves nothing behind, however it went, after 10 000 connects to %s', async (_name, front) => {
    server = await startFeed({ maxStreamsPerKey: 20_000 }, { front });
    const task = await server.submit();
    for (let round = 0; round < 100; round += 1) {
      await Promise.all(Array.from({ length: 100 }, (_, index) => comeAndGo(task, index % 4)));
    }
    await eventually(() => server.hub.stats().open === 0);
    expect(server.hub.stats()).toMatchObject({ open: 0, tasks: 0, waiting: 0 });
    expect(server.hub.stats().owners.size).toBe(0);
    expect(server.hub.stats().opened).toBeGreaterThan(5000);
    expect(await server.connections()).toBe(0);
    // And the server still works.
    const listener = await listen(server, task.path);
    await task.finish();
    expect(await listener.closed).toBe(true);
  });

  test('is let go of when it has shut its half of the connection and reads nothing', async () => {
    server = await startFeed({ heartbeatMs: 60, maxAgeMs: 400, stallMs: 200 });
    const task = await server.submit();
    const sockets: Socket[] = [];
    for (let index = 0; index < 20; index += 1) {
      const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
      socket.pause();
      socket.write(`GET ${task.path} HTTP/1.1\r\nHost: x\r\n\r\n`);
      if (index % 2 === 0) socket.end();
      sockets.push(socket);
    }
    await eventually(() => server.hub.stats().opened === 20);
    await eventually(() => server.hub.stats().open === 0);
    for (const socket of sockets) socket.destroy();
    expect(server.hub.stats()).toMatchObject({ open: 0, tasks: 0, waiting: 0 });
  });
});

test('a client that fills its socket, shuts its half and reads nothing is let go of too', async () => {
  server = await startFeed({ heartbeatMs: 60, stallMs: 200 });
  const tasks = [await server.submit(), await server.submit()];
  const sockets = tasks.map(({ path }) => {
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.pause();
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    return socket;
  });
  await eventually(() => server.hub.stats().open === 2);
  const [full, filling] = tasks;
  await full?.claim();
  await filling?.claim();
  // One is full to the brim when its client hangs up, the other at any point before.
  for (let change = 1; server.hub.stats().waiting === 0; change += 1) {
    const text = `Change ${change} ${'…'.repeat(3000)}`;
    await full?.report(50, text);
    await filling?.report(50, text.slice(0, 1500));
    if (change % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  for (const socket of sockets) socket.end();
  await eventually(() => server.hub.stats().open === 0);
  expect(server.hub.stats()).toMatchObject({ open: 0, tasks: 0, waiting: 0 });
  for (const socket of sockets) socket.destroy();
});

/** Goes at once, after the request, after the first byte, or with a reset. */
async function comeAndGo(task: Submitted, way: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket = connect(server.port, '127.0.0.1');
  socket.on('close', () => resolve());
  socket.on('error', () => undefined);
  socket.on('connect', () => {
    socket.write(`GET ${task.path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    if (way === 0) socket.destroySoon();
    else if (way === 1) setImmediate(() => socket.destroy());
  });
  socket.on('data', () => {
    if (way === 2) socket.destroy();
    else socket.resetAndDestroy();
  });
  await promise;
}

async function expectRefused(path: string, code: string, headers: Record<string, string> = {}): Promise<void> {
  const listener = await listen(server, path, { headers });
  await listener.closed;
  expect(listener.status).toBe(503);
  expect(JSON.parse(listener.text())).toMatchObject({ code });
  expect(Number(listener.headers['retry-after'])).toBeGreaterThan(0);
}
