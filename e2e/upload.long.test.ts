import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { desktop, setUp } from './support/set-up.ts';
import { card, jobCount, pick, samplePaths } from './support/upload.ts';

const photos = samplePaths('duck.png', 'teapot.jpg', 'coffee.jpg');

const site = setUp();

async function open(): Promise<{ context: BrowserContext; page: Page }> {
  const page = await site.open('/', { viewport: desktop });
  await page.getByText('Drop photos here').waitFor();
  return { context: page.context(), page };
}

/** Limits how fast the page can send, in bytes per second; -1 is no limit. */
async function lineOf(page: Page): Promise<(uploadThroughput: number) => Promise<void>> {
  const network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  const others = { offline: false, latency: 0, downloadThroughput: -1 };
  return async (uploadThroughput) =>
    void (await network.send('Network.emulateNetworkConditions', { ...others, uploadThroughput }));
}

/** The face limits of all drafts that the browser keeps: choices are stored as they change. */
const keptFaceLimits = async (page: Page): Promise<string[]> =>
  await page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve) => request.addEventListener('success', () => resolve(request.result)));
    const database = await done(indexedDB.open('image2model'));
    const all = await done(database.transaction('upload').objectStore('upload').getAll());
    database.close();
    return all.flatMap((entry: { faceLimit?: string }) => entry.faceLimit ?? []);
  });

/** A small photo, different for each index. */
async function tiny(index: number): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const background = { r: (index * 37) % 256, g: (index * 91) % 256, b: 90 };
  const buffer = await sharp({ create: { width: 32, height: 32, channels: 3, background } })
    .png()
    .toBuffer();
  return { name: `tiny ${index}.png`, mimeType: 'image/png', buffer };
}

