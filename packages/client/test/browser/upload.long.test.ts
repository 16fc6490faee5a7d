import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from '../../../../e2e/support/chromium.ts';
import { sizeOf } from '../../scripts/size.ts';
import { problem, startFeedServer } from '../support/feed-server.ts';

/** Uploads 400 KB and records the progress and the result. */
const uploadPage = `<!doctype html><title>Upload</title><script type="module">
  import { api } from '/sdk.js';
  globalThis.reports = [];
  globalThis.controller = new AbortController();
  const photo = new File([new Uint8Array(400_000)], 'photo.png', { type: 'image/png' });
  const onUploadProgress = ({ progress }) => reports.push(progress);
  const { signal } = controller;
  api.uploadBatch([photo], { onUploadProgress, signal, retries: 1 }).then((result) => {
    globalThis.result = result;
  });
</script>`;

interface PageState {
  reports: number[];
  controller: AbortController;
  result?: Record<string, unknown>;
}

let browser: Browser;
let bundle: string;
beforeAll(async () => {
  [browser, { code: bundle }] = await Promise.all([launchBrowser(), sizeOf('*', { whole: true })]);
});
afterAll(() => browser.close());

async function openPage(respond: (count: number) => { status: number; code: string } | undefined) {
  const keys: unknown[] = [];
  const server = await startFeedServer([], {
    intercept: (request, response) => {
      if (request.method === 'POST') {
        request.resume();
        request.on('end', () => {
          keys.push(request.headers['idempotency-key']);
          const error = respond(keys.length);
          if (error) problem(response, error.status, error.code, { 'Retry-After': '0' });
        });
      } else {
        const script = request.url === '/sdk.js';
        response.writeHead(200, { 'Content-Type': script ? 'text/javascript' : 'text/html' });
        response.end(script ? bundle : uploadPage);
      }
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

test('a browser reports the progress of an upload and reads the error response', async () => {
  const { page } = await openPage(() => ({ status: 415, code: 'UNSUPPORTED_IMAGE_TYPE' }));
  await expect
    .poll(() => resultOf(page))
    .toMatchObject({
      success: false,
      status: 415,
      code: 'UNSUPPORTED_IMAGE_TYPE',
      retryable: false,
    });
  const reports = await page.evaluate(() => (globalThis as unknown as PageState).reports);
  expect(reports.at(-1)).toBe(100);
  expect(reports).toEqual([...reports].sort((a, b) => a - b));
});

test('a browser retries an upload with the same key', async () => {
  const { page, keys } = await openPage((count) => ({ status: count === 1 ? 503 : 415, code: 'ANY' }));
  await expect.poll(() => resultOf(page), { timeout: 10_000 }).toMatchObject({ status: 415 });
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
});

test('a browser aborts an upload when its signal fires', async () => {
  const { page, keys } = await openPage(() => undefined);
  await expect.poll(() => keys.length).toBe(1);
  await page.evaluate(() => (globalThis as unknown as PageState).controller.abort());
  await expect.poll(() => resultOf(page)).toMatchObject({ success: false, code: 'ABORTED', retryable: false });
});
