import type { BrowserContext, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { cannotNotify } from './support/notifications.ts';
import { setUp } from './support/set-up.ts';
import { pick, samplePaths } from './support/upload.ts';
import { viewerOpen } from './support/viewer.ts';

const key = 'a-key-for-the-pages';

const site = setUp({ API_KEYS: key });

async function signIn(page: Page): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Sign in' });
  await dialog.getByLabel('API key').fill(key);
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await dialog.waitFor({ state: 'detached' });
}

/** As if it had expired or its key were revoked. */
const endSession = async (context: BrowserContext) => await context.clearCookies();

test('a server with keys asks for one, rejects a wrong one, and shows the page after a valid one', async () => {
  const page = await site.open('/history');
  const dialog = page.getByRole('dialog', { name: 'Sign in' });
  await dialog.getByLabel('API key').fill('wrong');
  await page.keyboard.press('Enter');
  await dialog.getByText('This key isn’t valid').waitFor();
  await expect
    .poll(async () => await dialog.getByLabel('API key').evaluate((field) => field === document.activeElement))
    .toBe(true);
  await signIn(page);
  await page.getByText('No models yet').waitFor();
  const cookies = await page.context().cookies();
  expect(cookies).toMatchObject([{ name: 'image2model_session', httpOnly: true, sameSite: 'Strict' }]);
});

test('a visitor who does not sign in sees that instead of the page, and can still do so', async () => {
  const page = await site.open('/history');
  await page.getByRole('dialog', { name: 'Sign in' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { name: 'You’re not signed in' }).waitFor();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await signIn(page);
  await page.getByText('No models yet').waitFor();
});

test('a session that ends before the upload asks for the key again, and then sends the same photos', async () => {
  const page = await site.open('/');
  await signIn(page);
  await pick(page, samplePaths('duck.png', 'cactus.jpg'));
  await endSession(page.context());
  await page.getByRole('button', { name: 'Make 2 models' }).click();
  await page.getByText('Your session has ended').waitFor();
  await signIn(page);
  await page.waitForURL(/\/processing\?taskId=/);
  await page.getByText('duck.png').first().waitFor();
  await page.waitForURL(/\/results\//, { timeout: 120_000 });

  // A download cannot be retried like a request, so the session is checked first.
  await page.getByRole('heading', { name: '2 models are ready' }).waitFor();
  // What the viewer loads would ask for a key by itself.
  await viewerOpen(page);
  await endSession(page.context());
  await page.getByRole('link', { name: 'Download all' }).click();
  await page.getByText('Your session has ended').waitFor();
  const download = page.waitForEvent('download');
  await signIn(page);
  expect((await download).suggestedFilename()).toMatch(/\.zip$/);
}, 180_000);

test('a stream that reconnects after the session has ended asks for a key, and continues', async () => {
  const page = await site.open('/');
  await signIn(page);
  // Enough that the server stops half-way.
  await pick(page, samplePaths('teapot.jpg', 'duck.png', 'cactus.jpg', 'coffee.jpg', 'pebbles.jpg'));
  await page.getByRole('button', { name: 'Make 5 models' }).click();
  await page.waitForURL(/\/processing\?taskId=/);
  await page.getByText('teapot.jpg').first().waitFor();
  await site.server.stop();
  await endSession(page.context());
  await site.server.restart();
  await page.getByRole('dialog', { name: 'Sign in' }).waitFor({ timeout: 150_000 });
  await signIn(page);
  // After a key press the page stays until the visitor asks for the results.
  await page
    .getByText(/^5 ready/)
    .first()
    .waitFor({ timeout: 120_000 });
  await page.getByRole('link', { name: 'View results' }).click();
  await page.getByRole('heading', { name: '5 models are ready' }).waitFor();
}, 240_000);

test('signing in and out in one tab applies to the others', async () => {
  const page = await site.open('/settings');
  await page.getByText('You’re not signed in').waitFor();
  await page.getByRole('button', { name: 'Sign in' }).click();
  const other = await page.context().newPage();
  await other.goto(`${site.server.url}/history`);
  await other.getByRole('dialog', { name: 'Sign in' }).waitFor();
  await signIn(page);
  await page.getByText('You’re signed in').waitFor();
  await other.getByText('No models yet').or(other.getByText('duck.png')).first().waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('You’re not signed in').waitFor();
  // Their batches are no longer shown.
  await other.getByRole('dialog', { name: 'Sign in' }).waitFor();
  expect(await other.locator('main li').count()).toBe(0);
});

test('theme, language and motion apply at once and are kept for the next visit', async () => {
  const page = await site.open('/settings', { colorScheme: 'light' });
  const root = page.locator('html');
  await page.getByText('Dark', { exact: true }).click();
  expect(await root.evaluate((element) => getComputedStyle(element).colorScheme)).toBe('dark');
  expect(await page.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor)).toBe('rgb(23, 21, 19)');
  await page.getByText('Reduced', { exact: true }).click();
  await page.locator('html[data-motion=less]').waitFor();
  await page.getByText('Deutsch').click();
  await page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
  expect(await root.getAttribute('lang')).toBe('de');

  await page.reload();
  await page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
  expect(await page.getByRole('radio', { name: 'Dunkel' }).isChecked()).toBe(true);
  expect(await root.getAttribute('data-motion')).toBe('less');
  await page.getByText('Browser', { exact: true }).click();
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
});

test('notifications can be turned on if the browser allows them, and off again', async ({ skip }) => {
  const page = await site.open('/settings');
  const box = page.getByLabel('Notify me when a batch is done');
  await page.context().grantPermissions(['notifications'], { origin: site.server.url });
  await page.reload();
  skip(await cannotNotify(page), 'This Chromium shows no notifications.');
  await box.check();
  await page.reload();
  await expect.poll(async () => await box.isChecked()).toBe(true);
  // A click on a notification leads its page to the batch. A test cannot click outside the page, so it sends the event.
  const worker = page.context().serviceWorkers()[0] ?? (await page.context().waitForEvent('serviceworker'));
  await worker.evaluate(() => {
    const notification = { data: { url: '/history', from: '/settings' }, close: () => undefined };
    globalThis.dispatchEvent(
      Object.assign(new Event('notificationclick'), { notification, waitUntil: () => undefined }),
    );
  });
  await page.waitForURL('**/history');
  await page.goBack();

  await box.uncheck();
  await page.reload();
  expect(await box.isChecked()).toBe(false);
  const workers = async () =>
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length);
  await expect.poll(workers).toBe(0);
});

test('the settings can be changed with the keyboard alone', async () => {
  const page = await site.open('/settings');
  await page.getByRole('radio', { name: 'System' }).first().focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  await page.getByText('Version').waitFor();
});
