import { afterAll, expect, onTestFinished, test } from 'vitest';
import { createSmallDisk } from '../scripts/test/small-disk.ts';
import { startServer } from './support/server.ts';
import { setUp } from './support/set-up.ts';
import { card, jobCount, pick, samplePaths } from './support/upload.ts';

const photos = samplePaths('duck.png', 'teapot.jpg');
// Too small for a server, until it is made larger.
const disk = await createSmallDisk(64 * 1024 * 1024);

const site = setUp();
afterAll(async () => {
  await disk.remove();
});

test('the page waits for an unreachable server, and sends the photos once it is back', async () => {
  const page = await site.open();
  await pick(page, photos);
  await card(page, 'teapot.jpg').waitFor();
  await site.server.stop();
  await page.getByRole('button', { name: 'Make 2 models' }).click();
  await page.getByText('Can’t reach the server. Retrying automatically…').first().waitFor();
  await site.server.restart();
  await page.waitForURL(/\/processing\?taskId=/, { timeout: 150_000 });
  expect(await jobCount(site.server.url)).toBe(1);
}, 180_000);

test.runIf(disk.isReal)(
  'a server with a full disk says so, and accepts the same photos once there is room (needs root)',
  async () => {
    const full = await startServer({ DATA_DIR: disk.directory });
    onTestFinished(async () => void (await full.stop('SIGKILL')));
    const page = await (await site.newContext()).newPage();
    await page.goto(full.url);
    await pick(page, photos);
    await page.getByRole('button', { name: 'Make 2 models' }).click();
    await page.getByText('Delete batches you no longer need, then try again.').waitFor();
    await card(page, 'teapot.jpg').waitFor();
    await disk.resize(1024 * 1024 * 1024);
    await page.getByRole('button', { name: 'Make 2 models' }).click();
    await page.waitForURL(/\/processing\?taskId=/);
  },
  180_000,
);

test('a browser without storage says so, and warns a visitor who leaves during the upload', async () => {
  const context = await site.newContext();
  await context.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('Not allowed here', 'SecurityError');
    };
  });
  const page = await context.newPage();
  await page.goto(site.server.url);
  await pick(page, photos);
  await page.getByText('Your browser is out of storage').waitFor();
  // They survive navigation within the app all the same.
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

test('a browser with full storage says so, and keeps the photos once there is room', async () => {
  const page = await site.open();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: site.server.url, quotaSize: 30_000 });
  await pick(page, photos);
  const told = page.getByText('Your browser is out of storage');
  await told.waitFor();
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: site.server.url });
  await page.getByLabel('Maximum triangles').fill('600');
  await told.waitFor({ state: 'detached' });
  await page.reload();
  await card(page, 'teapot.jpg').waitFor();
});
