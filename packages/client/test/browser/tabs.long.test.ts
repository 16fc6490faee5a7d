import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from '../../../../e2e/support/chromium.ts';
import { sizeOf } from '../../scripts/size.ts';
import { startFeedServer } from '../support/feed-server.ts';
import { TaskLog } from '../support/task-log.ts';

/** Follows the task that its address names, and records the updates. */
const tabPage = `<!doctype html><title>Tab</title><script type="module">
  import { createProgressStream, shareAcrossTabs } from '/sdk.js';
  globalThis.updates = [];
  const onTaskUpdate = (type, { sequence }) => updates.push(type + ' ' + sequence);
  const options = { open: shareAcrossTabs(), backoff: { baseMs: 10 } };
  createProgressStream(location.search.slice(1), { onTaskUpdate }, options);
</script>`;

let browser: Browser;
let bundle: string;
beforeAll(async () => {
  [browser, { code: bundle }] = await Promise.all([launchBrowser(), sizeOf('*', { whole: true })]);
});
afterAll(() => browser.close());

/** Pages of one origin in one browser, over HTTP/1.1, each following its task through the shared stream. */
async function openTabs(tasks: TaskLog[]) {
  const server = await startFeedServer(tasks, {
    intercept: (request, response) => {
      if (request.url?.startsWith('/api/')) return false;
      const script = request.url === '/sdk.js';
      response.writeHead(200, { 'Content-Type': script ? 'text/javascript' : 'text/html' });
      response.end(script ? bundle : tabPage);
    },
  });
  const context = await browser.newContext();
  onTestFinished(async () => {
    await context.close();
    await server.close();
  });
  const tabs: Page[] = [];
  for (const { taskId } of tasks) tabs.push(await openTab(context, server.baseUrl, taskId));
  const streams = () => server.requests.filter(({ url }) => url.includes('stream'));
  return { server, tabs, streams };
}

async function openTab(context: BrowserContext, baseUrl: string, taskId: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${baseUrl}/?${taskId}`);
  return page;
}

const updatesIn = (page: Page) => page.evaluate(() => (globalThis as unknown as { updates: string[] }).updates);

test('seven tabs on one task share one connection over HTTP/1.1, and get every event', async () => {
  const task = new TaskLog(1);
  const { server, tabs } = await openTabs(Array.from({ length: 7 }, () => task));
  task.progress(10);
  for (const tab of tabs) await expect.poll(() => updatesIn(tab)).toEqual(['progress 1']);
  expect(task.readers).toBe(1);
  // Browsers open at most six connections to a host: the seventh tab can still make a request.
  const status = await tabs[6]?.evaluate(async () => (await fetch('/')).status);
  expect(status).toBe(200);
  task.complete();
  for (const tab of tabs) await expect.poll(() => updatesIn(tab)).toEqual(['progress 1', 'completed 2']);
  expect(server.requests.filter(({ url }) => url.includes('stream'))).toHaveLength(1);
});

test('when the leading tab is killed another takes over, without lost or repeated events', async () => {
  const task = new TaskLog(1);
  const { tabs, streams } = await openTabs(Array.from({ length: 3 }, () => task));
  task.progress(10);
  for (const tab of tabs) await expect.poll(() => updatesIn(tab)).toEqual(['progress 1']);
  const [leader, ...others] = tabs as [Page, Page, Page];
  const session = await leader.context().newCDPSession(leader);
  const crashed = leader.waitForEvent('crash');
  session.send('Page.crash').catch(() => undefined);
  await crashed;
  task.progress(20);
  task.complete();
  for (const tab of others) {
    await expect.poll(() => updatesIn(tab)).toEqual(['progress 1', 'progress 2', 'completed 3']);
  }
  // One for each leader. The last tab may get the lock before it hears of the end, and then connects once more.
  expect(streams().length).toBeLessThanOrEqual(3);
});

test('a tab that is shown again is fresh although the leading tab stands still', async () => {
  const task = new TaskLog(1);
  const { tabs } = await openTabs([task, task]);
  task.progress(10);
  for (const tab of tabs) await expect.poll(() => updatesIn(tab)).toEqual(['progress 1']);
  const [leader, follower] = tabs as [Page, Page];
  const session = await leader.context().newCDPSession(leader);
  // Stopped like this a tab does nothing, as a frozen one. Headless Chromium freezes none.
  await session.send('Debugger.enable');
  await session.send('Debugger.pause');
  task.progress(20);
  await follower.evaluate(() => {
    const now = Date.now() + 3_000;
    Date.now = () => now;
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await expect.poll(() => updatesIn(follower)).toEqual(['progress 1', 'progress 2']);
  await session.send('Debugger.disable');
  task.complete();
  for (const tab of tabs) {
    await expect.poll(() => updatesIn(tab)).toEqual(['progress 1', 'progress 2', 'completed 3']);
  }
});

test('seven tabs on seven tasks share one connection too', async () => {
  const tasks = Array.from({ length: 7 }, () => new TaskLog(1));
  const { server, tabs } = await openTabs(tasks);
  for (const task of tasks) task.progress(10);
  for (const tab of tabs) await expect.poll(() => updatesIn(tab)).toEqual(['progress 1']);
  expect(tasks.map(({ readers }) => readers)).toEqual(tasks.map(() => 1));
  expect([...server.tasks.keys()]).toHaveLength(7);
  for (const task of tasks) task.complete();
  for (const tab of tabs) await expect.poll(() => updatesIn(tab)).toEqual(['progress 1', 'completed 2']);
});
