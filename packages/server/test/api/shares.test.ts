/* oxlint-disable vitest/expect-expect, vitest/no-standalone-expect -- `problem` expects */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newShareSchema, sharedSchema, shareListSchema } from '@image2model/protocol';
import type { NewShare, Shared, Upload } from '@image2model/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TestServer } from '../support/server.ts';
import { ask as raw } from '../support/sockets.ts';
import { ended, json, problem, start, upload } from './support.ts';

const mine = { authorization: 'Bearer key-of-alice' };
const theirs = { authorization: 'Bearer key-of-bob' };
const minuteMs = 60_000;

let pagesDirectory: string;
let server: TestServer;
let job: Upload;

beforeAll(async () => {
  pagesDirectory = await mkdtemp(join(tmpdir(), 'image2model-pages-'));
  await mkdir(join(pagesDirectory, 'shared'), { recursive: true });
  const page = '<!doctype html><head><script>start()</script></head>the shared page';
  for (const name of ['404.html', 'index.html', 'shared/[token].html']) {
    await writeFile(join(pagesDirectory, name), page);
  }
});

afterAll(async () => await rm(pagesDirectory, { recursive: true, force: true }));

beforeEach(async () => {
  await startWith({});
  job = await upload(server, ['chair.png', 'lamp.png'], { headers: mine });
  await ended(server, job.task_id, { headers: mine });
});

async function startWith(env: Record<string, string>, dataDir?: string): Promise<void> {
  server = await start({
    env: { API_KEYS: 'key-of-alice,key-of-bob', ...env },
    pagesDirectory,
    ...(dataDir !== undefined && { dataDir }),
  });
}

const sharesOf = (id = job.job_id): string => `/api/v1/jobs/${id}/shares`;
const fileId = (index: number): string => job.uploaded_files[index]?.file_id ?? '';
const tokenOf = (share: NewShare): string => share.url.split('/').at(-1) ?? '';
const apiOf = (share: NewShare): string => `/api/v1/shared/${tokenOf(share)}`;

async function make(body: object = {}): Promise<NewShare> {
  const response = await server.ask(sharesOf(), json('POST', body, mine));
  expect(response.status).toBe(201);
  expect(response.headers.get('cache-control')).toBe('private, no-store');
  return newShareSchema.parse(await response.json());
}

async function opened(share: NewShare): Promise<Shared> {
  const response = await server.ask(apiOf(share));
  expect(response.status).toBe(200);
  return sharedSchema.parse(await response.json());
}

const gone = async (path: string): Promise<void> =>
  void (await problem(await server.ask(path), 404, 'SHARE_NOT_FOUND'));

async function list(): Promise<string[]> {
  const response = await server.ask(sharesOf(), { headers: mine });
  return shareListSchema.parse(await response.json()).shares.map(({ id }) => id);
}

