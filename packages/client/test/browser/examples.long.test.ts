import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../../../../e2e/support/chromium.ts';
import { startServer } from '../../../../e2e/support/server.ts';
import type { RunningServer } from '../../../../e2e/support/server.ts';
import { disc } from '../support/png.ts';
import { root, startVite } from '../support/vite.ts';

let server: RunningServer;
let browser: Browser;
let folder: string;
let photo: string;
beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
  folder = await mkdtemp(join(tmpdir(), 'image2model-examples-'));
  photo = join(folder, 'disc.png');
  await writeFile(photo, await disc(96, [180, 60, 40]).bytes());
});
afterAll(async () => {
  await Promise.all([server.close(), browser.close()]);
  await rm(folder, { recursive: true, force: true });
});

test('the Node script makes a model from a photo', async () => {
  const script = spawn(process.execPath, [join(root, 'examples/node/convert.mjs'), photo], {
    cwd: folder,
    env: { ...process.env, API_URL: server.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  script.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  expect(await once(script, 'close')).toEqual([0, null]);
  expect(output).toContain('disc.png: 100 %');
  expect(await readdir(folder)).toContain('disc.glb');
  expect((await readFile(join(folder, 'disc.glb'))).subarray(0, 4).toString()).toBe('glTF');
});

test.for(['html', 'svelte', 'react'])('the %s page makes a model from a photo', async (name) => {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  // The example's own development server, which proxies `/api` to the real server.
  await page.goto(await startVite([join(root, 'examples', name)], root, { API: server.url }));
  await page.setInputFiles('#photos', photo);
  const link = page.getByRole('link', { name: 'disc.glb' });
  await link.waitFor({ timeout: 30_000 });
  const address = (await link.getAttribute('href')) ?? '';
  const start = await page.evaluate(async (url) => (await (await fetch(url)).text()).slice(0, 4), address);
  expect(start).toBe('glTF');
  expect(errors).toEqual([]);
});
