/* oxlint-disable vitest/expect-expect, vitest/no-standalone-expect -- `problem` expects */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { picture, startTestServer, uploadForm } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { ended, json, logIn, problem, send, start, ticketFor, upload } from './support.ts';

const bearer = (key: string): RequestInit => ({ headers: { authorization: `Bearer ${key}` } });

describe('a server with keys', () => {
  let server: TestServer;
  let task: string;
  let job: string;
  let file: string;

  beforeAll(async () => {
    server = await startTestServer({
      env: { API_KEYS: 'key-of-alice,key-of-bob', ADMIN_API_KEYS: 'key-of-root', RATE_LIMIT_PER_MINUTE: '10000' },
    });
    const accepted = await upload(server, ['chair.png'], bearer('key-of-alice'));
    task = accepted.task_id;
    job = accepted.job_id;
    file = accepted.uploaded_files[0]?.file_id ?? '';
    await ended(server, task, bearer('key-of-alice'));
  });

  afterAll(async () => {
    await server.stop();
  });

  const routes = (): [method: string, path: string][] => [
    ['POST', '/upload'],
    ['GET', '/models/available'],
    ['GET', `/status/tasks/${task}`],
    ['GET', `/status/tasks/${task}/status`],
    ['GET', `/status/tasks/${task}/stream`],
    ['GET', `/status/stream?task_id=${task}`],
    ['GET', `/status/tasks/${task}/events`],
    ['GET', `/status/events?task_id=${task}`],
    ['POST', `/status/tasks/${task}/cancel`],
    ['POST', `/status/tasks/${task}/files/${file}/cancel`],
    ['POST', `/status/tasks/${task}/ticket`],
    ['GET', `/status/jobs/${job}/progress`],
    ['GET', `/download/${job}/all`],
    ['GET', `/download/${job}/archive`],
    ['GET', `/download/${job}/chair.glb`],
    ['GET', `/download/${job}/photos/${file}`],
    ['GET', '/health/metrics'],
  ];

  it('asks for one on every route that is not public', async () => {
    for (const [method, path] of routes()) {
      const none = await server.ask(`/api/v1${path}`, { method });
      expect(none.headers.get('www-authenticate')).toContain('Bearer');
      await problem(none, 401, 'UNAUTHENTICATED');
      for (const authorization of [
        'Bearer wrong',
        'Bearer ',
        'Basic key-of-alice',
        'key-of-alice',
        'Bearer KEY-OF-ALICE',
      ]) {
        await problem(
          await server.ask(`/api/v1${path}`, { method, headers: { authorization } }),
          401,
          'UNAUTHENTICATED',
        );
      }
    }
  });

  it('answers probes, the session and the reference without one', async () => {
    for (const path of ['/api/v1/health', '/api/v1/health/liveness', '/api/v1/health/readiness', '/api/v1/session']) {
      expect((await server.ask(path)).status, path).toBe(200);
    }
    expect((await server.ask('/api/v1/openapi.json')).status).toBe(200);
  });

  it("hides what is somebody else's as if it did not exist, from administrators too", async () => {
    for (const key of ['key-of-bob', 'key-of-root']) {
      for (const [method, path] of routes().filter(([, route]) => route.includes(task) || route.includes(job))) {
        const response = await server.ask(`/api/v1${path}`, { method, ...bearer(key) });
        await problem(
          response,
          404,
          path.includes('/tasks/') || path.includes('task_id') ? 'TASK_NOT_FOUND' : 'JOB_NOT_FOUND',
        );
      }
    }
  });

  it('takes a key in the address where headers cannot be sent, and nowhere else', async () => {
    const query = '?api_key=key-of-alice';
    expect((await server.ask(`/api/v1/download/${job}/chair.glb${query}`)).status).toBe(200);
    expect((await server.ask(`/api/v1/status/tasks/${task}/stream${query}`)).status).toBe(200);
    expect((await server.ask(`/api/v1/status/tasks/${task}/events${query}`)).status).toBe(200);
    await problem(await server.ask(`/api/v1/status/tasks/${task}${query}`), 401, 'UNAUTHENTICATED');
    await problem(await server.ask(`/api/v1/upload${query}`, { method: 'POST' }), 401, 'UNAUTHENTICATED');
  });

  it('gives out tickets that open one thing, once', async () => {
    const init = { method: 'POST', ...bearer('key-of-alice') };
    const issued = await server.ask(`/api/v1/status/tasks/${task}/ticket`, init);
    expect(await issued.json()).toMatchObject({ expires_in: 60 });
    const ticket = async () => await ticketFor(server, task, { authorization: 'Bearer key-of-alice' });
    const [first, second, third] = [await ticket(), await ticket(), await ticket()];
    expect((await server.ask(`/api/v1/status/tasks/${task}/stream?ticket=${first}`)).status).toBe(200);
    await problem(await server.ask(`/api/v1/status/tasks/${task}/stream?ticket=${first}`), 401, 'UNAUTHENTICATED');
    expect((await server.ask(`/api/v1/download/${job}/archive?ticket=${second}`)).status).toBe(200);
    const other = await upload(server, ['other.png'], bearer('key-of-alice'));
    await problem(await server.ask(`/api/v1/download/${other.job_id}/all?ticket=${third}`), 401, 'UNAUTHENTICATED');
    expect((await server.ask(`/api/v1/status/stream?task_id=${task}&ticket=${third}`)).status).toBe(200);
    const events = `/api/v1/status/tasks/${task}/events?ticket=`;
    const fourth = await ticket();
    expect((await server.ask(events + fourth)).status).toBe(200);
    await problem(await server.ask(events + fourth), 401, 'UNAUTHENTICATED');
    await ended(server, other.task_id, bearer('key-of-alice'));
  });

  it('logs neither keys nor tickets nor cookies', async () => {
    await server.ask(`/api/v1/download/${job}/chair.glb?api_key=key-of-alice`);
    await server.ask(`/api/v1/download/${job}/chair.glb?api_key=a-wrong-key&ticket=a-wrong-ticket`);
    await server.ask('/api/v1/nothing?api_key=key-of-alice', bearer('key-of-alice'));
    const everything = server.log.join('');
    expect(everything).toContain(`/api/v1/download/${job}/chair.glb`);
    expect(everything).not.toMatch(/key-of-|a-wrong-|ticket=|image2model_session/);
  });

  describe('lets the page log in', () => {
    const login = async (api_key: string, headers: Record<string, string> = {}): Promise<Response> =>
      await server.ask('/api/v1/session', json('POST', { api_key }, headers));

    it('with a cookie that scripts and other sites do not get', async () => {
      const response = await login('key-of-alice');
      expect(response.headers.get('set-cookie')).toMatch(/; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/);
      expect(response.headers.get('set-cookie')).not.toContain('key-of');
      const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
      expect(await (await server.ask('/api/v1/session', { headers: { cookie } })).json()).toEqual({
        authenticated: true,
        required: true,
      });
      expect((await server.ask(`/api/v1/status/tasks/${task}`, { headers: { cookie } })).status).toBe(200);
      expect((await server.ask(`/api/v1/status/tasks/${task}/events`, { headers: { cookie } })).status).toBe(200);
      const secure = await login('key-of-alice', { 'x-forwarded-proto': 'https' });
      expect(secure.headers.get('set-cookie')).toContain('; Secure');
    });

    it('until it logs out', async () => {
      const cookie = await logIn(server, 'key-of-alice');
      const out = await server.ask('/api/v1/session', { method: 'DELETE', headers: { cookie } });
      expect(await out.json()).toEqual({ authenticated: false, required: true });
      await problem(await server.ask(`/api/v1/status/tasks/${task}`, { headers: { cookie } }), 401, 'UNAUTHENTICATED');
    });

    it('not with a wrong key or a forged cookie', async () => {
      await problem(await login('wrong'), 401, 'UNAUTHENTICATED');
      const cookie = `${(await logIn(server, 'key-of-alice')).slice(0, -2)}AA`;
      await problem(await server.ask(`/api/v1/status/tasks/${task}`, { headers: { cookie } }), 401, 'UNAUTHENTICATED');
    });

    it('and keeps pages of other origins from using it', async () => {
      const cookie = await logIn(server, 'key-of-alice');
      const cancel = `/api/v1/status/tasks/${task}/cancel`;
      const foreign = { cookie, origin: 'https://evil.example' };
      await problem(await server.ask(cancel, { method: 'POST', headers: foreign }), 403, 'FORBIDDEN');
      const own = { cookie, origin: server.address };
      await problem(await server.ask(cancel, { method: 'POST', headers: own }), 409, 'TASK_ENDED');
    });
  });
});

