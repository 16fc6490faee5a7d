import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { errorDefinitions, healthSchema } from '@image2model/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask as raw } from '../support/sockets.ts';
import { startTestServer } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { createTriangleModel } from '../support/triangle-model.ts';
import { ended, problem, start, upload } from './support.ts';

let server: TestServer;
let pages: string;

beforeAll(async () => {
  pages = await mkdtemp(join(tmpdir(), 'image2model-pages-'));
  await mkdir(join(pages, '_app/immutable'), { recursive: true });
  const page = (text: string) => `<!doctype html><script>start()</script><script src="/a.js"></script>${text}`;
  await mkdir(join(pages, 'results'));
  await writeFile(join(pages, 'index.html'), page('upload'));
  await writeFile(join(pages, 'processing.html'), page('processing'));
  await writeFile(join(pages, 'results/[jobId].html'), page('results'));
  await writeFile(join(pages, '404.html'), page('no such page'));
  await writeFile(join(pages, '_app/immutable/app.abc.js'), 'export {};');
  server = await startTestServer({ pagesDirectory: pages });
});

afterAll(async () => {
  await server.stop();
  await rm(pages, { recursive: true, force: true });
});

describe('every answer', () => {
  it('bears an id, its own or the one that the client gave', async () => {
    const own = (await server.ask('/api/v1/health')).headers.get('x-request-id');
    expect(own).toMatch(/^[0-9a-f-]{36}$/);
    const given = await server.ask('/api/v1/health', { headers: { 'x-request-id': 'mine-1' } });
    expect(given.headers.get('x-request-id')).toBe('mine-1');
    const wild = await server.ask('/api/v1/health', { headers: { 'x-request-id': '<b>{}' } });
    expect(wild.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('tells the browser what it may not do', async () => {
    const { headers } = await server.ask('/api/v1/health');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('content-security-policy')).toContain("object-src 'none'");
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('does not mind a trailing slash', async () => {
    for (const path of ['/api/v1/health', '/api/v1/models/available']) {
      expect((await server.ask(path)).status).toBe(200);
      expect((await server.ask(`${path}/`)).status).toBe(200);
    }
  });
});

describe('health', () => {
  it('says how the server and its parts are', async () => {
    const health = healthSchema.parse(await (await server.ask('/api/v1/health')).json());
    expect(health).toMatchObject({ status: 'ok', checks: { engine: { status: 'ok' }, files: { status: 'ok' } } });
    expect((await server.ask('/api/v1/health/readiness')).status).toBe(200);
    expect(await (await server.ask('/api/v1/health/liveness')).json()).toEqual({ status: 'ok' });
  });

  it('is also at the root, where load balancers and containers ask, and in the reference', async () => {
    const [alias, own] = [await server.ask('/health'), await server.ask('/api/v1/health')];
    const { uptime_seconds: _, ...rest } = healthSchema.parse(await own.json());
    expect(healthSchema.parse(await alias.json())).toMatchObject(rest);
    const named = (response: Response): string[] => [...response.headers.keys()];
    expect(named(alias)).toEqual(named(own));
    expect((await server.ask('/health/')).status).toBe(200);
    const head = await server.ask('/health', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const wrong = await server.ask('/health', { method: 'POST' });
    expect(wrong.headers.get('allow')).toContain('GET');
    await problem(wrong, 405, 'METHOD_NOT_ALLOWED');
    const { paths } = (await (await server.ask('/api/v1/openapi.json')).json()) as { paths: Record<string, object> };
    expect(paths['/health']).toMatchObject({ get: { tags: ['Health'] } });
    const lines = server.log.map((line) => JSON.parse(line) as { level: number; path?: string });
    const levels = (path: string) => new Set(lines.filter((line) => line.path === path).map(({ level }) => level));
    expect(levels('/health')).toEqual(levels('/api/v1/health'));
  });

  it('needs no key, has no rate limit, and is as careful with names at the root as under the prefix', async () => {
    const keyed = await start({ env: { API_KEYS: 'key', RATE_LIMIT_PER_MINUTE: '1' } });
    for (let count = 0; count < 3; count += 1) expect((await keyed.ask('/health')).status).toBe(200);
    const answer = await raw(
      Number(new URL(server.address).port),
      'GET /health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('has figures for Prometheus', async () => {
    const response = await server.ask('/api/v1/health/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const figures = await response.text();
    expect(figures).toMatch(/^image2model_files\{state="waiting"\} 0$/m);
    expect(figures).toMatch(/^image2model_streams 0$/m);
    expect(figures).toMatch(/^image2model_worker_info\{worker="[^"]+-\d+-[\da-f]{6}"\} 1$/m);
    expect(figures).toContain('route="/api/v1/models/available",status="200"');
  });
});

describe('the pages', () => {
  it('are served with what is theirs, and hashed files for ever', async () => {
    const page = await server.ask('/');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    // echo -n 'start()' | openssl dgst -sha256 -binary | base64
    expect(page.headers.get('content-security-policy')).toContain("'sha256-");
    const asset = await server.ask('/_app/immutable/app.abc.js');
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  it('have an address each, and a page for every address that is none of theirs', async () => {
    const html = { headers: { accept: 'text/html' } };
    const routes = { '/': 'upload', '/processing?taskId=1': 'processing', '/results/abc': 'results' };
    for (const [path, text] of Object.entries(routes)) {
      const response = await server.ask(path, html);
      expect(response.status, path).toBe(200);
      expect(await response.text(), path).toContain(text);
    }
    for (const path of ['/nothing', '/results', '/results/abc/more', '/processing/1', '/404']) {
      const response = await server.ask(path, html);
      expect(response.status, path).toBe(404);
      expect(await response.text(), path).toContain('no such page');
      expect(response.headers.get('cache-control')).toBe('no-cache');
    }
    const others = [
      '/api/v1/nothing',
      '/missing.js',
      '/index.html',
      '/_app/immutable/old.js',
      '/..%2f..%2fetc%2fpasswd.txt',
    ];
    for (const path of others) await problem(await server.ask(path, html), 404, 'NOT_FOUND');
    await problem(await server.ask('/nothing'), 404, 'NOT_FOUND');
  });

  it('say so where they are not built', async () => {
    const bare = await start();
    expect(await (await bare.ask('/')).text()).toContain('npm run build:web');
  });
});

describe('the reference', () => {
  interface OpenApi {
    openapi: string;
    security?: unknown;
    paths: Record<
      string,
      Record<string, { responses: Record<string, unknown>; requestBody?: unknown; security?: unknown }>
    >;
    components: { schemas: Record<string, unknown>; securitySchemes: Record<string, unknown> };
  }
  const read = async (): Promise<OpenApi> => (await (await server.ask('/api/v1/openapi.json')).json()) as OpenApi;

  it('names every route of the contract', async () => {
    const { openapi, paths } = await read();
    expect(openapi).toBe('3.1.0');
    const named = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods)
        .filter((method) => method !== 'head')
        .map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(named).toEqual(
      expect.arrayContaining([
        'POST /api/v1/upload',
        'GET /api/v1/models/available',
        'GET /api/v1/status/tasks/{task_id}',
        'GET /api/v1/status/tasks/{task_id}/status',
        'GET /api/v1/status/tasks/{task_id}/stream',
        'GET /api/v1/status/stream',
        'GET /api/v1/status/tasks/{task_id}/events',
        'GET /api/v1/status/events',
        'POST /api/v1/status/tasks/{task_id}/cancel',
        'POST /api/v1/status/tasks/{task_id}/files/{file_id}/cancel',
        'POST /api/v1/status/tasks/{task_id}/ticket',
        'GET /api/v1/status/jobs/{job_id}/progress',
        'GET /api/v1/download/{job_id}/all',
        'GET /api/v1/download/{job_id}/{filename}',
        'GET /api/v1/download/{job_id}/archive',
        'POST /api/v1/jobs/{job_id}/shares',
        'GET /api/v1/jobs/{job_id}/shares',
        'DELETE /api/v1/jobs/{job_id}/shares/{share_id}',
        'GET /api/v1/shared/{token}',
        'GET /api/v1/shared/{token}/{filename}',
        'GET /api/v1/shared/{token}/archive',
        'GET /api/v1/health',
      ]),
    );
    expect(paths['/api/v1/upload']?.['post']?.requestBody).toHaveProperty(['content', 'multipart/form-data']);
  });

  it('asks for a key where the server does: not for what is public, and for nothing on a server without keys', async () => {
    const open = await read();
    expect(open).not.toHaveProperty('security');
    expect(open.components).not.toHaveProperty('securitySchemes');
    const keyed = await start({ env: { API_KEYS: 'key' } });
    const document = (await (await keyed.ask('/api/v1/openapi.json')).json()) as OpenApi;
    expect(document.security).toEqual([{ bearer: [] }, { session: [] }]);
    expect(Object.keys(document.components.securitySchemes)).toEqual(['bearer', 'api_key', 'ticket', 'session']);
    const security = (path: string): unknown => document.paths[path]?.['get']?.security;
    expect(security('/api/v1/health')).toEqual([]);
    expect(security('/api/v1/shared/{token}')).toEqual([]);
    expect(security('/api/v1/jobs')).toBeUndefined();
  });

  it('says for every operation how it fails, and every reference in it leads somewhere', async () => {
    const document = await read();
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, { responses }] of Object.entries(methods)) {
        expect(responses, `${method} ${path}`).toHaveProperty('default');
      }
    }
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g);
    for (const [, path = ''] of references) expect(document).toHaveProperty(path.split('/'));
  });

  it('is a page that speaks to this server alone', async () => {
    const page = await server.ask('/docs');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("connect-src 'self'");
    const html = await page.text();
    const nonce = /nonce-([^']+)'/.exec(policy)?.[1] ?? 'none';
    expect(html).toContain(`nonce="${nonce}"`);
    expect(html).not.toMatch(/https?:\/\//);
    // It would be a second "Models" in the menu.
    expect(html).toMatch(/"hideModels":\s*true/);
    const script = await server.ask('/docs/reference.js');
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect((await script.text()).length).toBeGreaterThan(1_000_000);
  });
});

describe('the documentation of errors', () => {
  it('has every code with its status, and none that there is not', async () => {
    const page = await readFile(resolve(import.meta.dirname, '../../../../docs/errors.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [
      code,
      Number(status),
    ]);
    const table = Object.entries(errorDefinitions).map(([code, { status }]) => [code, status]);
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(table));
  });
});

describe('a server that closes', () => {
  it('sends its streams away, and hands its work to the next one', async () => {
    const started = Promise.withResolvers<void>();
    const closing = await start({
      model: createTriangleModel({
        before: async (_input, _options, { signal }) => {
          started.resolve();
          await new Promise((done) => signal.addEventListener('abort', done));
        },
      }),
    });
    const accepted = await upload(closing);
    await started.promise;
    const stream = await closing.ask(`/api/v1/status/tasks/${accepted.task_id}/stream`);
    await closing.close(0);
    expect(await stream.text()).toMatch(/retry: \d+/);
    await expect(closing.ask('/api/v1/health')).rejects.toThrow('fetch failed');

    const again = await start({ env: { DATA_DIR: closing.dataDir } });
    expect((await ended(again, accepted.task_id)).status).toBe('completed');
  });
});
