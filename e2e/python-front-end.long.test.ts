import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../scripts/test/free-port.ts';
import { ended, sendPhotos as sendPhotosTo } from './support/jobs.ts';
import { type RunningServer, startServer } from './support/server.ts';
import { setUpBrowser } from './support/set-up.ts';
import { samplePaths } from './support/upload.ts';

const key = 'key-of-the-front-end';
const nginx = ['nginx', '/usr/sbin/nginx'].find((name) => spawnSync(name, ['-v']).status === 0);
const recipe = await readFile(join(import.meta.dirname, '../docs/python-front-end.md'), 'utf8');
/** A block of code of the recipe, as it stands there. */
const block = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(recipe)?.[1] ?? '';

/** What the front end does about keys in addresses: nothing, or what the recipe says. */
const ways = { unchanged: 'withKey(url) {\n  return url;\n}\n', changed: block('js') };

const site = setUpBrowser();
let frontEnd: Server;
/** `http://localhost:…`: another origin and another site than the server's `http://127.0.0.1:…`. */
let origin: string;
/** The same pages at an origin that the server does not know. */
let strangers: string;
let server: RunningServer;

beforeAll(async () => {
  frontEnd = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    void answerFile(pathname).then(
      (body) => response.writeHead(200, { 'content-type': types[extname(pathname)] ?? 'text/html' }).end(body),
      () => response.writeHead(404).end(),
    );
  }).listen(0, '127.0.0.1');
  await once(frontEnd, 'listening');
  strangers = `http://127.0.0.1:${(frontEnd.address() as AddressInfo).port}`;
  origin = strangers.replace('127.0.0.1', 'localhost');
  const port = await freePort();
  server = await startServer({
    PORT: String(port),
    API_KEYS: key,
    CORS_ORIGINS: origin,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
  });
});
afterAll(async () => {
  frontEnd.close();
  await server.close();
});

const types: Record<string, string> = { '.js': 'text/javascript', '.html': 'text/html; charset=utf-8' };

