import { validateBytes } from 'gltf-validator';
import type { BrowserContext, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { desktop, setUp } from './support/set-up.ts';
import { pick, samplePaths } from './support/upload.ts';
import { viewerOpen } from './support/viewer.ts';

const site = setUp({ WORKER_CONCURRENCY: '1' });
const problems: string[] = [];

async function open(context: BrowserContext, path: string): Promise<Page> {
  const page = await context.newPage();
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  await page.goto(site.server.url + path);
  return page;
}

const newContext = async () => await site.newContext({ viewport: desktop });

test('photos become valid models, and a visitor who comes back sees the true state at once', async () => {
  // Loads the app early, so that it can show the batch while it is being made.
  const processing = await open(await newContext(), '/');
  const first = await newContext();
  const upload = await open(first, '/');
  await pick(upload, samplePaths('duck.png', 'teapot.jpg', 'coffee.jpg', 'cactus.jpg', 'pear.jpg', 'samples.json'));
  await upload.getByText('This file type isn’t supported').waitFor();
  await upload.getByRole('button', { name: 'Make 5 models' }).click();
  await upload.waitForURL(/\/processing\?taskId=/);
  const address = new URL(upload.url());
  // Some are done, and enough are not for the page to be there before the last one ends.
  await upload
    .getByText(/[12] of 5 ready/)
    .first()
    .waitFor({ timeout: 150_000 });
  await first.close();

  await processing.goto(address.href);
  await processing.getByRole('progressbar', { name: 'Overall progress' }).waitFor();
  await processing.getByText('duck.png').waitFor();
  const bar = processing.getByRole('progressbar', { name: 'Overall progress' });
  expect(Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThanOrEqual(20);
  await processing.waitForURL(/\/results\//, { timeout: 120_000 });

  await processing.getByRole('heading', { name: '5 models are ready' }).waitFor();
  await viewerOpen(processing);
  await processing.getByRole('application', { name: '3D model duck.glb' }).waitFor();
  await expect.poll(async () => await coloursOf(processing), { timeout: 150_000 }).toBeGreaterThan(20);

  const jobId = new URL(processing.url()).pathname.split('/').at(-1);
  const list = await (await fetch(`${site.server.url}/api/v1/download/${jobId}/all`)).json();
  expect(list.files.map((file: { filename: string }) => file.filename)).toEqual([
    'duck.glb',
    'teapot.glb',
    'coffee.glb',
    'cactus.glb',
    'pear.glb',
  ]);
  for (const url of list.download_urls as string[]) {
    const answer = await fetch(new URL(url, site.server.url));
    expect(answer.headers.get('content-type')).toBe('model/gltf-binary');
    const report = await validateBytes(new Uint8Array(await answer.arrayBuffer()));
    expect(report.issues.numErrors, url).toBe(0);
  }
  expect(problems).toEqual([]);
}, 240_000);

test.each(['drop', 'paste'] as const)('photos can be added by %s', async (way) => {
  const context = await newContext();
  const page = await open(context, '/');
  await page.getByText('Drop photos here').waitFor();
  await page.evaluate(async (kind) => {
    const photo = await (await fetch('/samples/duck.png')).blob();
    const data = new DataTransfer();
    data.items.add(new File([photo], `${kind}.png`, { type: 'image/png' }));
    const event =
      kind === 'drop'
        ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
        : new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
    document.body.dispatchEvent(event);
  }, way);
  await page.getByText(`${way}.png`).waitFor();
  await page.getByRole('button', { name: 'Make the model' }).waitFor();
});

test('an unknown address is answered with 404 and says so in the language of the browser', async () => {
  const context = await site.newContext({ locale: 'de-DE' });
  const page = await context.newPage();
  const answer = await page.goto(`${site.server.url}/nowhere`);
  expect(answer?.status()).toBe(404);
  await page.getByRole('heading', { name: 'Seite nicht gefunden' }).waitFor();
  expect(await page.title()).toBe('Seite nicht gefunden · image2model');
});

/** How many colours the viewer shows: many with a model, one without. */
async function coloursOf(page: Page): Promise<number> {
  const canvas = page.locator('canvas');
  const shot = await canvas.screenshot();
  return await page.evaluate(
    async (png) => {
      const bitmap = await createImageBitmap(new Blob([Uint8Array.from(png)]));
      const surface = new OffscreenCanvas(64, 64);
      const context = surface.getContext('2d');
      context?.drawImage(bitmap, 0, 0, 64, 64);
      const { data } = context?.getImageData(0, 0, 64, 64) ?? { data: new Uint8ClampedArray() };
      const colours = new Set<number>();
      for (let at = 0; at < data.length; at += 4) {
        colours.add(((data[at] ?? 0) >> 4) * 256 + ((data[at + 1] ?? 0) >> 4) * 16 + ((data[at + 2] ?? 0) >> 4));
      }
      return colours.size;
    },
    [...shot],
  );
}