test('the first page shows a live model, opens finished samples at once, and then makes them', async () => {
  const before = await jobCount(site.server.url);
  // It stands still then, and a machine without a graphics card has time for the rest.
  const page = await site.open('/', { viewport: desktop, reducedMotion: 'reduce' });
  page.setDefaultTimeout(120_000);
  await page.mouse.move(400, 400);
  await page.getByText('Drag to turn').waitFor();
  await page.getByRole('application', { name: '3D model Wooden duck' }).waitFor();
  // Nothing of it was in the way of the page itself.
  const late = await page.evaluate(() => {
    const [visit] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    const model = performance.getEntriesByType('resource').find(({ name }) => name.endsWith('.glb'));
    return model && visit ? model.startTime >= visit.loadEventEnd : undefined;
  });
  expect(late).toBe(true);

  await page.getByRole('button', { name: 'Open the finished model: Toy rocket' }).click();
  const dialog = page.getByRole('dialog', { name: 'Toy rocket' });
  await dialog.getByText('Drag to turn').waitFor();
  expect(await jobCount(site.server.url)).toBe(before);
  await dialog.getByRole('button', { name: 'Make it yourself' }).click();
  await card(page, 'rocket.png').waitFor();
  await page.getByRole('button', { name: 'Make the model' }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('file');
}, 300_000);

test('photos and choices survive a reload; an upload shows the progress of each photo, can be stopped, and counts once', async () => {
  const before = await jobCount(site.server.url);
  const { context, page } = await open();
  await pick(page, photos);
  await card(page, 'coffee.jpg').waitFor();
  await page.getByLabel('Maximum triangles').fill('500');
  await expect.poll(async () => (await keptFaceLimits(page)).includes('500')).toBe(true);
  await page.reload();
  await page.getByText('We kept the photos you chose earlier.').waitFor();
  for (const name of ['duck.png', 'teapot.jpg', 'coffee.jpg']) await card(page, name).waitFor();
  expect(await page.getByLabel('Maximum triangles').inputValue()).toBe('500');

  const speed = await lineOf(page);
  await speed(15_000);
  await page.getByRole('button', { name: 'Make 3 models' }).click();
  const valueOf = async (name: string) =>
    Number(await page.getByRole('progressbar', { name }).getAttribute('aria-valuenow', { timeout: 5000 }));
  await expect.poll(async () => await valueOf('duck.png'), { timeout: 90_000 }).toBeGreaterThan(0);
  expect(await valueOf('coffee.jpg')).toBe(0);
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText('Stopped. Your photos are still here.').waitFor();
  expect(await jobCount(site.server.url)).toBe(before);

  await speed(-1);
  await page.getByRole('button', { name: 'Make 3 models' }).click();
  await page.waitForURL(/\/processing\?taskId=/);
  expect(await jobCount(site.server.url)).toBe(before + 1);
  // Photos that were sent are no longer kept.
  const later = await context.newPage();
  await later.goto(site.server.url);
  await later.getByText('Try one of ours').waitFor();
  expect(await later.getByRole('listitem').filter({ hasText: 'teapot.jpg' }).count()).toBe(0);
}, 180_000);

test('an upload whose answer was lost is found again after a reload, without a second job', async () => {
  const before = await jobCount(site.server.url);
  const { page } = await open();
  await pick(page, photos.slice(0, 1));
  await card(page, 'duck.png').waitFor();
  let arrived = 0;
  await page.route('**/api/v1/upload/', async (route) => {
    await route.fetch();
    arrived += 1;
    await route.abort('connectionreset');
  });
  await page.getByRole('button', { name: 'Make the model' }).click();
  await page.getByText('Retrying automatically').first().waitFor();
  await page.reload();
  await page.getByText('The upload was interrupted.').waitFor();
  await page.unroute('**/api/v1/upload/');
  await page.getByRole('button', { name: 'Make the model' }).click();
  await page.waitForURL(/\/processing\?taskId=/);
  expect(arrived).toBeGreaterThan(0);
  expect(await jobCount(site.server.url)).toBe(before + 1);
}, 180_000);

test('a rejected or missing photo says so on its card, and the others are sent', async () => {
  const { page } = await open();
  const folder = await mkdtemp(join(tmpdir(), 'image2model-photos-'));
  onTestFinished(async () => await rm(folder, { recursive: true }));
  await cp(photos[0] ?? '', join(folder, 'moved.png'));
  await pick(page, [join(folder, 'moved.png')]);
  await card(page, 'moved.png').waitFor();
  await rm(join(folder, 'moved.png'));
  const broken = Buffer.concat([(await tiny(1)).buffer.subarray(0, 40), Buffer.alloc(200, 7)]);
  await pick(page, [
    { name: 'broken.png', mimeType: 'image/png', buffer: broken },
    { name: 'cut off.jpg', mimeType: 'image/jpeg', buffer: (await readFile(photos[1] ?? '')).subarray(0, 30_000) },
    { name: 'IMG_1.HEIC', mimeType: 'image/heic', buffer: Buffer.from('\0\0\0\u0018ftypheic\0\0\0\0mif1heic') },
    await tiny(2),
  ]);
  await card(page, 'IMG_1.HEIC').getByText('Export it as JPEG').waitFor();
  // The browser cannot decode it: that is told at once.
  await card(page, 'broken.png').getByText('The photo is damaged or incomplete.').waitFor();
  await card(page, 'cut off.jpg').getByText('The photo is damaged or incomplete.').waitFor();
  await page.getByText('2 ready · 3 can’t be used').nth(1).waitFor();
  await page.getByRole('button', { name: 'Make 2 models' }).click();
  await page.waitForURL(/\/processing\?taskId=/);
  await page.getByText('4 files couldn’t be sent').waitFor();
  await page.getByRole('link', { name: 'See why' }).click();
  await card(page, 'moved.png').getByText('The file was moved or changed').waitFor();
});

test('a photo that is too large or HEIC is made to fit in the browser, and says so', async () => {
  const { page } = await open();
  page.setDefaultTimeout(120_000);
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
  const large = sharp({ create: { width: 2200, height: 2200, channels: 3, background: 'white', noise } });
  const sideways = large.withMetadata({ orientation: 6 }).resize(2200, 1900, { fit: 'fill' });
  await pick(page, [
    { name: 'large.png', mimeType: 'image/png', buffer: await sideways.png({ compressionLevel: 0 }).toBuffer() },
    {
      name: 'IMG_2.HEIC',
      mimeType: 'image/heic',
      buffer: await readFile(join(import.meta.dirname, 'support/teapot.heic')),
    },
    { name: 'bike.avif', mimeType: 'image/avif', buffer: await sharp(photos[1]).resize(300).avif().toBuffer() },
  ]);
  await card(page, 'large.jpg')
    .getByText(/^Scaled down from 12\.\d MB$/)
    .waitFor();
  await card(page, 'IMG_2.jpg').getByText('Converted from HEIC').waitFor();
  await card(page, 'bike.jpg').getByText('Converted from AVIF').waitFor();
  await page.getByRole('button', { name: 'Make 3 models' }).click();
  await page.waitForURL(/\/processing\?taskId=/);
  const list = (await (await fetch(`${site.server.url}/api/v1/jobs?limit=1`)).json()) as { jobs: { job_id: string }[] };
  const job = (await (await fetch(`${site.server.url}/api/v1/jobs/${list.jobs[0]?.job_id}`)).json()) as {
    files: { photo_url: string }[];
  };
  const sent = await Promise.all(
    job.files.map(async ({ photo_url }) => {
      const photo = await fetch(new URL(photo_url, site.server.url));
      const { format, width, height } = await sharp(await photo.arrayBuffer()).metadata();
      return { format, width, height };
    }),
  );
  expect(sent).toEqual([
    { format: 'jpeg', width: 1900, height: 2200 },
    { format: 'jpeg', width: 480, height: 400 },
    { format: 'jpeg', width: 300, height: 250 },
  ]);
}, 300_000);

test('of more than 25 photos the rest wait in the browser and are offered next', async () => {
  const { page } = await open();
  const all = await Promise.all(Array.from({ length: 27 }, async (_, index) => await tiny(index)));
  await pick(page, all);
  await page.getByText('the other 2 stay here').waitFor();
  await page.getByRole('button', { name: 'Make 25 models' }).click();
  await page.waitForURL(/\/processing\?taskId=/);
  await page.getByRole('link', { name: 'Send them next' }).click();
  await card(page, 'tiny 26.png').waitFor();
  await page.getByRole('button', { name: 'Make 2 models' }).waitFor();
}, 180_000);

test('an upload continues while other pages are open, is shown there, and leads back', async () => {
  const before = await jobCount(site.server.url);
  const { page } = await open();
  await pick(page, photos);
  await card(page, 'coffee.jpg').waitFor();
  const speed = await lineOf(page);
  await speed(15_000);
  await page.getByRole('button', { name: 'Make 3 models' }).click();
  await page.getByRole('link', { name: 'History' }).click();
  const tray = page.getByRole('complementary', { name: 'Sending photos' });
  await tray.getByRole('progressbar').waitFor();
  await page.getByRole('link', { name: 'Settings' }).click();
  await tray.getByRole('link', { name: 'Back to the photos' }).click();
  // The same upload; photos picked now go into the next one.
  await page.getByRole('progressbar', { name: 'duck.png' }).waitFor();
  await pick(page, [await tiny(3)]);
  await card(page, 'tiny 3.png').getByText('next batch').waitFor();
  await page.getByRole('link', { name: 'History' }).click();
  // An upload that ends on its own page leads on to the progress.
  await page.getByRole('heading', { name: 'History' }).waitFor();
  await tray.getByRole('progressbar').waitFor();
  await speed(-1);
  await tray.getByText('Your photos have been uploaded').waitFor();
  await tray.getByRole('link', { name: 'View progress' }).click();
  await page.waitForURL(/\/processing\?taskId=/);
  await page.getByText('1 photo not sent yet').waitFor();
  expect([await jobCount(site.server.url), await tray.count()]).toEqual([before + 1, 0]);
}, 180_000);

test('two tabs have a draft each, and a new tab takes over that of a closed one', async () => {
  const { context, page: first } = await open();
  await pick(first, photos.slice(0, 1));
  await card(first, 'duck.png').waitFor();
  const second = await context.newPage();
  await second.goto(site.server.url);
  await second.getByText('Try one of ours').waitFor();
  await pick(second, photos.slice(1, 2));
  await card(second, 'teapot.jpg').waitFor();
  await second.getByLabel('Maximum triangles').fill('700');
  await expect.poll(async () => await keptFaceLimits(second)).toEqual(expect.arrayContaining(['', '700']));
  await first.reload();
  await card(first, 'duck.png').waitFor();
  expect(await card(first, 'teapot.jpg').count()).toBe(0);
  await second.close();
  const third = await context.newPage();
  await third.goto(site.server.url);
  await card(third, 'teapot.jpg').waitFor();
  expect([await third.getByLabel('Maximum triangles').inputValue(), await card(third, 'duck.png').count()]).toEqual([
    '700',
    0,
  ]);
}, 180_000);

test('a folder is added with its subfolders, and files that are no photos say why without crowding them out', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'image2model-album-'));
  onTestFinished(async () => await rm(folder, { recursive: true }));
  await mkdir(join(folder, 'a/inner'), { recursive: true });
  // A browser lists a hundred entries at a time.
  const { buffer } = await tiny(1);
  const many = Array.from({ length: 120 }, (_, index) => `a/IMG_${index}.png`);
  for (const name of [...many, 'a/inner/last.png', '.hidden.png']) await writeFile(join(folder, name), buffer);
  for (const name of ['.DS_Store', 'a/Thumbs.db']) await writeFile(join(folder, name), 'hidden');
  for (let index = 0; index < 9; index += 1) await writeFile(join(folder, `note ${index}.txt`), 'text');
  await cp(photos[0] ?? '', join(folder, 'renamed.gif'));

  const { context, page } = await open();
  const devtools = await context.newCDPSession(page);
  const drop = async (data: { files?: string[]; items?: { mimeType: string; data: string }[] }) => {
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      const dragged = { items: [], dragOperationsMask: 1, ...data };
      // Far from the drop zone: the whole page accepts it.
      await devtools.send('Input.dispatchDragEvent', { type, x: 640, y: 880, data: dragged });
    }
  };
  await drop({ files: [folder] });
  await page.getByText('122 ready · 9 can’t be used').first().waitFor();
  const names = await page.getByRole('list', { name: 'Chosen photos' }).locator('bdi').allTextContents();
  expect(names.filter((name) => name.endsWith('.png'))).toEqual([...many.map((name) => name.slice(2)), 'last.png']);
  await page
    .getByRole('region', { name: '9 files can’t be used' })
    .getByRole('button', { name: 'Show 3 more' })
    .click();
  await card(page, 'note 8.txt').getByText('This file type isn’t supported').waitFor();
  // All but the first of the same pictures are told, and nobody has to decide.
  await page.getByRole('heading', { name: '120 photos are here twice' }).waitFor();
  // However many there are, the bar that sends them covers none.
  const [tray, bar] = await Promise.all(
    [page.getByRole('list', { name: 'Chosen photos' }), page.locator('.send')].map(
      async (part) => await part.boundingBox(),
    ),
  );
  expect((tray?.x ?? 0) + (tray?.width ?? Infinity)).toBeLessThanOrEqual(bar?.x ?? 0);
  // A dropped link would leave the page.
  await drop({ items: [{ mimeType: 'text/uri-list', data: `${site.server.url}/api/v1/health` }] });
  await page.getByRole('button', { name: 'Remove 9' }).click();
  await page.getByText('note 0.txt').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Make 25 models' }).waitFor();
  // Thumbnails are small, and made only for cards in sight.
  expect(
    await page
      .locator('.photos img')
      .first()
      .evaluate((image) => (image as HTMLImageElement).naturalWidth),
  ).toBe(32);
}, 180_000);
