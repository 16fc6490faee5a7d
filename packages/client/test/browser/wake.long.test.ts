import type { ServerResponse } from 'node:http';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from '../../../../e2e/support/chromium.ts';
import { sizeOf } from '../../scripts/size.ts';
import { startDyingProxy } from '../support/dying-proxy.ts';
import { startFeedServer } from '../support/feed-server.ts';
import { TaskLog } from '../support/task-log.ts';

/** Follows the task that its address names, and records the updates. */
const page = `<!doctype html><title>Page</title><script type="module">
  import { createProgressStream } from '/sdk.js';
  globalThis.updates = [];
  const onTaskUpdate = (type, { sequence }) => updates.push(type + ' ' + sequence);
  createProgressStream(location.search.slice(1), { onTaskUpdate });
</script>`;

interface PageGlobals {
  updates: string[];
}

let browser: Browser;
let bundle: string;
beforeAll(async () => {
  [browser, { code: bundle }] = await Promise.all([launchBrowser(), sizeOf('*', { whole: true })]);
});
afterAll(() => browser.close());

/** The server of a page and its task; five calls that are answered together keep five connections open beside the stream. */
async function startServer(task: TaskLog) {
  const waiting: ServerResponse[] = [];
  return await startFeedServer([task], {
    intercept: ({ url = '' }, response) => {
      if (url.startsWith('/api/')) return false;
      if (url.startsWith('/call')) {
        response.shouldKeepAlive = true;
        if (waiting.push(response) === 5) for (const one of waiting) one.end();
        return true;
      }
      const script = url === '/sdk.js';
      response.writeHead(200, { 'Content-Type': script ? 'text/javascript' : 'text/html' });
      response.end(script ? bundle : page);
    },
  });
}

test('a page is fresh soon after it is shown again although all six of its connections are dead', async () => {
  const task = new TaskLog(1);
  task.progress(10);
  const server = await startServer(task);
  const proxy = await startDyingProxy(server.port);
  const context = await browser.newContext();
  onTestFinished(async () => {
    await context.close();
    await proxy.close();
    await server.close();
  });
  const tab = await context.newPage();
  await tab.goto(`${proxy.baseUrl}/?${task.taskId}`);
  const updates = () => tab.evaluate(() => (globalThis as unknown as PageGlobals).updates);
  await expect.poll(updates).toEqual(['progress 1']);
  await tab.evaluate(async () => {
    await Promise.all(Array.from({ length: 5 }, async (_, index) => (await fetch(`/call/${index}`)).text()));
  });
  proxy.kill();
  task.progress(20);
  await tab.evaluate(async () => {
    const { updates: seen } = globalThis as unknown as PageGlobals;
    const now = Date.now() + 60_000;
    Date.now = () => now;
    document.dispatchEvent(new Event('visibilitychange'));
    while (seen.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  });
  expect(await updates()).toEqual(['progress 1', 'progress 2']);
  expect(proxy.tried()).toBe(5);
});
