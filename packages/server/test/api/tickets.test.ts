/* oxlint-disable vitest/expect-expect, vitest/no-standalone-expect -- `problem` expects */
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { eventListSchema } from '@image2model/protocol';
import { listen } from '../feed/support.ts';
import type { Listener } from '../feed/support.ts';
import type { TestServer } from '../support/server.ts';
import { createTriangleModel } from '../support/triangle-model.ts';
import { ended, logIn, problem, start, ticketFor, upload } from './support.ts';

const headers = { authorization: 'Bearer key-of-alice' };

let server: TestServer;
let port: number;
let task: string;
let job: string;
let letGo: () => void;

beforeEach(async () => {
  await startWith();
  const accepted = await upload(server, ['chair.png', 'lamp.png'], { headers });
  [task, job] = [accepted.task_id, accepted.job_id];
});

/** Models wait until they are let go of, so that tasks go on. */
async function startWith(env: Record<string, string> = {}): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  letGo = resolve;
  server = await start({
    env: { API_KEYS: 'key-of-alice,key-of-bob', CORS_ORIGINS: 'https://friend.example', ...env },
    model: createTriangleModel({ before: async () => await promise }),
  });
  onTestFinished(letGo);
  port = Number(new URL(server.address).port);
  // The front learns from the first answer what headers all have.
  await server.ask('/api/v1/health');
}

const ticket = async (): Promise<string> => await ticketFor(server, task, headers);
const pathOf = (pass: string, what = 'stream'): string => `/api/v1/status/tasks/${task}/${what}?ticket=${pass}`;

/** Opens a stream and leaves it after its first events. */
async function open(path: string, more: Record<string, string> = {}): Promise<Listener> {
  const listener = await listen({ port }, path, { headers: more });
  expect(listener.status).toBe(200);
  await listener.until(() => listener.events.length > 0);
  listener.abort();
  return listener;
}

async function refused(path: string, more: Record<string, string> = {}): Promise<void> {
  await problem(await server.ask(path, { headers: more }), 401, 'UNAUTHENTICATED');
}

const cookieOf = (listener: Listener): string => listener.headers['set-cookie']?.[0] ?? '';
const sentBack = (listener: Listener): string => cookieOf(listener).split(';')[0] ?? '';
const cursorEvents = ({ events }: Listener): string[] =>
  events.filter(({ type }) => type === 'cursor').map(({ id }) => id);

// Through the front, and through node:http, which alone knows the other parameter.
describe.each(['', '&other=1'])('a ticket for a stream (%s)', (other) => {
  it('is good again for the browser that used it first, by a cookie of that task alone', async () => {
    const path = pathOf(await ticket()) + other;
    const first = await open(path);
    expect(cookieOf(first)).toMatch(
      new RegExp(
        `^image2model_stream=[\\w-]{22}; Max-Age=86400; Path=/api/v1/status/tasks/${task}; HttpOnly; SameSite=Strict$`,
      ),
    );
    const cookie = sentBack(first);
    await refused(path);
    const again = await open(path, { cookie: `theme=dark; ${cookie}`, 'last-event-id': '1' });
    expect(cursorEvents(again)).toEqual([]);
    expect(again.events[0]?.id).not.toBe('1');
    // A cookie alone opens nothing.
    await refused(`/api/v1/status/tasks/${task}/stream`, { cookie });
    const list = eventListSchema.parse(
      await (
        await server.ask(pathOf(path.split('=')[1]?.split('&')[0] ?? '', 'events'), { headers: { cookie } })
      ).json(),
    );
    expect(list.events.length).toBeGreaterThan(0);
    await refused(`/api/v1/download/${job}/all?${path.split('?')[1]}`, { cookie });
  });

  it('is good again for a client without cookies, by the cursors it was sent, in the header', async () => {
    const path = pathOf(await ticket()) + other;
    const first = await open(path);
    const [cursor = ''] = cursorEvents(first);
    expect(cursor).toMatch(/^\d+~[\w-]{22}$/);
    const sequence = cursor.split('~')[0] ?? '';
    expect(first.events.at(-2)?.id).toBe(sequence);
    for (const stolen of [{}, { 'last-event-id': sequence }, { 'last-event-id': `${cursor}x` }]) {
      await refused(path, stolen);
    }
    // An address may have been read in a log.
    await refused(`${path}&last_event_id=${cursor}`);
    await refused(`${path}&lastEventId=${cursor}`);
    const again = await listen({ port }, path, { headers: { 'last-event-id': cursor } });
    letGo();
    await again.closed;
    const ids = again.events.filter(({ type }) => type !== 'cursor').map(({ id }) => Number(id));
    expect(ids.length).toBeGreaterThan(2);
    expect(ids).toEqual(ids.map((_, index) => Number(sequence) + 1 + index));
    expect(again.events.at(-1)?.type).toBe('task_completed');
    expect(cursorEvents(again).length).toBeGreaterThan(0);
  });

  it('outlasts a restart, and answers 204 to whoever has seen the ending', async () => {
    const path = pathOf(await ticket()) + other;
    const cookie = sentBack(await open(path));
    letGo();
    await ended(server, task, { headers });
    await server.close(0);
    server = await start({ env: { API_KEYS: 'key-of-alice', DATA_DIR: server.dataDir } });
    port = Number(new URL(server.address).port);
    const rest = await listen({ port }, path, { headers: { cookie } });
    await rest.closed;
    expect(rest.events.at(-1)?.type).toBe('task_completed');
    const ending = rest.events.at(-1)?.id ?? '';
    const seen = async (more: Record<string, string>): Promise<number> =>
      (await server.ask(path, { headers: { 'last-event-id': ending, ...more } })).status;
    expect(await seen({ cookie })).toBe(204);
    // Without a cookie too: the ending has no other id than its sequence.
    expect(await seen({})).toBe(204);
    await refused(path, { 'last-event-id': '1' });
    await refused(path);
  });

  it('opens nothing more once its login has ended, or its job is deleted', async () => {
    const login = { cookie: await logIn(server, 'key-of-alice') };
    const [ofLogin, ofKey] = [pathOf(await ticketFor(server, task, login)) + other, pathOf(await ticket()) + other];
    const [one, two] = [sentBack(await open(ofLogin)), sentBack(await open(ofKey))];
    await open(ofLogin, { cookie: one });
    await server.ask('/api/v1/session', { method: 'DELETE', headers: login });
    await refused(ofLogin, { cookie: one });
    await open(ofKey, { cookie: two });
    letGo();
    await ended(server, task, { headers });
    expect((await server.ask(`/api/v1/jobs/${job}`, { method: 'DELETE', headers })).ok).toBe(true);
    await problem(await server.ask(ofKey, { headers: { cookie: two } }), 404, 'TASK_NOT_FOUND');
  });

  it('has its proof last for every ticket of the same task and owner, and no other', async () => {
    const [mine, theirs] = [pathOf(await ticket()) + other, pathOf(await ticket()) + other];
    const cookie = sentBack(await open(mine));
    await open(theirs);
    // Two tabs of one browser share the cookie.
    await open(theirs, { cookie });
    const [before] = [task];
    task = (await upload(server, ['a.png'], { headers })).task_id;
    const another = pathOf(await ticket()) + other;
    await open(another);
    await refused(another, { cookie });
    expect(task).not.toBe(before);
  });
});

