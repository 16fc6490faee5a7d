import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from '../../../e2e/support/chromium.ts';
import { startServer } from '../../../e2e/support/server.ts';
import type { RunningServer } from '../../../e2e/support/server.ts';
import { pack } from '../scripts/pack.ts';
import { installInto } from './support/consumer.ts';
import { disc } from './support/png.ts';
import { root, startVite, vite } from './support/vite.ts';

const run = promisify(execFile);

let server: RunningServer;
let folder: string;
let tarball: string;
let consumer: string;
let photo: string;
// Another project, which gets the package from its tarball.
beforeAll(async () => {
  server = await startServer();
  folder = await mkdtemp(join(tmpdir(), 'image2model-consumer-'));
  tarball = await pack(join(folder, 'stage'));
  consumer = join(folder, 'consumer');
  await installInto(consumer, tarball);
  photo = join(consumer, 'disc.png');
  await writeFile(photo, await disc(32, [180, 60, 40]).bytes());
  await writeFile(join(consumer, 'readme.js'), `import './set-up.js';\n${await readmeExample()}`);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

test("the README's example runs in Node in a project that has installed the package", async () => {
  // What the example expects of its page: the server's address and a file input with a photo.
  const setUp = `
    import { openAsBlob } from 'node:fs';
    import api from '@image2model/client';
    api.setBaseUrl(process.env.API_URL);
    globalThis.input = { files: [new File([await openAsBlob('disc.png')], 'disc.png')] };`;
  await writeFile(join(consumer, 'set-up.js'), setUp);
  const { stdout, stderr } = await runScript('readme.js');
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^Done: [\w-]+\n$/m);
});

test('the Node example writes a model in a project that has installed the package', async () => {
  await copyFile(join(root, 'examples/node/convert.mjs'), join(consumer, 'convert.mjs'));
  const { stdout } = await runScript('convert.mjs', [photo]);
  expect(stdout).toContain('disc.png: 100 %');
  expect(await readdir(consumer)).toContain('disc.glb');
  expect((await readFile(join(consumer, 'disc.glb'))).subarray(0, 4).toString()).toBe('glTF');
});

test("the README's example and the page, bundled by Vite, run in Chromium", async () => {
  const example = join(root, 'examples/html');
  for (const file of ['index.html', 'main.js']) await copyFile(join(example, file), join(consumer, file));
  // The example expects a file input that has been filled in.
  const setUp = `
    globalThis.input = document.getElementById('input');
    await new Promise((filled) => input.addEventListener('change', filled));`;
  await writeFile(join(consumer, 'set-up.js'), setUp);
  await mkdir(join(consumer, 'readme'));
  const page = '<!doctype html><input id="input" type="file" /><script type="module" src="../readme.js"></script>';
  await writeFile(join(consumer, 'readme/index.html'), page);
  await build(['index.html', 'readme/index.html']);

  const address = await startVite(['preview'], consumer);
  const browser = await launchBrowser();
  onTestFinished(() => browser.close());

  const tab = await browser.newPage();
  const errors: string[] = [];
  tab.on('pageerror', (error) => errors.push(String(error)));

  const done = tab.waitForEvent('console', {
    predicate: (message) => message.text().startsWith('Done:'),
    timeout: 15_000,
  });
  await tab.goto(`${address}/readme/index.html`);
  await tab.setInputFiles('#input', photo);
  expect((await done).text()).toMatch(/^Done: [\w-]+$/);

  await tab.goto(`${address}/`);
  await tab.setInputFiles('#photos', photo);
  const link = tab.getByRole('link', { name: 'disc.glb' });
  await link.waitFor({ timeout: 15_000 });
  const model = (await link.getAttribute('href')) ?? '';
  expect(await tab.evaluate(async (url) => (await (await fetch(url)).text()).slice(0, 4), model)).toBe('glTF');
  expect(errors).toEqual([]);
});

test('without a registry and a filled cache the installation fails and says why', async () => {
  const env = { npm_config_registry: 'http://127.0.0.1:9', npm_config_cache: join(folder, 'empty') };
  await expect(installInto(join(folder, 'offline'), tarball, env)).rejects.toThrow(
    "npm's registry cannot be reached (ECONNREFUSED)",
  );
});

async function readmeExample(): Promise<string> {
  const text = await readFile(join(root, 'packages/client/README.md'), 'utf8');
  const [, example] = /```js\n(.*?)```/s.exec(text) ?? [];
  if (example === undefined) throw new Error('The README has no example');
  return example;
}

function runScript(name: string, args: string[] = []) {
  return run(process.execPath, [name, ...args], { cwd: consumer, env: { ...process.env, API_URL: server.url } });
}

/** Builds pages of the consumer; their preview proxies `/api` to the real server. */
async function build(pages: string[]): Promise<void> {
  const config = {
    build: { rollupOptions: { input: pages } },
    // Keeps the page's own host, so that the server sees one origin, as behind any reverse proxy.
    preview: { proxy: { '/api': { target: server.url, changeOrigin: false } } },
  };
  await writeFile(join(consumer, 'vite.config.js'), `export default ${JSON.stringify(config)};`);
  await run(process.execPath, [vite, 'build'], { cwd: consumer, env: { ...process.env, NODE_ENV: 'production' } });
}