/** A file of the front end, with what it does about keys put in; or one of three.js. */
async function answerFile(pathname: string): Promise<string> {
  const [, folder = '', name = ''] = /^\/(\w+)\/(.*)$/.exec(normalize(pathname)) ?? [];
  if (folder === 'three') return await readFile(join(import.meta.dirname, '../node_modules/three', name), 'utf8');
  const text = await readFile(join(import.meta.dirname, 'python-front-end', name || 'index.html'), 'utf8');
  return text.replace(/\/\* withKey:.*\*\//, () => ways[folder as keyof typeof ways]);
}

/** Opens the front end and gives it two photos. */
async function sendPhotos(way: keyof typeof ways, api: string, apiKey = key): Promise<Page> {
  const context = await site.browser.newContext();
  onTestFinished(async () => await context.close());
  const page = await context.newPage();
  const query = new URLSearchParams({ api: `${api}/api/v1`, key: apiKey });
  await page.goto(`${origin}/${way}/?${query}`);
  await page.setInputFiles('#photos', samplePaths('duck.png', 'coffee.jpg'));
  return page;
}

/** That the page shows the whole progress, the pictures of both models, and saves a model. */
async function expectResults(page: Page): Promise<void> {
  await page.getByRole('listitem').nth(1).waitFor({ timeout: 120_000 });
  expect(await page.locator('#progress').textContent()).toMatch(/^[\d.]+ %, [012] of 2$/);
  expect(await page.locator('#files').textContent()).toBe('duck.png: completed\ncoffee.jpg: completed');
  expect(await page.locator('#error').textContent()).toBe('');
  for (const name of ['duck.glb', 'coffee.glb']) {
    const width = () => page.getByRole('img', { name }).evaluate((image) => (image as HTMLImageElement).naturalWidth);
    await expect.poll(width).toBeGreaterThan(0);
    const saved = page.waitForEvent('download');
    await page.getByRole('link', { name }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toBe(name);
    expect((await readFile(await download.path())).subarray(0, 4).toString()).toBe('glTF');
  }
}

describe('the front end of the Python image2model, on another origin and with a key', () => {
  test('uploads unchanged, but its EventSource has no key, and it says that the connection is lost', async () => {
    const page = await sendPhotos('unchanged', server.url);
    await page.getByText('Connection lost').waitFor();
    expect(await page.locator('#progress').textContent()).toBe('');
  });

  test('shows why an upload was refused', async () => {
    const page = await sendPhotos('unchanged', server.url, 'wrong');
    await page.getByText('The API key is not valid.').waitFor();
  });

  test('shows progress and results with the key in its addresses, as the recipe says', async () => {
    await expectResults(await sendPhotos('changed', server.url));
  });

  test.skipIf(nginx === undefined)(
    `shows progress and results unchanged behind nginx that adds the key${nginx === undefined ? ' (left out: there is no nginx)' : ''}`,
    async () => {
      const proxy = await startProxy();
      const behind = await startServer({ API_KEYS: key, CORS_ORIGINS: origin, PUBLIC_URL: proxy.url });
      onTestFinished(async () => await behind.close());
      await proxy.pointTo(behind.url);
      await expectResults(await sendPhotos('unchanged', proxy.url));
    },
  );
});

/** What a page gets of a model that another server has. */
const loadModel = async (url: string): Promise<object> => {
  const { loadModel: load } = globalThis as unknown as { loadModel: (url: string) => Promise<object> };
  const part = await fetch(url, { headers: { range: 'bytes=0-3' } });
  const names = ['accept-ranges', 'content-range', 'content-disposition', 'etag', 'x-request-id'];
  return {
    isScene: 'isObject3D' in (await load(url)),
    status: part.status,
    text: await part.text(),
    missing: names.filter((name) => !part.headers.has(name)),
  };
};

describe('a page with three.js', () => {
  const open = async (base: string): Promise<Page> => {
    const context = await site.browser.newContext();
    onTestFinished(async () => await context.close());
    const page = await context.newPage();
    await page.goto(`${base}/unchanged/three.html`);
    await page.waitForFunction(() => 'loadModel' in globalThis);
    return page;
  };

  test('of an origin in CORS_ORIGINS loads a model, a part of it and its headers; one of another origin cannot', async () => {
    const job = await sendPhotosTo(server.url, ['duck.png'], { key });
    expect(await ended(server.url, job, key)).toBe('completed');
    const address = `${server.url}/api/v1/download/${job.jobId}/duck.glb?api_key=${key}`;
    const page = await open(origin);
    expect(await page.evaluate(loadModel, address)).toEqual({ isScene: true, status: 206, text: 'glTF', missing: [] });
    const stranger = await open(strangers);
    await expect(stranger.evaluate(loadModel, address)).rejects.toThrow('Failed to fetch');
  });
});

/** nginx with the lines of the recipe, on a port of its own, in front of a server that is named later. */
async function startProxy(): Promise<{ url: string; pointTo: (url: string) => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'image2model-nginx-'));
  // The workers of an nginx that root starts are somebody else's.
  await chmod(directory, 0o755);
  const port = await freePort();
  let child: ChildProcess | undefined;
  onTestFinished(async () => {
    if (child !== undefined) {
      child.kill();
      await once(child, 'exit');
    }
    await rm(directory, { recursive: true, force: true });
  });
  const pointTo = async (url: string): Promise<void> => {
    const lines = block('nginx').replace('http://127.0.0.1:3000', url).replace('<key>', key);
    const file = join(directory, 'nginx.conf');
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${directory}/${name};`,
    );
    const http = `access_log off; ${temporary.join(' ')} server { listen 127.0.0.1:${port}; ${lines} }`;
    await writeFile(file, `daemon off; pid ${directory}/pid; events {} http { ${http} }`);
    child = spawn(nginx ?? '', ['-p', directory, '-e', join(directory, 'error.log'), '-c', file], { stdio: 'ignore' });
    await expect
      .poll(
        async () =>
          await fetch(`http://127.0.0.1:${port}/health`).then(
            ({ status }) => status,
            () => 0,
          ),
      )
      .toBe(200);
  };
  return { url: `http://127.0.0.1:${port}`, pointTo };
}