it('a ticket follows its task alone in the combined stream, by the cursors there', async () => {
  const path = `/api/v1/status/stream?task_id=${task}&ticket=${await ticket()}`;
  const first = await open(path);
  expect(first.headers).not.toHaveProperty('set-cookie');
  await refused(path);
  const cursor = cursorEvents(first).at(-1) ?? '';
  expect(cursor.replace(/~.*/, '')).toBe(first.events.at(-2)?.id);
  const again = await listen({ port }, path, { headers: { 'last-event-id': cursor } });
  letGo();
  await again.closed;
  expect(again.events.at(-1)?.type).toBe('task_completed');
  const done = await server.ask(path, { headers: { 'last-event-id': again.events.at(-1)?.id ?? '' } });
  expect(done.status).toBe(204);
});

it('a ticket follows its task by long poll, as JSON with the cookie and as a stream with either', async () => {
  const path = pathOf(await ticket(), 'events');
  const first = await server.ask(path);
  const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
  const { last_event_id: last } = eventListSchema.parse(await first.json());
  await refused(`${path}&after=${last}`);
  const stream = await listen({ port }, `${path}&wait=0`, { headers: { cookie, accept: 'text/event-stream' } });
  await stream.closed;
  expect(cursorEvents(stream)).toEqual([]);
  const other = pathOf(await ticket(), 'events');
  const whole = await listen({ port }, `${other}&wait=0`, { headers: { accept: 'text/event-stream' } });
  await whole.closed;
  const cursor = cursorEvents(whole).at(-1) ?? '';
  letGo();
  const rest = await listen({ port }, other, { headers: { accept: 'text/event-stream', 'last-event-id': cursor } });
  await rest.closed;
  expect(rest.status).toBe(200);
  expect(rest.events.length).toBeGreaterThan(0);
});

it('a page of another origin may send and keep the cookie of a ticket, over HTTPS of another site too', async () => {
  const origin = 'https://friend.example';
  const ask = async (path: string, more: Record<string, string>): Promise<Headers> => {
    const response = await server.ask(path, { headers: { 'x-forwarded-proto': 'https', ...more } });
    await response.body?.cancel();
    return response.headers;
  };
  const granted = await ask(pathOf(await ticket()), { origin });
  expect(granted.get('access-control-allow-origin')).toBe(origin);
  expect(granted.get('access-control-allow-credentials')).toBe('true');
  expect(granted.get('set-cookie')).toMatch(/; HttpOnly; SameSite=None; Secure; Partitioned$/);
  const stranger = await ask(pathOf(await ticket()), { origin: 'https://evil.example' });
  const ofKey = await ask(`/api/v1/status/tasks/${task}/stream`, { origin, ...headers });
  expect(stranger.get('access-control-allow-origin')).toBeNull();
  expect(ofKey.get('set-cookie')).toBeNull();
});

it('neither tickets nor what proves them reach the log', async () => {
  const path = pathOf(await ticket());
  const first = await open(path);
  await refused(`${path}&last_event_id=${cursorEvents(first)[0]}`);
  await open(`${path}&other=1`, { cookie: sentBack(first) });
  const proof = sentBack(first).split('=')[1] ?? '';
  expect(proof).toHaveLength(22);
  const everything = server.log.join('');
  expect(everything).not.toContain(proof);
  expect(everything).not.toContain(path.split('=')[1] ?? '');
});
