import { expect, test } from 'vitest';
import { listen } from './support/listen.ts';
import { cut, startRawServer, stream } from './support/raw-server.ts';

test('the state is 0 before the first answer, 1 while it is open, 0 between connections, and 2 once closed', async () => {
  const states: number[] = [];
  const server = await startRawServer(stream('data: 1\n\n'), stream('data: 2\n\n', { close: false }));
  const { connection, reconnects } = listen(server.url, {}, (call, { events }) => {
    if (call === 'message') states.push(connection.readyState());
    if (events.length === 2) connection.close();
  });
  expect(connection.readyState()).toBe(0);
  await expect.poll(() => reconnects.length).toBe(1);
  await expect.poll(() => connection.readyState()).toBe(2);
  expect(states).toEqual([1, 1]);
});

test('it opens before its first event, and without one', async () => {
  const server = await startRawServer(stream(''), stream(':\n\n'), stream('data: 1\n\n', { close: false }));
  const { calls } = listen(server.url);
  await expect.poll(() => calls).toEqual(['open', 'reconnecting', 'open', 'reconnecting', 'open', 'message']);
});

test('it reconnects after a clean end, a cut, and an answer without an end that was cut', async () => {
  const server = await startRawServer(
    stream('data: 1\n\n'),
    cut('data: 2\n\n'),
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n');
      socket.write('9\r\ndata: 3\n\n\r\n', () => setImmediate(() => socket.destroy()));
    },
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n');
      socket.write('9\r\ndata: 4\n\n\r\nnot a chunk\r\n');
    },
    stream('data: 5\n\n', { close: false }),
  );
  const { events, ends } = listen(server.url);
  await expect.poll(() => events.map(({ data }) => data)).toEqual(['1', '2', '3', '4', '5']);
  expect(ends).toEqual([]);
});

test('a half event of one connection is not completed by the next', async () => {
  const server = await startRawServer(cut('event: a\ndata: 1'), stream('\n\ndata: 2\n\n', { close: false }));
  const { events } = listen(server.url);
  await expect.poll(() => events).toEqual([{ type: 'message', data: '2' }]);
});

test.for(['message', 'open'] as const)('closed while it reports its %s: nothing follows', async (when) => {
  const server = await startRawServer(stream('data: 1\n\ndata: 2\n\ndata: 3\n\n'));
  const { connection, calls } = listen(server.url, {}, (call) => {
    if (call === when) connection.close();
  });
  await expect.poll(() => connection.readyState()).toBe(2);
  await expect.poll(() => server.open.size).toBe(0);
  expect(calls).toEqual(when === 'open' ? ['open'] : ['open', 'message']);
  expect(server.requests).toHaveLength(1);
});

test('closed while it waits to reconnect, it asks no more', async () => {
  const server = await startRawServer(stream('retry: 50\ndata: 1\n\n'));
  const { connection, reconnects, calls } = listen(server.url, { backoff: {} });
  await expect.poll(() => reconnects.length).toBe(1);
  connection.close();
  connection.close();
  // A second client that waits for as long comes back later than the first one would have.
  const other = await startRawServer(stream('retry: 60\ndata: 1\n\n'));
  listen(other.url, { backoff: {} });
  await expect.poll(() => other.requests.length).toBe(2);
  expect(server.requests).toHaveLength(1);
  expect(calls).toEqual(['open', 'message', 'reconnecting']);
});

test('closed before the answer has come, the request is given up', async () => {
  const server = await startRawServer(() => undefined);
  const { connection, calls } = listen(server.url);
  await expect.poll(() => server.open.size).toBe(1);
  connection.close();
  await expect.poll(() => server.open.size).toBe(0);
  expect(calls).toEqual([]);
});
