import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from '../../../../e2e/support/chromium.ts';
import { sizeOf } from '../../scripts/size.ts';
import { problem, startFeedServer } from '../support/feed-server.ts';

/** Sends 400 KB and keeps what came of it: the progress told, and the result once there is one. */
const uploadPage = `<!doctype html><title>Upload</title><script type="module">
  import { api } from '/sdk.js';
  globalThis.told = [];
  globalThis.controller = new AbortController();
  const photo = new File([new Uint8Array(400_000)], 'photo.png', { type: 'image/png' });
  const onUploadProgress = ({ progress }) => told.push(progress);
  const { signal } = controller;
  api.uploadBatch([photo], { onUploadProgress, signal, retries: 1 }).then((result) => {
    globalThis.result = result;
  });
</script>`;

interface PageState {
  told: number[];
  controller: AbortController;
  result?: Record<string, unknown>;
}

let browser: Browser;
let bundle: string;
beforeAll(async () => {
  [browser, { code: bundle }] = await Promise.all([launchBrowser(), sizeOf('*', { whole: true })]);
});
afterAll(() => browser.close());

async function openPage(answer: (times: number) => { status: number; code: string } | undefined) {
  const keys: unknown[] = [];
  const server = await startFeedServer([], {
    intercept: (request, response) => {
      if (request.method === 'POST') {
        request.resume();
        request.on('end', () => {
          keys.push(request.headers['idempotency-key']);
          const refusal = answer(keys.length);
          if (refusal) problem(response, refusal.status, refusal.code, { 'Retry-After': '0' });
        });
      } else {
        const script = request.url === '/sdk.js';
        response.writeHead(200, { 'Content-Type': script ? 'text/javascript' : 'text/html' });
        response.end(script ? bundle : uploadPage);
      }
      return true;
    },
  });
  const page = await browser.newPage();
  onTestFinished(async () => {
    await page.close();
    await server.close();
  });
  await page.goto(server.baseUrl);
  return { page, keys };
}

const resultOf = (page: Page) => page.evaluate(() => (globalThis as unknown as PageState).result);

test('a browser tells the progress of an upload and reads its refusal', async () => {
  const { page } = await openPage(() => ({ status: 415, code: 'UNSUPPORTED_IMAGE_TYPE' }));
  await expect
    .poll(() => resultOf(page))
    .toMatchObject({
      success: false,
      status: 415,
      code: 'UNSUPPORTED_IMAGE_TYPE',
      retryable: false,
    });
  const told = await page.evaluate(() => (globalThis as unknown as PageState).told);
  expect(told.at(-1)).toBe(100);
  expect(told).toEqual([...told].sort((a, b) => a - b));
});

test('a browser tries an upload again under the same key', async () => {
  const { page, keys } = await openPage((times) => ({ status: times === 1 ? 503 : 415, code: 'ANY' }));
  await expect.poll(() => resultOf(page), { timeout: 10_000 }).toMatchObject({ status: 415 });
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
});

test('a browser stops an upload when its signal fires', async () => {
  const { page, keys } = await openPage(() => undefined);
  await expect.poll(() => keys.length).toBe(1);
  await page.evaluate(() => (globalThis as unknown as PageState).controller.abort());
  await expect.poll(() => resultOf(page)).toMatchObject({ success: false, code: 'ABORTED', retryable: false });
});
