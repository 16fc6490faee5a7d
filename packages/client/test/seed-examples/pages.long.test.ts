import { join } from 'node:path';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startCuttingProxy } from '../../../../e2e/support/cutting-proxy.ts';
import { launchBrowser } from '../../../../e2e/support/chromium.ts';
import { startServer } from '../../../../e2e/support/server.ts';
import type { RunningServer } from '../../../../e2e/support/server.ts';
import { api } from '../../src/index.ts';
import { disc } from '../support/png.ts';
import { root, startVite } from '../support/vite.ts';
import { uploadDiscs, useProxy } from './support.ts';

let server: RunningServer;
let browser: Browser;
beforeAll(async () => {
  server = await startServer({ WORKER_CONCURRENCY: '1' });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

/** Opens the examples on Vite's development server, behind which a proxy leads to the real one. */
async function openExamples(show: string) {
  const proxy = await useProxy(server.url);
  const page = await browser.newPage();
  onTestFinished(async () => await page.close());
  const said: string[] = [];
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('console', (message) => said.push(message.text()));
  const vite = await startVite([join(root, 'examples/seed')], root, { API: proxy.url });
  // Vite's own proxy does not pass a cut on to the page; this one is in front of it.
  const network = await startCuttingProxy(vite);
  onTestFinished(async () => await network.close());
  await page.goto(network.url);
  await page.getByLabel('Example').selectOption(show);
  return { page, proxy, network, said };
}

/** Picks so many photos of discs; the page uploads them. Returns the id of the task. */
async function upload(page: Page, count: number): Promise<string> {
  const photos = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const file = disc(256, [30 * index, 60, Math.floor(Math.random() * 256)]);
      return { name: file.name, mimeType: file.type, buffer: Buffer.from(await file.arrayBuffer()) };
    }),
  );
  const answered = page.waitForResponse((response) => response.url().endsWith('/upload/'));
  await page.setInputFiles('#photos', photos);
  return ((await (await answered).json()) as { task_id: string }).task_id;
}

/** Open event streams at the server. */
async function openStreams(): Promise<number> {
  const metrics = await (await fetch(`${server.url}/api/v1/health/metrics`)).text();
  return Number(/^image2model_streams (\d+)/m.exec(metrics)?.[1]);
}

test('the basic page follows a task to its end', async () => {
  const { page, said } = await openExamples('Basic page');
  await upload(page, 1);
  await expect.poll(() => said.filter((text) => text.startsWith('Processing complete!'))).toHaveLength(1);
  expect(await page.getByRole('progressbar').getAttribute('value')).toBe('100');
  expect(said.filter((text) => text.includes('rror') || text.includes('failed'))).toEqual([]);
});

test('the tracker shows files and results, once, through a cut connection', async () => {
  const { page, network } = await openExamples('Advanced tracker');
  await upload(page, 3);
  const completed = page.getByRole('listitem').filter({ hasText: 'completed, 100%' });
  await completed.first().waitFor();
  network.cutStreams();
  await page.getByText(/^completed in \d+ s/).waitFor();
  await expect.poll(() => completed.count()).toBe(3);
  await expect.poll(() => page.getByRole('link').count()).toBe(3);
  expect(await page.getByRole('log').locator('p').allTextContents()).toEqual(['All files processed successfully!']);
  expect(await page.getByRole('progressbar').getAttribute('value')).toBe('100');
  const address = (await page.getByRole('link').first().getAttribute('href')) ?? '';
  const start = await page.evaluate(async (url) => (await (await fetch(url)).text()).slice(0, 4), address);
  expect(start).toBe('glTF');
});

test('the tracker calls no file processed that was cancelled', async () => {
  const { page } = await openExamples('Advanced tracker');
  const taskId = await upload(page, 3);
  await page.getByRole('listitem').nth(2).waitFor();
  const status = await api.getJobStatus(taskId);
  const last = status.success ? (status.files.at(-1)?.file_id ?? '') : '';
  expect((await api.cancelFile(taskId, last)).success).toBe(true);
  await page.getByText(/^completed in \d+ s/).waitFor();
  expect(await page.getByRole('log').locator('p').allTextContents()).toEqual(['1 of 3 files did not become a model']);
  expect(await page.getByRole('listitem').filter({ hasText: 'cancelled' }).count()).toBe(1);
});

test('the tracker says once that a task was cancelled, and does not retry', async () => {
  const { page, proxy } = await openExamples('Advanced tracker');
  const taskId = await upload(page, 4);
  await page.getByRole('listitem').nth(3).waitFor();
  expect((await api.cancelTask(taskId)).success).toBe(true);
  const log = page.getByRole('log').locator('p');
  await log.first().waitFor();
  await expect.poll(() => proxy.streams).toBe(0);
  const { connections } = proxy;
  // Longer than the tracker would wait.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 3000)));
  expect(await log.allTextContents()).toEqual([expect.stringMatching(/^Processing error: .*cancel/i)]);
  expect(proxy.connections).toBe(connections);
});

test.for(['Basic page', 'Advanced tracker', 'No leaks'])('%s leaves no stream and no listener behind', async (name) => {
  const { page } = await openExamples('Nothing');
  const devTools = await page.context().newCDPSession(page);
  await upload(page, 12);
  const before = await countListeners(devTools);
  const select = page.getByLabel('Example');
  for (let round = 0; round < 10; round++) {
    await select.selectOption('Nothing');
    await page.getByRole('progressbar').waitFor({ state: 'detached' });
    await select.selectOption(name);
    await page.getByRole('progressbar').waitFor();
  }
  await expect.poll(openStreams).toBe(1);
  expect(await countListeners(devTools)).toBeGreaterThan(before);
  await select.selectOption('Nothing');
  await expect.poll(openStreams).toBe(0);
  expect(await countListeners(devTools)).toBe(before);
});

/** Event listeners of window and document. */
async function countListeners(devTools: CDPSession): Promise<number> {
  let count = 0;
  for (const expression of ['window', 'document']) {
    const { result } = await devTools.send('Runtime.evaluate', { expression });
    const { listeners } = await devTools.send('DOMDebugger.getEventListeners', { objectId: result.objectId ?? '' });
    count += listeners.length;
  }
  return count;
}

test('no events from another origin: the answer names it', async () => {
  const { page } = await openExamples('Nothing');
  const { taskId } = await uploadDiscs(server.url, 1);
  // The page's own modules, as Vite serves them; the real server is another origin, and allows none.
  await page.addScriptTag({
    type: 'module',
    content: `
      import api from '/@fs${root}/packages/client/src/index.ts';
      import { verifyAndFollow } from '/src/troubleshooting/no-events.ts';
      api.setBaseUrl('${server.url}');
      void verifyAndFollow('${taskId}', {});`,
  });
  const log = page.getByRole('log').locator('p');
  await log.waitFor();
  expect(await log.textContent()).toContain('does not allow the origin of this page');
});