describe('limits', () => {
  it('are counted by key, with uploads apart, and say when to come back', async () => {
    const server = await start({ env: { API_KEYS: 'one,two', RATE_LIMIT_PER_MINUTE: '20' } });
    const ask = async (key: string): Promise<Response> => await server.ask('/api/v1/models/available', bearer(key));
    for (let count = 0; count < 20; count += 1) expect((await ask('one')).status).toBe(200);
    await problem(await ask('one'), 429, 'RATE_LIMITED');
    expect((await ask('two')).status).toBe(200);

    for (let count = 0; count < 2; count += 1) {
      await ended(server, (await upload(server, ['a.png'], bearer('two'))).task_id, bearer('two'));
    }
    await problem(await send(server, uploadForm([['a.png', await picture()]]), bearer('two')), 429, 'RATE_LIMITED');

    // Guesses are counted by address; a probe is always answered.
    for (let count = 0; count < 20; count += 1) await ask(`guess-${count}`);
    await problem(await ask('guess'), 429, 'RATE_LIMITED');
    expect((await server.ask('/api/v1/health')).status).toBe(200);
  });
});

describe('a server without keys', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await start({ env: { CORS_ORIGINS: 'https://friend.example' } });
  });

  it('lets everybody in who can reach it, and says so', async () => {
    expect(await (await server.ask('/api/v1/session')).json()).toEqual({ authenticated: true, required: false });
    expect((await server.ask('/api/v1/models/available', bearer('any'))).status).toBe(200);
  });

  it('answers to a loopback name alone, so that a rebound name gets nothing', async () => {
    const ask = async (host: string): Promise<number> => {
      const sent = request(`${server.address}/api/v1/models/available`, { headers: { host } }).end();
      return await new Promise((resolve, reject) => {
        sent.once('error', reject).once('response', (response) => {
          resolve(response.statusCode ?? 0);
          void text(response);
        });
      });
    };
    expect(await ask('localhost:3000')).toBe(200);
    expect(await ask('[::1]:3000')).toBe(200);
    expect(await ask('evil.example')).toBe(403);
    expect(await ask('127.0.0.1.evil.example')).toBe(403);
  });

  it('refuses what a page of another origin sends, unless it is named', async () => {
    const from = async (origin: string) => await send(server, uploadForm([]), { headers: { origin } });
    await problem(await from('https://evil.example'), 403, 'FORBIDDEN');
    await problem(await from('null'), 403, 'FORBIDDEN');
    await problem(await from('https://friend.example'), 400, 'NO_FILES');
    await problem(await from(server.address), 400, 'NO_FILES');
  });

  it('tells browsers which origins may read its answers', async () => {
    const ask = async (origin: string): Promise<string | null> =>
      (await server.ask('/api/v1/health', { headers: { origin } })).headers.get('access-control-allow-origin');
    expect(await ask('https://friend.example')).toBe('https://friend.example');
    expect(await ask('https://evil.example')).toBeNull();
  });
});

describe('a login', () => {
  it('outlasts a restart of the server', async () => {
    const first = await start({ env: { API_KEYS: 'key' } });
    const cookie = await logIn(first, 'key');
    await first.close(0);
    const second = await start({ env: { API_KEYS: 'key', DATA_DIR: first.dataDir } });
    const session = await second.ask('/api/v1/session', { headers: { cookie } });
    expect(await session.json()).toEqual({ authenticated: true, required: true });
  });
});