describe('a lasting link', () => {
  it('is made by the owner of a job alone, for a week unless another life is asked for', async () => {
    const share = await make();
    expect(share).toMatchObject({ scope: 'job', file_id: null });
    expect(share.url).toMatch(new RegExp(`^${server.address}/shared/[\\w-]{32}$`));
    const lifeMs = (of: NewShare): number => Date.parse(of.expires_at ?? '') - Date.parse(of.created_at);
    expect(lifeMs(share)).toBe(7 * 24 * 60 * minuteMs);
    expect(lifeMs(await make({ expires_in: 86_400, file_id: fileId(0) }))).toBe(24 * 60 * minuteMs);
    expect(await make({ expires_in: null })).toMatchObject({ expires_at: null });
    const bare = await server.ask(sharesOf(), { method: 'POST', headers: mine });
    expect(bare.status).toBe(201);
    await problem(await server.ask(sharesOf(), json('POST', {}, theirs)), 404, 'JOB_NOT_FOUND');
    await problem(await server.ask(sharesOf(), { headers: theirs }), 404, 'JOB_NOT_FOUND');
    await problem(await server.ask(sharesOf(), json('POST', {})), 401, 'UNAUTHENTICATED');
  });

  it('is refused where there is nothing to share, or the life is none', async () => {
    const ask = async (body: object) => await server.ask(sharesOf(), json('POST', body, mine));
    for (const expires_in of [0, -1, 1.5, '60', 59, 400 * 24 * 3600]) {
      await problem(await ask({ expires_in }), 400, 'INVALID_REQUEST');
    }
    await problem(await ask({ file_id: 'x' }), 400, 'INVALID_REQUEST');
    await problem(await ask({ file_id: job.job_id }), 404, 'FILE_NOT_FOUND');
    expect(await list()).toEqual([]);
  });

  it('opens all models of its job, their pictures and every format, any number of times, without a key', async () => {
    const share = await make();
    for (const _ of [1, 2]) {
      const { files, scope, archive_url: archive } = await opened(share);
      expect(scope).toBe('job');
      expect(files.map(({ filename }) => filename)).toEqual(['chair.glb', 'lamp.glb']);
      for (const { url, rendered_image: picture } of files) {
        const model = await server.ask(url);
        expect(model.status).toBe(200);
        expect(model.headers.get('cache-control')).toBe('private, no-store');
        expect(model.headers.get('referrer-policy')).toBe('no-referrer');
        expect(model.headers.get('content-disposition')).toMatch(/^attachment; filename="(chair|lamp)\.glb"/);
        expect((await server.ask(picture?.url ?? '')).headers.get('content-type')).toBe('image/webp');
        expect((await server.ask(`${url}?format=stl`)).headers.get('content-type')).toBe('model/stl');
      }
      const zip = await server.ask(archive);
      expect([zip.status, zip.headers.get('content-type')]).toEqual([200, 'application/zip']);
      expect(zip.headers.get('cache-control')).toBe('private, no-store');
      expect(Buffer.from(await zip.arrayBuffer()).toString('latin1')).toContain('lamp.glb');
    }
  });

  it('answers HEAD and ranges', async () => {
    const share = await make();
    const [model] = (await opened(share)).files;
    const url = model?.url ?? '';
    const whole = Buffer.from(await (await server.ask(url)).arrayBuffer());
    const head = await server.ask(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(whole.byteLength)]);
    const part = await server.ask(url, { headers: { range: 'bytes=4-11' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 4-11/${whole.byteLength}`]);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(whole.subarray(4, 12));
    await problem(await server.ask(url, { headers: { range: 'bytes=999999999-' } }), 416, 'RANGE_NOT_SATISFIABLE');
  });

  it('to one model opens no other file of the job, and no photo', async () => {
    const share = await make({ file_id: fileId(0).toUpperCase() });
    expect(share).toMatchObject({ scope: 'file', file_id: fileId(0) });
    const { files, archive_url: archive } = await opened(share);
    expect(files.map(({ filename }) => filename)).toEqual(['chair.glb']);
    expect(Buffer.from(await (await server.ask(archive)).arrayBuffer()).toString('latin1')).not.toContain('lamp');
    for (const name of ['lamp.glb', 'lamp.webp', 'chair.png', fileId(0), '..%2flamp.glb', 'all', 'photos']) {
      await problem(await server.ask(`${apiOf(share)}/${name}`), 404, 'FILE_NOT_FOUND');
    }
    for (const path of [`/photos/${fileId(0)}`, `/masks/${fileId(0)}`, '/a/../lamp.glb']) {
      const response = await server.ask(apiOf(share) + path);
      expect(response.status, path).toBe(404);
    }
    // It is no key: it opens nothing that one would.
    const token = tokenOf(share);
    for (const query of [`ticket=${token}`, `api_key=${token}`]) {
      await problem(await server.ask(`/api/v1/download/${job.job_id}/chair.glb?${query}`), 401, 'UNAUTHENTICATED');
    }
    await problem(
      await server.ask(sharesOf(), { headers: { authorization: `Bearer ${token}` } }),
      401,
      'UNAUTHENTICATED',
    );
  });

  it('takes no path out of its models, however it is written', async () => {
    const share = await make({ file_id: fileId(0) });
    const port = Number(new URL(server.address).port);
    for (const name of ['/../lamp.glb', '/..%2flamp.glb', '/..\\lamp.glb', '/%00chair.glb', '//etc/passwd', '/%ff']) {
      const answer = await raw(port, `GET ${apiOf(share)}${name} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(answer, name).toMatch(/^HTTP\/1\.1 40[04] /);
    }
  });

  it('is good for nobody who guesses, and the answer does not tell why', async () => {
    const share = await make();
    const token = tokenOf(share);
    const wrong = [
      token.slice(1),
      `${token}A`,
      token.toLowerCase().replace(/^./, '_'),
      share.id,
      'x',
      '%00',
      '__proto__',
    ];
    const revoked = await make();
    await server.ask(`${sharesOf()}/${revoked.id}`, { method: 'DELETE', headers: mine });
    const bodies = new Set<string>();
    for (const one of [...wrong, tokenOf(revoked)]) {
      const answer = await problem(await server.ask(`/api/v1/shared/${one}`), 404, 'SHARE_NOT_FOUND');
      bodies.add(JSON.stringify({ ...answer, request_id: '' }));
      await gone(`/api/v1/shared/${one}/chair.glb`);
      await gone(`/api/v1/shared/${one}/archive`);
    }
    expect(bodies.size).toBe(1);
  });

  // Promised: A revoked link opens nothing more, from the moment that the answer says so.
  it('is listed until it is revoked, by its owner, at once', async () => {
    const [one, two] = [await make(), await make({ file_id: fileId(1) })];
    expect(new Set(await list())).toEqual(new Set([one.id, two.id]));
    const text = await (await server.ask(sharesOf(), { headers: mine })).text();
    expect(text).not.toContain(tokenOf(one));
    const path = `${sharesOf()}/${one.id}`;
    await problem(await server.ask(path, { method: 'DELETE', headers: theirs }), 404, 'JOB_NOT_FOUND');
    await opened(one);
    const revoked = await server.ask(path, { method: 'DELETE', headers: mine });
    expect(await revoked.json()).toEqual({ id: one.id, status: 'revoked' });
    await gone(apiOf(one));
    await gone(`${apiOf(one)}/chair.glb`);
    expect((await server.ask(`/shared/${tokenOf(one)}`)).status).toBe(404);
    await opened(two);
    expect(await list()).toEqual([two.id]);
    await problem(await server.ask(path, { method: 'DELETE', headers: mine }), 404, 'SHARE_NOT_FOUND');
    await problem(await server.ask(`${sharesOf()}/nothing`, { method: 'DELETE', headers: mine }), 400, 'INVALID_ID');
  });

  // Promised: An expired link opens nothing more.
  it('opens nothing once it has expired', async () => {
    const token = 'A'.repeat(32);
    const hash = createHash('sha256').update(token).digest('base64url');
    const share = { shareId: job.task_id, jobId: job.job_id, fileId: null, hash };
    await server.engine.addShare(share, { forMs: 0, limit: 50 });
    await gone(`/api/v1/shared/${token}`);
    await gone(`/api/v1/shared/${token}/chair.glb`);
    expect((await server.ask(`/shared/${token}`)).status).toBe(404);
    expect(await list()).toEqual([]);
  });

  it('ends with its job, and with the key of its owner', async () => {
    const share = await make({ expires_in: null });
    const { dataDir } = server;
    await server.close(0);
    await startWith({ API_KEYS: 'key-of-bob' }, dataDir);
    await gone(apiOf(share));
    await server.close(0);
    await startWith({}, dataDir);
    await opened(share);
    await server.ask(`/api/v1/jobs/${job.job_id}`, { method: 'DELETE', headers: mine });
    await gone(apiOf(share));
    await gone(`${apiOf(share)}/chair.glb`);
  });

  it('outlasts a restart', async () => {
    const share = await make();
    await server.close(0);
    await startWith({}, server.dataDir);
    expect((await opened(share)).files).toHaveLength(2);
  });

  it('is one of at most fifty for each job', async () => {
    await startWith({ RATE_LIMIT_PER_MINUTE: '1000' });
    job = await upload(server, ['chair.png'], { headers: mine });
    await ended(server, job.task_id, { headers: mine });
    const shares = await Promise.all(Array.from({ length: 50 }, async () => await make()));
    await problem(await server.ask(sharesOf(), json('POST', {}, mine)), 409, 'TOO_MANY_SHARES');
    await server.ask(`${sharesOf()}/${shares[0]?.id}`, { method: 'DELETE', headers: mine });
    await make();
  });

  it('counts towards the rate limit of an address', async () => {
    const share = await make();
    await server.close(0);
    await startWith({ RATE_LIMIT_PER_MINUTE: '2' }, server.dataDir);
    await opened(share);
    expect((await server.ask(`/shared/${tokenOf(share)}`)).status).toBe(200);
    await problem(await server.ask(apiOf(share)), 429, 'RATE_LIMITED');
    expect((await server.ask(`/shared/${tokenOf(share)}`)).status).toBe(429);
  });

  // Promised: The token of a link is stored only as a hash, and is in no log.
  it('leaves its token in no log and in no file', async () => {
    const share = await make();
    const token = tokenOf(share);
    await opened(share);
    const paths = [`/shared/${token}`, `/shared/${token}/`, `/shared/${token}?embed=1`, `/shared/${token}/x`];
    const odd = [
      `/%73hared/${token}`,
      `/SHARED/${token}`,
      `//shared/${token}`,
      `/shared%2f${token}`,
      `/shared//${token}`,
    ];
    for (const path of [...paths, ...odd, `/api/v1/shared/${token}/nothing.glb`, `/api/v1/%73hared/${token}`]) {
      await server.ask(path);
      await server.ask(path, { method: 'POST' });
    }
    const everything = server.log.join('');
    expect(everything).toContain('/shared/…');
    expect(everything).not.toContain(token);
    for (const name of await readdir(server.dataDir)) {
      const bytes = await readFile(join(server.dataDir, name)).catch(() => Buffer.of());
      expect(bytes.includes(token), name).toBe(false);
    }
  });
});

describe('the page of a lasting link', () => {
  const page = async (path: string, headers: Record<string, string> = {}) =>
    await server.ask(path, { headers: { accept: 'text/html', ...headers } });

  it('has its preview in the HTML, absolute and escaped', async () => {
    job = await upload(server, [`a"><script>alert(1)</script>&'.png`, 'b.png', 'c.png', 'd.png'], { headers: mine });
    await ended(server, job.task_id, { headers: mine });
    const share = await make();
    const response = await page(`/shared/${tokenOf(share)}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.get('x-robots-tag')).toBe('noindex');
    const html = await response.text();
    const [first] = (await opened(share)).files;
    expect(html).not.toContain('<script>alert');
    expect(html).toMatch(/<meta property="og:title" content="[^"<>]+, b, c \+1">.*<\/head>the shared page$/s);
    expect(html).toContain('<meta property="og:type" content="website">');
    expect(html).toContain(`<meta property="og:url" content="${share.url}">`);
    const picture = `${server.address}${first?.rendered_image?.url.replace("'", '&#39;')}`;
    expect(html).toContain(`<meta property="og:image" content="${picture}">`);
    expect(html).toContain('<meta name="twitter:card" content="summary_large_image">');
    // The policy still names the only script.
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'self'");
    expect(response.headers.get('content-security-policy')).toContain("'sha256-");
  });

  it('names the address that it was asked at, or PUBLIC_URL, and no host that is none', async () => {
    const share = await make();
    const port = Number(new URL(server.address).port);
    const asked = async (host: string): Promise<string> =>
      await raw(port, `GET /shared/${tokenOf(share)} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect(await asked('models.example')).toContain('content="http://models.example/shared/');
    expect(await asked('evil"><script>')).not.toContain('evil');
    const proxied = await page(`/shared/${tokenOf(share)}`, { 'x-forwarded-proto': 'https' });
    expect(await proxied.text()).toContain('content="https://127.0.0.1:');
    await server.close(0);
    await startWith({ PUBLIC_URL: 'https://models.example/3d' }, server.dataDir);
    expect(await (await page(`/shared/${tokenOf(share)}`)).text()).toContain(
      'content="https://models.example/3d/shared/',
    );
    expect((await make()).url).toMatch(/^https:\/\/models\.example\/3d\/shared\/[\w-]{32}$/);
    expect((await opened(share)).files[0]?.url).toMatch(/^https:\/\/models\.example\/3d\/api\/v1\/shared\//);
  });

  it('may be framed by other pages as an embed alone, as nothing else may', async () => {
    const share = await make();
    const embed = await page(`/shared/${tokenOf(share)}?embed=1`);
    expect(embed.headers.get('content-security-policy')).toMatch(/frame-ancestors \*($|;)/);
    expect(embed.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(embed.headers.get('x-frame-options')).toBeNull();
    const others = [
      '/',
      '/?embed=1',
      `/shared/${tokenOf(share)}?embed=2`,
      `/shared/${tokenOf(share)}`,
      '/docs?embed=1',
    ];
    for (const path of [...others, `${apiOf(share)}?embed=1`, '/shared?embed=1', '/nothing?embed=1']) {
      const { headers } = await page(path);
      expect(headers.get('content-security-policy'), path).toMatch(/frame-ancestors '(self|none)'/);
      expect(headers.get('x-frame-options'), path).toBe('SAMEORIGIN');
    }
  });

  it('is the same, without any preview, for a link that is unknown, revoked or expired', async () => {
    const revoked = await make();
    await server.ask(`${sharesOf()}/${revoked.id}`, { method: 'DELETE', headers: mine });
    const [one, other] = [await page(`/shared/${tokenOf(revoked)}`), await page('/shared/nothing')];
    expect([one.status, other.status]).toEqual([404, 404]);
    const text = await one.text();
    expect(text).toBe(await other.text());
    expect(text).toContain('the shared page');
    expect(text).not.toContain('og:');
  });
});

describe('on a server without keys', () => {
  it('links work too, and only on a loopback address', async () => {
    await startWith({ API_KEYS: '' });
    job = await upload(server, ['chair.png']);
    await ended(server, job.task_id);
    const response = await server.ask(sharesOf(), json('POST', {}));
    const share = newShareSchema.parse(await response.json());
    expect((await opened(share)).files).toHaveLength(1);
    const port = Number(new URL(server.address).port);
    const foreign = 'HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n';
    expect(await raw(port, `GET ${apiOf(share)} ${foreign}`)).toMatch(/^HTTP\/1\.1 403 /);
    const page = await raw(port, `GET /shared/${tokenOf(share)} ${foreign}`);
    expect(page).toMatch(/^HTTP\/1\.1 403 /);
    expect(page).not.toContain('og:');
    const elsewhere = json('POST', {}, { origin: 'https://evil.example' });
    await problem(await server.ask(sharesOf(), elsewhere), 403, 'FORBIDDEN');
  });
});
