import { once } from 'node:events';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { TestServer } from '../support/server.ts';
import { ask, get, talk } from '../support/sockets.ts';
import { createTriangleModel } from '../support/triangle-model.ts';
import { ended, logIn, start, ticketFor, upload } from '../api/support.ts';
import { eventually } from './support.ts';

const key = 'key-of-alice';
const bearer = `Authorization: Bearer ${key}`;
const headers = { authorization: `Bearer ${key}` };

let server: TestServer;
let port: number;
/** Requests that came to the routes by way of `node:http`. */
let toRoutes: string[];
let letGo: () => void;

beforeEach(async () => {
  await startWith();
});

/** Models wait until they are let go of, so that streams stay open. */
async function startWith(env: Record<string, string> = {}): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  letGo = resolve;
  server = await start({
    env: { API_KEYS: `${key},key-of-bob`, CORS_ORIGINS: 'https://friend.example', ...env },
    model: createTriangleModel({ before: async () => await promise }),
  });
  onTestFinished(letGo);
  port = Number(new URL(server.address).port);
  // The front learns from the first answer what headers all have.
  await server.ask('/api/v1/health');
  toRoutes = [];
  server.app.server.prependListener('request', ({ url = '' }) => toRoutes.push(url));
}

const streamOf = (taskId: string): string => `/api/v1/status/tasks/${taskId}/stream`;
const codeOf = (answer: string): string => /"code":"(\w+)"/.exec(answer)?.[1] ?? answer.slice(0, 200);
const headOf = (answer: string): string[] =>
  (answer.split('\r\n\r\n')[0] ?? '')
    .replace(/(x-request-id|date): .*/g, '$1')
    .split('\r\n')
    .toSorted();

