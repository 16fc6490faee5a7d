import { expect, test, vi } from 'vitest';
import { problem } from '../test/support/feed-server.ts';
import { setUp } from '../test/support/set-up.ts';
import type { FeedOptions } from './feed.ts';

test('after 401 the stream asks for a new key and keeps its cursor', async () => {
  const keys = new Set(['old']);
  const { task, server, recorded, follow } = await setUp({ keys });
  task.progress(10);
  const refreshAuth = vi.fn<() => string>(() => 'new');
  follow({ apiKey: 'old', refreshAuth });
  await recorded.when('progress 10');
  keys.clear();
  keys.add('new');
  for (const socket of server.sockets) socket.destroy();
  task.complete();
  await recorded.when('complete');
  expect(refreshAuth).toHaveBeenCalledOnce();
  expect(server.requests.map((request) => request.headers.authorization)).toEqual([
    'Bearer old',
    'Bearer old',
    'Bearer new',
  ]);
  expect(server.requests.at(-1)?.headers['last-event-id']).toBe('1');
});

test('a ticket from refreshAuth is sent in the address of each connection', async () => {
  const { task, server, recorded, follow } = await setUp({
    intercept: (request, response) => {
      if (request.url?.endsWith('?ticket=t%201')) return false;
      problem(response, 401, 'UNAUTHENTICATED');
    },
  });
  follow({ refreshAuth: async () => ({ ticket: 't 1' }) });
  await recorded.when('open');
  for (const socket of server.sockets) socket.destroy();
  await recorded.when('open', 2);
  task.complete();
  await recorded.when('complete');
  expect(server.requests.map(({ url }) => url.split('?')[1])).toEqual([undefined, 'ticket=t%201', 'ticket=t%201']);
  expect(server.requests[1]?.headers.authorization).toBeUndefined();
});

test.for<[string, FeedOptions['refreshAuth']]>([
  ['without refreshAuth', undefined],
  ['when refreshAuth returns nothing', () => undefined],
  ['when refreshAuth fails', () => Promise.reject(new Error('no'))],
  ['when its keys are rejected too', () => 'wrong'],
])('401 ends the stream %s', async ([, refreshAuth]) => {
  const { recorded, follow } = await setUp({ keys: new Set(['right']) });
  follow({ apiKey: 'wrong', refreshAuth });
  await recorded.when('error');
  expect(recorded.errors[0]).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
});
