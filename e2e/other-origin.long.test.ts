import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../scripts/test/free-port.ts';
import { docCode } from './support/doc-code.ts';
import { startServer } from './support/server.ts';
import type { RunningServer } from './support/server.ts';
import { setUpBrowser } from './support/set-up.ts';
import { samplePaths } from './support/upload.ts';

// The page of docs/api.md as it stands there, with the settings of the command above it.
const blocks = await docCode('api.md', 'Other origins');
const settings = Object.fromEntries(
  [...(blocks.find((block) => block.includes('npm start')) ?? '').matchAll(/([A-Z_]+)=(\S+)/g)].map(
    ([, name = '', value = '']) => [name, value],
  ),
);
const html = blocks.find((block) => block.startsWith('<!doctype html>')) ?? '';

const site = setUpBrowser();
let pages: Server;
let server: RunningServer;
let url: string;
/** The ports of the page are fixed. */
let here: (text: string) => string;

beforeAll(async () => {
  pages = createServer((_, response) => response.setHeader('content-type', 'text/html').end(here(html)));
  pages.listen(0, '127.0.0.1');
  await once(pages, 'listening');
  const port = await freePort();
  const pagePort = (pages.address() as AddressInfo).port;
  here = (text) => text.replaceAll(':8080', `:${pagePort}`).replaceAll(':3000', `:${port}`);
  url = `http://localhost:${pagePort}/`;
  const env = Object.entries(settings).map(([name, value]) => [name, here(value)] as const);
  server = await startServer({ ...Object.fromEntries(env), PORT: String(port) });
});
afterAll(async () => {
  pages.close();
  await server.close();
});

async function open(photos: string[]): Promise<Page> {
  const context = await site.browser.newContext();
  onTestFinished(async () => await context.close());
  const page = await context.newPage();
  await page.goto(url);
  await page.setInputFiles('input', photos);
  return page;
}

test('the page of docs/api.md, on another origin, shows progress, pictures, and saves a model', async () => {
  expect(settings).toEqual({
    API_KEYS: 'a-key',
    CORS_ORIGINS: 'http://localhost:8080',
    PUBLIC_URL: 'http://localhost:3000',
  });
  const page = await open(samplePaths('duck.png', 'coffee.jpg'));
  await page.getByText(/^[\d.]+ %$/).waitFor();
  await page.getByText('2 ready').waitFor({ timeout: 120_000 });
  const save = page.getByRole('button', { name: 'Save coffee.glb' });
  await save.waitFor();
  const widths = () =>
    page.locator('img').evaluateAll((all) => all.map((image) => (image as HTMLImageElement).naturalWidth));
  await expect.poll(widths).toEqual([512, 512]);
  // Twice, since a ticket is good for one download.
  for (let time = 0; time < 2; time += 1) {
    const saved = page.waitForEvent('download');
    await save.click();
    const download = await saved;
    expect(download.suggestedFilename()).toBe('coffee.glb');
    expect((await readFile(await download.path())).subarray(0, 4).toString()).toBe('glTF');
  }
});

test('it says what is wrong with an upload', async () => {
  const page = await open([import.meta.filename]);
  await page.getByText('other-origin.long.test.ts: This file type isn’t supported; use JPEG, PNG or WebP.').waitFor();
});
