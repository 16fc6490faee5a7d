import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { ask, get, talk } from '../support/sockets.ts';
import { eventually, startFeed } from './support.ts';
import type { FeedServer } from './support.ts';

let server: FeedServer;

const urls = (): (string | undefined)[] => server.requests.map(({ url }) => url);

describe('a head', () => {
  test('that comes byte by byte is answered alike', async () => {
    server = await startFeed();
    const task = await server.submit();
    const socket = talk(server.port);
    for (const byte of get(task.path)) {
      socket.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => socket.got().includes('event: task_progress'));
    expect(urls()).toEqual([task.path]);
    socket.destroy();
  });

  test('with another request behind it is left to the routes, and what comes later to nobody', async () => {
    server = await startFeed();
    const [task, hidden] = [await server.submit(), await server.submit()];
    const [pipelined, late] = [talk(server.port), talk(server.port)];
    pipelined.write(get(task.path) + get(hidden.path));
    late.write(get(task.path));
    await eventually(() => [late, pipelined].every(({ got }) => got().includes('event: task_progress')));
    late.write(get(hidden.path));
    await eventually(() => server.requests.length === 2);
    await task.finish();
    await Promise.all([once(pipelined, 'close'), once(late, 'close')]);
    // One answer each, whole: nothing of a second one in it or behind it.
    for (const { got } of [pipelined, late]) {
      expect(got().match(/HTTP\/1\.1 /g)).toHaveLength(1);
      expect(got()).toMatch(/\r\n0\r\n\r\n$/);
      expect(got()).not.toContain(hidden.taskId);
    }
    expect(urls()).toEqual([task.path, hidden.path]);
  });

  test('that hides a second request is refused, and the second one not seen', async () => {
    server = await startFeed();
    const [task, other] = [await server.submit(), await server.submit()];
    const hidden = get(other.path);
    const attempts = [
      get(task.path, `Content-Length: ${hidden.length}`, 'Transfer-Encoding: chunked') + `0\r\n\r\n${hidden}`,
      get(task.path, 'Content-Length : 0') + hidden,
      get(task.path, 'Content-Length: 0', `Content-Length: ${hidden.length}`) + hidden,
      get(task.path, 'Transfer-Encoding: xchunked') + hidden,
      get(task.path, 'A: b', ' Content-Length: 5') + hidden,
      get(task.path, `A: b\n\n${hidden}`),
      get(task.path, `A: b\r\r\n${hidden}`),
      get(task.path, 'A: \0'),
    ];
    for (const bytes of attempts) expect(await ask(server.port, bytes), bytes).toMatch(/^HTTP\/1\.1 400 /);
    expect(urls()).not.toContain(other.path);
    await eventually(() => server.hub.stats().open === 0);
  });

  test('that is too long is refused', async () => {
    server = await startFeed();
    const task = await server.submit();
    expect(await ask(server.port, get(task.path, `A: ${'a'.repeat(20_000)}`))).toMatch(/^HTTP\/1\.1 4\d\d /);
  });
});

describe('a connection that says nothing', () => {
  test('is left to node:http after a while, and may still ask there', async () => {
    server = await startFeed({}, { silenceMs: 5 });
    const task = await server.submit();
    const socket = talk(server.port);
    await eventually(() => server.handedOver() === 1);
    socket.write(get(task.path));
    await eventually(() => socket.got().includes('event: task_progress'));
    expect(urls()).toEqual([task.path]);
    socket.destroy();
  });

  test('is gone when its client is, and does not hold up the end of the server', async () => {
    server = await startFeed();
    const [silent, leaving] = [talk(server.port), talk(server.port)];
    const half = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    await Promise.all([silent, leaving, half].map(async (socket) => await once(socket, 'connect')));
    leaving.destroy();
    half.end();
    await once(half.resume(), 'close');
    const closed = once(silent, 'close');
    await server.close();
    await closed;
    expect(silent.got() + leaving.got()).toBe('');
    expect(server.handedOver()).toBe(0);
  });
});
