import { expect, test } from 'vitest';
import { listen } from './support/listen.ts';
import { path, startRawServer, stream } from './support/raw-server.ts';

test('it is a GET for an event stream that no cache may answer, without a cursor', async () => {
  const server = await startRawServer(stream('data: 1\n\n'));
  listen(server.url);
  await expect.poll(() => server.requests.length).toBe(2);
  for (const { method, target, headers } of server.requests) {
    expect([method, target]).toEqual(['GET', path]);
    expect(headers).toMatchObject({ accept: 'text/event-stream', 'cache-control': 'no-cache' });
    expect(headers).not.toHaveProperty('last-event-id');
    expect(headers).not.toHaveProperty('content-length');
    expect(headers).not.toHaveProperty('authorization');
  }
});

test('the cursor is in a header, never in the address', async () => {
  const server = await startRawServer(stream('id: 5\ndata: 1\n\n'));
  listen(`${server.url}?task_id=1`);
  await expect
    .poll(() => server.requests.map(({ target, headers }) => [target, headers['last-event-id']]))
    .toEqual([
      [`${path}?task_id=1`, undefined],
      [`${path}?task_id=1`, '5'],
    ]);
});

test('a fragment stays with the client', async () => {
  const server = await startRawServer();
  listen(`${server.url}#part`);
  await expect.poll(() => server.requests.map(({ target }) => target)).toEqual([path]);
});
