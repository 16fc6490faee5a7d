import { downloadListSchema, jobListSchema, jobSchema, taskSchema } from '@image2model/protocol';
import type { Upload } from '@image2model/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { createTriangleModel } from '../support/triangle-model.ts';
import { ended, start, upload } from './support.ts';

const page = 'https://app.example';
const stranger = 'https://evil.example';
const auth = { authorization: 'Bearer key' };

/** Paths of what a page may show: photo, small photo, preview and model. */
function files({ job_id: job, uploaded_files: [photo] }: Upload): string[] {
  const path = `/api/v1/download/${job}`;
  return [
    `${path}/photos/${photo?.file_id}`,
    `${path}/photos/${photo?.file_id}?size=small`,
    `${path}/chair.webp`,
    `${path}/chair.glb`,
  ];
}

describe('a server that pages of another origin may use', () => {
  let server: TestServer;
  let accepted: Upload;
  beforeAll(async () => {
    server = await startTestServer({ env: { API_KEYS: 'key', CORS_ORIGINS: page } });
    accepted = await upload(server, ['chair.png'], { headers: auth });
    await ended(server, accepted.task_id, { headers: auth });
  });
  afterAll(async () => await server.stop());
  const from = async (origin: string, path: string, more: Record<string, string> = {}): Promise<Response> =>
    await server.ask(path, { headers: { origin, ...auth, ...more } });

  it('lets them show photos, previews and models, and nothing else', async () => {
    const policy = 'cross-origin-resource-policy';
    for (const path of files(accepted)) {
      // As `<img>` asks: without an origin, with the key in the address.
      const answer = await server.ask(`${path}${path.includes('?') ? '&' : '?'}api_key=key`);
      expect([path, answer.status, answer.headers.get(policy)]).toEqual([path, 200, 'cross-origin']);
      const again = await server.ask(path, { headers: { ...auth, 'if-none-match': answer.headers.get('etag') ?? '' } });
      expect([path, again.status, again.headers.get(policy)]).toEqual([path, 304, 'cross-origin']);
      const head = await server.ask(path, { method: 'HEAD', headers: auth });
      expect([path, head.status, head.headers.get(policy)]).toEqual([path, 200, 'cross-origin']);
    }
    for (const path of ['/', '/api/v1/health', `/api/v1/download/${accepted.job_id}/all`, '/api/v1/session']) {
      expect([path, (await from(page, path)).headers.get(policy)]).toEqual([path, 'same-origin']);
    }
  });

  it('shows nothing without a key', async () => {
    for (const path of files(accepted)) expect((await server.ask(path)).status).toBe(401);
  });

  it('lets them read parts of a model, and what headers say of it', async () => {
    const path = files(accepted).at(-1) ?? '';
    const preflight = await server.ask(path, {
      method: 'OPTIONS',
      headers: {
        origin: page,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization,range',
      },
    });
    expect(preflight.status).toBe(204);
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': page,
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': 'authorization,range',
    });
    const part = await from(page, path, { range: 'bytes=0-3' });
    expect([part.status, await part.text()]).toEqual([206, 'glTF']);
    expect(part.headers.get('access-control-allow-origin')).toBe(page);
    const exposed = part.headers.get('access-control-expose-headers')?.split(', ');
    const wanted = ['accept-ranges', 'content-range', 'etag', 'content-disposition', 'x-request-id'];
    expect(exposed).toEqual(expect.arrayContaining([...wanted, 'retry-after']));
    for (const name of wanted) expect([name, part.headers.has(name)]).toEqual([name, true]);
  });

  it('lets them do whatever the API can: each method passes its preflight', async () => {
    for (const method of ['POST', 'PATCH', 'DELETE']) {
      const headers = { origin: page, 'access-control-request-method': method };
      const allowed = (await server.ask('/api/v1/jobs', { method: 'OPTIONS', headers })).headers;
      expect(allowed.get('access-control-allow-methods')?.split(', ')).toContain(method);
    }
  });

  it('lets no other origin read anything', async () => {
    for (const path of [...files(accepted), '/api/v1/session', `/api/v1/status/tasks/${accepted.task_id}/stream`]) {
      const answer = await from(stranger, path);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      await answer.body?.cancel();
    }
  });

  it('answers alike on the short way of streams and on the long one', async () => {
    const stream = `/api/v1/status/tasks/${accepted.task_id}/stream`;
    const own = await server.ask(stream, { headers: auth });
    const theirs = await from(page, stream);
    const names = ({ headers }: Response) => [...headers.keys()].filter((name) => !/allow-origin/.test(name)).sort();
    expect(names(theirs)).toEqual(names(own));
    expect(theirs.headers.get('access-control-allow-origin')).toBe(page);
    expect(await theirs.text()).toContain('event: task_completed');
    await own.body?.cancel();
  });
});

