import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import { serve } from '../../../test/serve.ts';

const real = fetch;
afterEach(() => void vi.unstubAllGlobals());
import { embedCode, JobShares } from './job-shares.svelte.ts';

const share = (id: string, expires_at: string | null = null) => ({
  id,
  scope: 'job',
  file_id: null,
  created_at: '2026-11-29T22:00:00.000Z',
  expires_at,
});
const made = { ...share('new'), url: 'https://models.example/shared/token' };

type Answer = (request: string, body: unknown) => [status: number, body: object];

/** The links of a job at a server that answers as a test says, and all that it was asked. */
async function setUp(answer: Answer, signIn = async () => false) {
  const asked: [string, unknown][] = [];
  const bodyOf = async (request: IncomingMessage) => {
    const text = Buffer.concat(await request.toArray()).toString();
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await bodyOf(request);
    const line = `${request.method} ${request.url}`;
    asked.push([line, body]);
    const [status, json] = answer(line, body);
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(json));
  };
  const origin = await serve((request, response) => void respond(request, response));
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => real(origin + path, init));
  return { shares: new JobShares('j/1', signIn), asked };
}

const lists: Answer = (line) => {
  if (line.startsWith('GET')) return [200, { shares: [share('old')], kept_until: '2026-12-06T00:00:00.000Z' }];
  return line.startsWith('POST') ? [201, made] : [200, { id: 'old', status: 'revoked' }];
};

test('links are listed, made for a life of choice, and revoked', async () => {
  const { shares, asked } = await setUp(lists);
  expect(await shares.load()).toBeUndefined();
  expect(shares.keptUntil).toBe('2026-12-06T00:00:00.000Z');
  expect(await shares.make('f', 'week')).toBeUndefined();
  expect(shares.made?.url).toBe(made.url);
  expect(shares.list.map(({ id }) => id)).toEqual(['new', 'old']);
  expect(await shares.revoke('old')).toBeUndefined();
  expect(shares.list.map(({ id }) => id)).toEqual(['new']);
  expect(await shares.revoke('new')).toBeUndefined();
  expect(shares.made).toBeUndefined();
  await shares.make(undefined, 'forever');
  const path = '/api/v1/jobs/j%2F1/shares';
  expect(asked).toEqual([
    [`GET ${path}`, undefined],
    [`POST ${path}`, { expires_in: 604_800, file_id: 'f' }],
    [`DELETE ${path}/old`, undefined],
    [`DELETE ${path}/new`, undefined],
    [`POST ${path}`, { expires_in: null }],
  ]);
});

test('what the server refuses is said, and changes nothing; a link that is gone counts as revoked', async () => {
  const { shares } = await setUp((line) => {
    if (line.startsWith('GET')) return lists(line, undefined);
    return line.startsWith('POST')
      ? [409, { code: 'TOO_MANY_SHARES', detail: 'The job has 50 links already' }]
      : [404, { code: 'SHARE_NOT_FOUND', detail: 'gone' }];
  });
  await shares.load();
  expect(await shares.make(undefined, 'day')).toEqual({
    code: 'TOO_MANY_SHARES',
    error: 'The job has 50 links already',
  });
  expect(shares.made).toBeUndefined();
  expect(shares.busy).toBe(false);
  expect(await shares.revoke('old')).toBeUndefined();
  expect(shares.list).toEqual([]);
});

test('without a session it waits for somebody to sign in, once', async () => {
  let isIn = false;
  const answer: Answer = (line) => (isIn ? lists(line, undefined) : [401, { code: 'UNAUTHENTICATED', detail: 'no' }]);
  const { shares, asked } = await setUp(answer, async () => (isIn = true));
  expect(await shares.load()).toBeUndefined();
  expect(asked).toHaveLength(2);
  isIn = false;
  const away = await setUp(answer);
  expect(await away.shares.load()).toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(away.asked).toHaveLength(1);
});

test('an embed names the address alone, whatever is in it', () => {
  expect(embedCode('https://models.example/shared/t')).toBe(
    '<iframe src="https://models.example/shared/t?embed=1" width="640" height="480" style="border:0" allowfullscreen></iframe>',
  );
  expect(embedCode('https://x/"><script>')).not.toContain('"><script');
});
