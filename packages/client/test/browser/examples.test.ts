import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from '../../../../e2e/support/chromium.ts';
import { startServer } from '../../../../e2e/support/server.ts';
import type { RunningServer } from '../../../../e2e/support/server.ts';
import { disc } from '../support/png.ts';

const root = join(import.meta.dirname, '../../../..');

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

test('the script for Node makes a model of a photo', async () => {
  const script = spawn(process.execPath, [join(root, 'examples/node/convert.mjs'), photo], {
    cwd: folder,
    env: { ...process.env, API_URL: server.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  script.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  expect(await once(script, 'close')).toEqual([0, null]);
  expect(said).toContain('disc.png: 100 %');
  expect(await readdir(folder)).toContain('disc.glb');
  expect((await readFile(join(folder, 'disc.glb'))).subarray(0, 4).toString()).toBe('glTF');
});

test.for(['html', 'svelte', 'react'])('the page for %s makes a model of a photo', async (name) => {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.goto(await serve(name));
  await page.setInputFiles('#photos', photo);
  const link = page.getByRole('link', { name: 'disc.glb' });
  await link.waitFor({ timeout: 30_000 });
  const address = (await link.getAttribute('href')) ?? '';
  const start = await page.evaluate(async (url) => (await (await fetch(url)).text()).slice(0, 4), address);
  expect(start).toBe('glTF');
  expect(problems).toEqual([]);
});

/** The example's own development server, which passes `/api` on to the real one. */
async function serve(name: string): Promise<string> {
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const args = [vite, join(root, 'examples', name), '--host', '127.0.0.1', '--port', '0'];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, API: server.url, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    child.kill();
    await once(child, 'close');
  });
  let said = '';
  for await (const chunk of child.stdout) {
    said += String(chunk);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
    if (url !== undefined) return url;
  }
  throw new Error(`Vite ended before it listened: ${said}`);
}