describe('a stream that is plainly asked for', () => {
  test('never comes to node:http, and has the very head that it would have there', async () => {
    const { task_id: taskId } = await upload(server, ['a.png'], { headers });
    toRoutes = [];
    const [plain, other] = [talk(port), talk(port)];
    plain.write(get(streamOf(taskId), bearer, 'X-Request-Id: chosen-1'));
    other.write(get(`${streamOf(taskId)}?other=1`, bearer, 'X-Request-Id: chosen-2'));
    await eventually(() => plain.got().includes('"processing"') && other.got().includes('"processing"'));
    expect(toRoutes).toEqual([`${streamOf(taskId)}?other=1`]);
    expect(headOf(plain.got())).toEqual(headOf(other.got()));
    expect(headOf(plain.got())).toContain('x-frame-options: SAMEORIGIN');
    expect(plain.got()).toContain('\r\nx-request-id: chosen-1\r\n');
    letGo();
    await Promise.all([once(plain, 'close'), once(other, 'close')]);
    for (const { got } of [plain, other]) expect(got()).toMatch(/event: task_completed\n[^\r]*\r\n0\r\n\r\n$/);
    const lines = server.log
      .filter((line) => line.includes('"msg":"stream"'))
      .map((line) => JSON.parse(line) as object);
    const logged = { level: 30, method: 'GET', path: streamOf(taskId), status: 200, msg: 'stream' };
    expect(lines).toEqual(
      ['chosen-1', 'chosen-2'].map((id) => ({ ...logged, request_id: id, time: expect.anything() })),
    );
  });

  test('may name its key in each way there is', async () => {
    const { task_id: taskId } = await upload(server, ['a.png'], { headers });
    const ticket = async () => await ticketFor(server, taskId, headers);
    const login = await logIn(server, key);
    const path = streamOf(taskId);
    const first = await ticket();
    const requests = [
      get(path, bearer),
      get(`${path}/`, bearer),
      get(`${path}?api_key=${key}`),
      get(`${path}?ticket=${first}`),
      get(`${path}/?ticket=${await ticket()}`),
      get(path, `Cookie: theme=dark; ${login}`),
      get(`/api/v1/status/stream?task_id=${taskId}`, bearer),
      get(`/api/v1/status/stream/?task_id=${taskId}&ticket=${await ticket()}`),
    ];
    toRoutes = [];
    for (const request of requests) {
      const socket = talk(port);
      socket.write(request);
      await eventually(() => socket.got().includes('"processing"'));
      expect(socket.got()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    }
    expect(toRoutes).toEqual([]);
    expect(codeOf(await ask(port, get(`${path}?ticket=${first}`, 'Connection: close')))).toBe('UNAUTHENTICATED');
    expect(server.log.join('')).not.toMatch(/key-of-|ticket=|image2model_session/);
  });

  test('tells a page of another origin that it may read, by way of the routes', async () => {
    const { task_id: taskId } = await upload(server, ['a.png'], { headers });
    const socket = talk(port);
    socket.write(get(streamOf(taskId), bearer, 'Origin: https://friend.example'));
    await eventually(() => socket.got().includes('"processing"'));
    const head = headOf(socket.got());
    expect(head).toContain('access-control-allow-origin: https://friend.example');
    expect(head).toContain('vary: Origin');
    const stranger = talk(port);
    stranger.write(get(streamOf(taskId), bearer, 'Origin: https://evil.example'));
    await eventually(() => stranger.got().includes('"processing"'));
    expect(stranger.got()).not.toContain('access-control-allow-origin');
  });
});

describe('what is no success is answered by the routes', () => {
  test('with the same errors, each once', async () => {
    const { task_id: taskId } = await upload(server, ['a.png'], { headers });
    const close = 'Connection: close';
    const path = streamOf(taskId);
    const unknown = streamOf('01a20412-a5de-7059-8577-2899e119db47');
    expect(codeOf(await ask(port, get(path, close)))).toBe('UNAUTHENTICATED');
    expect(codeOf(await ask(port, get(path, close, 'Authorization: Bearer wrong')))).toBe('UNAUTHENTICATED');
    expect(codeOf(await ask(port, get(path, close, 'Authorization: Bearer key-of-bob')))).toBe('TASK_NOT_FOUND');
    expect(codeOf(await ask(port, get(unknown, close, bearer)))).toBe('TASK_NOT_FOUND');
    expect(codeOf(await ask(port, get(streamOf('7'), close, bearer)))).toBe('INVALID_ID');
    // The shape of a UUID, but none.
    expect(codeOf(await ask(port, get(streamOf('01a20412-a5de-0059-0577-2899e119db47'), close, bearer)))).toBe(
      'INVALID_ID',
    );
    expect(codeOf(await ask(port, get('/api/v1/status/stream', close, bearer)))).toBe('INVALID_REQUEST');
  });

  test('and the connection goes on as any other', async () => {
    const { task_id: taskId } = await upload(server, ['a.png'], { headers });
    const socket = talk(port);
    socket.write(get('/api/v1/status/tasks/01a20412-a5de-7059-8577-2899e119db47/stream', bearer));
    await eventually(() => socket.got().includes('TASK_NOT_FOUND'));
    // A stream on a connection that was used before.
    socket.write(get(streamOf(taskId), bearer));
    await eventually(() => socket.got().includes('"processing"'));
    letGo();
    await once(socket, 'close');
    expect(socket.got()).toContain('event: task_completed');
  });

  test('204 to a client that has seen the ending', async () => {
    letGo();
    const { task_id: taskId } = await upload(server, ['a.png'], { headers });
    await ended(server, taskId, { headers });
    const last = (await server.engine.entries(taskId))?.at(-1)?.sequence;
    const ticket = await ticketFor(server, taskId, headers);
    const path = `${streamOf(taskId)}?ticket=${ticket}&last_event_id=${last}`;
    expect(await ask(port, get(path, 'Connection: close'))).toMatch(/^HTTP\/1\.1 204 /);
    expect(await ask(port, get(path, 'Connection: close'))).toMatch(/^HTTP\/1\.1 204 /);
    const other = path.replace(/&.*/, '');
    expect(codeOf(await ask(port, get(other, 'Connection: close')))).toBe('UNAUTHENTICATED');
  });

  test('too many streams: 503 with Retry-After', async () => {
    await startWith({ MAX_STREAMS_PER_KEY: '1' });
    const { task_id: taskId } = await upload(server, ['a.png'], { headers });
    const socket = talk(port);
    socket.write(get(streamOf(taskId), bearer));
    await eventually(() => socket.got().includes('"processing"'));
    const refused = await ask(port, get(streamOf(taskId), bearer, 'Connection: close'));
    expect(codeOf(refused)).toBe('TOO_MANY_STREAMS');
    expect(refused).toMatch(/\r\nretry-after: \d+\r\n/i);
    // A ticket is not asked for twice, and its user may come back later.
    const ticket = await ticketFor(server, taskId, headers);
    const withTicket = await ask(port, get(`${streamOf(taskId)}?ticket=${ticket}`, 'Connection: close'));
    expect(codeOf(withTicket)).toBe('TOO_MANY_STREAMS');
    expect(withTicket).toMatch(/\r\nset-cookie: image2model_stream=/);
    socket.destroy();
  });

  test('each request is counted once, whoever answers it', async () => {
    await startWith({ RATE_LIMIT_PER_MINUTE: '20' });
    const { task_id: taskId } = await upload(server, ['a.png'], { headers });
    const close = 'Connection: close';
    const unknown = streamOf('01a20412-a5de-7059-8577-2899e119db47');
    letGo();
    // The upload had a limit of its own.
    for (let count = 0; count < 20; count += 1) {
      const path = count % 2 === 0 ? streamOf(taskId) : unknown;
      expect(await ask(port, get(path, bearer, close))).not.toContain('RATE_LIMITED');
    }
    expect(codeOf(await ask(port, get(streamOf(taskId), bearer, close)))).toBe('RATE_LIMITED');
    // Guesses count for their address.
    for (let count = 0; count < 20; count += 1) {
      expect(codeOf(await ask(port, get(streamOf(taskId), close, `Authorization: Bearer guess-${count}`)))).toBe(
        'UNAUTHENTICATED',
      );
    }
    expect(codeOf(await ask(port, get(streamOf(taskId), close, 'Authorization: Bearer guess')))).toBe('RATE_LIMITED');
  });
});

test('a logout ends the streams of that login, those of its tickets too, and no others', async () => {
  const { task_id: taskId } = await upload(server, ['a.png'], { headers });
  const [login, other] = [await logIn(server, key), await logIn(server, key)];
  const cookie = { cookie: login };
  const ticket = await ticketFor(server, taskId, cookie);
  const requests = [
    get(streamOf(taskId), `Cookie: ${login}`),
    get(`${streamOf(taskId)}?other=1`, `Cookie: ${login}`),
    get(`${streamOf(taskId)}?ticket=${ticket}`),
    get(streamOf(taskId), `Cookie: ${other}`),
    get(streamOf(taskId), bearer),
  ];
  const sockets = requests.map((request) => {
    const socket = talk(port);
    socket.write(request);
    return socket;
  });
  await eventually(() => sockets.every(({ got }) => got().includes('"processing"')));
  const ends = sockets.slice(0, 3).map(async (socket) => await once(socket, 'close'));
  await server.ask('/api/v1/session', { method: 'DELETE', headers: cookie });
  await Promise.all(ends);
  expect(sockets.map(({ got }) => got().endsWith('0\r\n\r\n'))).toEqual([true, true, true, false, false]);
  letGo();
  await Promise.all(sockets.slice(3).map(async (socket) => await once(socket, 'close')));
  for (const { got } of sockets.slice(3)) expect(got()).toContain('event: task_completed');
});

test('without keys the front too answers to a loopback name alone', async () => {
  await startWith({ API_KEYS: '' });
  const { task_id: taskId } = await upload(server);
  toRoutes = [];
  const foreign = get(streamOf(taskId), 'Connection: close').replace(/Host: .*/, 'Host: evil.example');
  expect(codeOf(await ask(port, foreign))).toBe('FORBIDDEN');
  expect(toRoutes).toHaveLength(1);
  const socket = talk(port);
  socket.write(get(streamOf(taskId)));
  await eventually(() => socket.got().includes('"processing"'));
  expect(toRoutes).toHaveLength(1);
  socket.destroy();
});