describe('a server that no page of another origin may use', () => {
  it('keeps its files to itself', async () => {
    const server = await start();
    const accepted = await upload(server);
    await ended(server, accepted.task_id);
    for (const path of files(accepted)) {
      const { headers } = await server.ask(path, { headers: { origin: page } });
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('access-control-allow-credentials')).toBeNull();
    }
  });
});

const fbx = { name: 'fbx', extension: 'fbx', bytes: Buffer.from('fbx'), contentType: 'application/octet-stream' };

/** Every address in an answer: the strings that name a route. */
function addresses(value: unknown): string[] {
  if (typeof value === 'string') return value.includes('/api/v1/') ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(addresses) : [];
}

describe('addresses', () => {
  /** Whatever the server answers with that has an address in it, for a job with a preview and an extra file. */
  const collect = async (server: TestServer) => {
    const accepted = await upload(server, ['chair.png'], { headers: auth });
    await ended(server, accepted.task_id, { headers: auth });
    const get = async (path: string): Promise<unknown> =>
      await (await server.ask(`/api/v1${path}`, { headers: auth })).json();
    const { job_id: job, task_id: task } = accepted;
    const stream = async (path: string): Promise<unknown[]> => {
      const text = await (await server.ask(`/api/v1${path}`, { headers: auth })).text();
      return [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as unknown);
    };
    return {
      list: downloadListSchema.parse(await get(`/download/${job}/all`)),
      job: jobSchema.parse(await get(`/jobs/${job}`)),
      jobs: jobListSchema.parse(await get('/jobs')),
      task: taskSchema.parse(await get(`/status/tasks/${task}`)),
      stream: await stream(`/status/tasks/${task}/stream`),
      combined: await stream(`/status/stream?task_id=${task}`),
    };
  };
  const startWith = async (env: Record<string, string>): Promise<TestServer> =>
    await start({ env: { API_KEYS: 'key', ...env }, model: createTriangleModel({ extras: [fbx] }) });

  it.each([
    [{}, ''],
    [{ PUBLIC_URL: 'https://models.example/' }, 'https://models.example'],
    [{ PUBLIC_URL: 'https://example.org/models' }, 'https://example.org/models'],
  ])('with %o all begin with "%s"', async (env, base) => {
    const server = await startWith(env);
    for (const [title, answer] of Object.entries(await collect(server))) {
      const found = addresses(answer);
      expect([title, found.length > 0]).toEqual([title, true]);
      for (const address of found) {
        expect(address.slice(0, base.length + '/api/v1/download/'.length)).toBe(`${base}/api/v1/download/`);
        const response = await server.ask(address.slice(base.length), { headers: auth });
        expect([address, response.status]).toEqual([address, 200]);
      }
    }
  });

  it('follow a live stream too, and are stored without a host, so that PUBLIC_URL may change', async () => {
    const release = Promise.withResolvers<void>();
    const first = await start({
      env: { API_KEYS: 'key', PUBLIC_URL: 'https://old.example' },
      model: createTriangleModel({ before: async () => await release.promise }),
    });
    const accepted = await upload(first, ['chair.png'], { headers: auth });
    const stream = await first.ask(`/api/v1/status/tasks/${accepted.task_id}/stream`, { headers: auth });
    release.resolve();
    expect(await stream.text()).toContain('"url":"https://old.example/api/v1/download/');
    await first.close(0);
    const second = await start({ env: { API_KEYS: 'key', PUBLIC_URL: 'https://new.example' }, dataDir: first.dataDir });
    const list = await (await second.ask(`/api/v1/download/${accepted.job_id}/all`, { headers: auth })).text();
    expect(list).toContain('https://new.example/');
    expect(list).not.toContain('old.example');
  });

  it('begin in the reference where the server is', async () => {
    const server = await startWith({ PUBLIC_URL: 'https://models.example' });
    const reference = (await (await server.ask('/api/v1/openapi.json')).json()) as { paths: object; servers: object };
    expect(Object.keys(reference.paths)).toContain('/api/v1/jobs');
    expect(reference.servers).toEqual([{ url: 'https://models.example' }]);
  });
});
