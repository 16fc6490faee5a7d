import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from './support/chromium.ts';
import { type RunningServer, startServer } from './support/server.ts';
import { createSmallDisk } from './support/small-disk.ts';

const samples = join(import.meta.dirname, '../packages/web/static/samples');
const photos = ['duck.png', 'teapot.jpg'].map((name) => join(samples, name));
const disk = await createSmallDisk();

let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await disk?.remove();
});

async function open(url = server.url): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB' });
  onTestFinished(async () => await context.close());
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

const pick = async (page: Page) => await page.locator('input[type=file]').first().setInputFiles(photos);

const card = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name });

async function jobCount(): Promise<number> {
  const list = (await (await fetch(`${server.url}/api/v1/jobs?limit=100`)).json()) as { jobs: unknown[] };
  return list.jobs.length;
}

test('a server that is away is waited for, and the photos go out once it is back', async () => {
  const page = await open();
  await pick(page);
  await card(page, 'teapot.jpg').waitFor();
  await server.stop();
  await page.getByRole('button', { name: 'Make 2 models' }).click();
  await page.getByText('The server cannot be reached. Trying again by itself…').first().waitFor();
  await server.restart();
  await page.waitForURL(/\/processing\?taskId=/, { timeout: 60_000 });
  expect(await jobCount()).toBe(1);
}, 90_000);

test.runIf(disk)(
  'a server without room says so, and takes the same photos once there is some (takes root)',
  async () => {
    const full = await startServer({ DATA_DIR: disk?.directory ?? '' });
    onTestFinished(async () => void (await full.stop('SIGKILL')));
    const page = await open(full.url);
    await pick(page);
    await page.getByRole('button', { name: 'Make 2 models' }).click();
    await page.getByText('Delete batches that you no longer need, then try again.').waitFor();
    await card(page, 'teapot.jpg').waitFor();
    await disk?.enlarge();
    await page.getByRole('button', { name: 'Make 2 models' }).click();
    await page.waitForURL(/\/processing\?taskId=/);
  },
  60_000,
);

test('a browser that keeps nothing says so, and warns whoever leaves in the middle of sending', async () => {
  const context = await browser.newContext({ locale: 'en-GB' });
  onTestFinished(async () => await context.close());
  await context.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('Not allowed here', 'SecurityError');
    };
  });
  const page = await context.newPage();
  await page.goto(server.url);
  await pick(page);
  await page.getByText('This browser has no room to keep your photos').waitFor();
  // Within the pages they are there all the same.
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('link', { name: 'image2model' }).click();
  await card(page, 'teapot.jpg').waitFor();
  await page.route('**/api/v1/upload/', () => undefined);
  await page.getByRole('button', { name: 'Make 2 models' }).click();
  await page.getByRole('button', { name: 'Stop' }).waitFor();
  const asked = page.waitForEvent('dialog');
  const leaving = page.goto('about:blank').catch(() => undefined);
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.dismiss();
  await leaving;
  await page.getByRole('button', { name: 'Stop' }).waitFor();
});

test('a browser without room says so, and keeps the photos once it has some', async () => {
  const page = await open();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: server.url, quotaSize: 30_000 });
  await pick(page);
  const told = page.getByText('This browser has no room to keep your photos');
  await told.waitFor();
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: server.url });
  await page.getByLabel('Face limit').fill('600');
  await told.waitFor({ state: 'detached' });
  await page.reload();
  await card(page, 'teapot.jpg').waitFor();
});
