import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiService } from '@image2model/client';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { samples } from './support/jobs.ts';
import { cannotNotify } from './support/notifications.ts';
import { setUp } from './support/set-up.ts';

const site = setUp({ WORKER_CONCURRENCY: '1' });

/** Uploads one sample several times, under different names, and returns the address of its page. */
async function begin(count: number, sample = 'teapot.jpg'): Promise<string> {
  const bytes = await readFile(join(samples, sample));
  // Bytes after the picture make each a different photo, so that no earlier result is reused.
  const files = Array.from(
    { length: count },
    (_, index) => new File([bytes, `${Math.random()}`], `photo ${index + 1}.jpg`),
  );
  const upload = await new ApiService({ baseUrl: site.server.url }).uploadBatch(files);
  if (!upload.success) throw new Error(upload.error);
  return `${site.server.url}/processing?taskId=${upload.taskId}`;
}

/** A page that has loaded the app, so that it can show a batch long before it is done. */
const warmPage = async (options?: BrowserContextOptions) => await site.open('/', options);

const overall = (page: Page) => page.getByRole('progressbar', { name: /Overall progress|Gesamtfortschritt/ });
const shownProgress = async (page: Page) => Number(await overall(page).getAttribute('aria-valuenow'));

test('an offline page says so and keeps what it knew, and continues to the end once it is online', async () => {
  const page = await warmPage();
  await page.goto(await begin(4));
  await expect.poll(() => shownProgress(page), { timeout: 90_000 }).toBeGreaterThan(0);
  await page.context().setOffline(true);
  await page.getByText('You’re offline').waitFor();
  expect(await shownProgress(page)).toBeGreaterThan(0);
  await page.getByText('photo 4.jpg').waitFor();
  await page.context().setOffline(false);
  await page.waitForURL(/\/results\//, { timeout: 150_000 });
});

test('the page waits for a restarting server, and then shows the results', async () => {
  const page = await warmPage();
  await page.goto(await begin(4));
  await expect.poll(() => shownProgress(page), { timeout: 90_000 }).toBeGreaterThan(0);
  await site.server.stop('SIGKILL');
  await page.getByText(/Reconnecting|restarting/).waitFor();
  await site.server.restart();
  await page.waitForURL(/\/results\//, { timeout: 150_000 });
});

test('seven tabs follow one batch over one connection', async () => {
  const first = await warmPage();
  const others = await Promise.all(Array.from({ length: 6 }, () => first.context().newPage()));
  for (const tab of others) await tab.goto(site.server.url);
  const tabs = [first, ...others];
  const address = await begin(8);
  await Promise.all(tabs.map((tab) => tab.goto(address)));
  for (const tab of tabs) await expect.poll(() => shownProgress(tab)).toBeGreaterThan(0);
  const metrics = await (await fetch(`${site.server.url}/api/v1/health/metrics`)).text();
  expect(/^image2model_\w*streams\w*(?:\{[^}]*\})? (\d+)$/m.exec(metrics)?.[1]).toBe('1');
  await Promise.all(tabs.map((tab) => tab.waitForURL(/\/results\//, { timeout: 150_000 })));
});

test('a visitor who asked for it gets a notification when a batch is done in the background', async ({ skip }) => {
  const context = await site.newContext();
  await context.grantPermissions(['notifications']);
  // A headless page always has the focus: pretend otherwise. And as on Android, only the service worker may notify.
  await context.addInitScript(() => {
    document.hasFocus = () => false;
    globalThis.Notification = new Proxy(Notification, {
      construct() {
        throw new TypeError('Illegal constructor. Use ServiceWorkerRegistration.showNotification() instead.');
      },
    });
  });
  const page = await context.newPage();
  await page.goto(`${site.server.url}/settings`);
  skip(await cannotNotify(page), 'This Chromium shows no notifications.');
  await page.getByLabel('Notify me when a batch is done').check();
  await page.goto(await begin(1));
  await page.waitForURL(/\/results\//, { timeout: 150_000 });
  const shown = async () =>
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration('/notify-worker.js');
      return (await registration?.getNotifications())?.map(({ title, data }) => [title, data.url]);
    });
  await expect.poll(shown).toEqual([['The model is ready', new URL(page.url()).pathname]]);
});

test('a double click on the notification turns it on, and nothing else', async ({ skip }) => {
  const context = await site.newContext();
  await context.grantPermissions(['notifications']);
  const page = await context.newPage();
  await page.goto(await begin(4));
  skip(await cannotNotify(page), 'This Chromium shows no notifications.');
  const toggle = page.getByRole('button', { name: /(Tell|Notify) me when it/ });
  expect(await toggle.getAttribute('aria-pressed')).toBe('false');
  const place = await toggle.boundingBox();
  const middle = { x: (place?.x ?? 0) + (place?.width ?? 0) / 2, y: (place?.y ?? 0) + (place?.height ?? 0) / 2 };
  await page.mouse.dblclick(middle.x, middle.y);
  await expect.poll(async () => await toggle.getAttribute('aria-pressed')).toBe('true');
  expect(await toggle.boundingBox()).toEqual(place);
  expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(0);
  // Another click, as people click who have changed their mind.
  await page.mouse.click(middle.x, middle.y);
  await expect.poll(async () => await toggle.getAttribute('aria-pressed')).toBe('false');
  // A card leads to its model as soon as that is there, while the others are being made.
  await page.getByRole('link', { name: 'photo 1.jpg' }).click();
  await page.waitForURL(/\/results\/[^/]+\?file=/);
  await page.getByRole('region', { name: 'photo 1.glb' }).waitFor();
}, 180_000);

test('"Cancel all" can be undone where it was pressed, and is sent by leaving the page', async () => {
  const page = await warmPage();
  const sent: string[] = [];
  page.on('request', (request) => request.url().endsWith('/cancel') && sent.push(request.url()));
  const address = await begin(6);
  await page.goto(address);
  const cancel = page.getByRole('button', { name: 'Cancel all' });
  const place = await cancel.boundingBox();
  await cancel.dblclick();
  await page.getByText('will be cancelled in 5 seconds').waitFor();
  const undo = page.getByRole('button', { name: 'Undo' });
  expect(await undo.boundingBox()).toEqual(place);
  await undo.click();
  await cancel.waitFor();
  expect(sent).toEqual([]);
  await cancel.click();
  await page.goto('about:blank');
  await page.goto(address);
  await page.getByRole('button', { name: 'Retry these' }).waitFor();
}, 180_000);

test('one file can be cancelled, then all, and the cancelled ones can be retried', async () => {
  const page = await warmPage();
  await page.goto(await begin(6));
  await page.getByRole('button', { name: 'Cancel photo 6.jpg' }).click();
  await page.getByRole('listitem').filter({ hasText: 'photo 6.jpg' }).getByText('Cancelled').waitFor();
  await page.getByRole('button', { name: 'Cancel all' }).click();
  await page.getByRole('button', { name: 'Retry these' }).click();
  await page.waitForURL(/\/results\//, { timeout: 150_000 });
}, 180_000);

test('an unknown task says so and links to the history', async () => {
  const page = await site.open('/processing?taskId=0198c0de-0000-7000-8000-000000000000');
  await page.getByRole('heading', { name: 'We can’t find this batch' }).waitFor();
  await page.getByRole('link', { name: 'View history' }).waitFor();
});

test('a German page shows messages from the server in German', async () => {
  const page = await warmPage({ locale: 'de-DE' });
  await page.goto(await begin(3));
  await page
    .getByText(/Objekt wird gesucht|Oberfläche wird aufgebaut|In der Warteschlange/)
    .first()
    .waitFor();
  await page.waitForURL(/\/results\//, { timeout: 150_000 });
});
