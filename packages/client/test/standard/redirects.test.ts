import { expect, test } from 'vitest';
import { listen } from './support/listen.ts';
import { path, startRawServer, stream } from './support/raw-server.ts';

test.for([301, 302, 303, 307, 308])('%i is followed, each time from the first address', async (status) => {
  const redirect = stream('', { status, contentType: undefined, headers: { Location: '/elsewhere?x=1' } });
  const server = await startRawServer(redirect, stream('id: 3\ndata: 1\n\n'), redirect);
  const { events } = listen(server.url, { apiKey: 'key' });
  await expect.poll(() => server.requests.length).toBe(4);
  expect(events).toEqual([{ type: 'message', data: '1' }]);
  expect(server.requests.map(({ method, target, headers }) => [method, target, headers['last-event-id']])).toEqual([
    ['GET', path, undefined],
    ['GET', '/elsewhere?x=1', undefined],
    ['GET', path, '3'],
    ['GET', '/elsewhere?x=1', '3'],
  ]);
  expect(server.requests.every(({ headers }) => headers.authorization === 'Bearer key')).toBe(true);
});

test('to another origin it is followed with the cursor, but without the key', async () => {
  const other = await startRawServer(stream('id: 3\ndata: 1\n\n', { headers: { 'Access-Control-Allow-Origin': '*' } }));
  const redirect = stream('', { status: 307, contentType: undefined, headers: { Location: other.url } });
  const server = await startRawServer(redirect, redirect);
  listen(server.url, { apiKey: 'key' });
  await expect.poll(() => other.requests.length).toBe(2);
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer key', 'Bearer key']);
  expect(other.requests.map(({ headers }) => [headers.authorization, headers['last-event-id']])).toEqual([
    [undefined, undefined],
    [undefined, '3'],
  ]);
});

test('the answer at its end is judged like any other', async () => {
  const redirect = stream('', { status: 302, headers: { Location: '/login' } });
  const server = await startRawServer(redirect, stream('<h1>Log in</h1>', { contentType: 'text/html' }));
  const { calls, reconnects } = listen(server.url);
  await expect.poll(() => calls).toEqual(['reconnecting', 'open']);
  expect(reconnects[0]?.reason.code).toBe('NOT_AN_EVENT_STREAM');
});

test.for([301, 307])('a %i that leads nowhere, or in a circle, is reported and tried again', async (status) => {
  const headers = { Location: path };
  const circle = Array.from({ length: 21 }, () => stream('', { status, contentType: undefined, headers }));
  const server = await startRawServer(
    stream('', { status, contentType: undefined }),
    stream('', { status, contentType: undefined, headers: { Location: 'http://' } }),
    ...circle,
  );
  const { calls, ends } = listen(server.url);
  await expect.poll(() => calls).toEqual(['reconnecting', 'reconnecting', 'reconnecting', 'open']);
  expect(ends).toEqual([]);
});
