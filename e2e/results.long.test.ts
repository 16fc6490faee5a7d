import { readFile } from 'node:fs/promises';
import { validateBytes } from 'gltf-validator';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { ended, sendPhotos, type SentJob } from './support/jobs.ts';
import { setUp } from './support/set-up.ts';
import { signedInVisitor } from './support/signed-in.ts';
import { changed, dragFinger, picture, pictureAtRest, viewerOpen } from './support/viewer.ts';

const key = 'a-key-for-the-pages';
/** Few pixels, for tests that take many pictures. */
const small = { viewport: { width: 420, height: 800 }, reducedMotion: 'reduce' } as const;
const phone = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
  reducedMotion: 'no-preference',
} as const;

const site = setUp({ API_KEYS: key });
let three: SentJob;
let mixed: SentJob;

beforeAll(async () => {
  three = await sendPhotos(site.server.url, ['duck.png', 'teapot.jpg', 'coffee.jpg'], { key });
  mixed = await sendPhotos(site.server.url, ['flat.png', 'cactus.jpg'], { key, options: { mode: 'object' } });
  await Promise.all([ended(site.server.url, three, key), ended(site.server.url, mixed, key)]);
});

const signedIn = async (options?: BrowserContextOptions) => await signedInVisitor(site, key, options);

async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await (await signedIn(options)).newPage();
  await page.goto(site.server.url + path);
  return page;
}

test('a batch shows each photo beside its model and facts, and opens each in 3D by itself', async () => {
  const page = await open(`/results/${three.jobId}`);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.getByRole('heading', { name: '3 models are ready' }).waitFor();
  for (const name of ['duck', 'teapot', 'coffee']) {
    const card = page.getByRole('button', { name: `${name}.glb`, exact: true });
    expect(await card.locator('img').count()).toBe(2);
  }
  await page.getByRole('button', { name: 'teapot.glb', exact: true }).click();
  const stage = page.getByRole('region', { name: 'teapot.glb' });
  for (const fact of [
    'Triangles',
    'Vertices',
    'Separate parts',
    'Size',
    'As 3MF or STL',
    'Print volume',
    'File',
    'Made in',
  ])
    await stage.getByText(fact, { exact: true }).waitFor();
  await stage.getByRole('img', { name: 'The photo teapot.glb was made from' }).waitFor();
  await viewerOpen(page);
  expect(asked.filter((path) => path.endsWith('.glb')).at(-1)).toBe(`/api/v1/download/${three.jobId}/teapot.glb`);
  const canvas = page.getByRole('application', { name: '3D model teapot.glb' });
  expect(await canvas.evaluate((element) => getComputedStyle(element).opacity)).toBe('1');

  // The photo in its corner can be made large, and put away.
  const enlarge = stage.getByRole('button', { name: 'Enlarge the photo' });
  const before = (await enlarge.boundingBox())?.width ?? 0;
  await enlarge.click();
  expect((await enlarge.boundingBox())?.width).toBeGreaterThan(2 * before);
  await stage.getByRole('button', { name: 'Photo', exact: true }).click();
  expect(await enlarge.count()).toBe(0);

  // On to the next model and back, by button and by key, and the address follows.
  await stage.getByRole('button', { name: 'Next model' }).click();
  await page.getByRole('region', { name: 'coffee.glb' }).waitFor();
  await page.getByRole('application').focus();
  await page.keyboard.press('p');
  await stage.waitFor();
  await page.reload();
  await stage.waitFor();
}, 180_000);

test('the viewer rotates, zooms, changes looks and light, measures and resets with the keyboard', async () => {
  const page = await open(`/results/${mixed.jobId}`, small);
  await viewerOpen(page);
  // Without the outline of the focus, as at the end.
  const first = await pictureAtRest(page);
  await page.getByRole('application', { name: '3D model cactus.glb' }).focus();
  let seen = await picture(page);
  for (const pressed of ['ArrowRight', 'ArrowUp', '+']) {
    await page.keyboard.press(pressed);
    seen = await changed(page, seen);
  }
  for (const name of ['Clay', 'Wireframe', 'Grid and dimensions']) {
    const button = page.getByRole('button', { name });
    await button.focus();
    await page.keyboard.press('Enter');
    expect(await button.getAttribute('aria-pressed')).toBe('true');
    seen = await changed(page, seen);
  }
  await page.getByText('Grid squares: 10 cm').waitFor();
  expect(await page.locator('.labels li').allTextContents()).toEqual(
    expect.arrayContaining([expect.stringMatching(/^[\d.]+\scm$/)]),
  );
  await page.getByRole('button', { name: 'Grid and dimensions' }).click();
  await page.getByRole('button', { name: 'Textured' }).click();
  await page.getByRole('button', { name: 'Light', exact: true }).click();
  seen = await picture(page);
  await page.getByRole('slider', { name: 'Direction' }).focus();
  await page.keyboard.press('PageUp');
  await changed(page, seen);
  // The panel closes on Escape, which gives the focus back, and by a click outside.
  const lightTool = page.getByRole('button', { name: 'Light', exact: true });
  await page.keyboard.press('Escape');
  expect(await lightTool.getAttribute('aria-pressed')).toBe('false');
  expect(await lightTool.evaluate((element) => element === document.activeElement)).toBe(true);
  await lightTool.click();
  await page.getByRole('heading', { level: 1 }).click();
  expect(await page.getByRole('slider').count()).toBe(0);
  await page.getByRole('button', { name: 'Reset the view' }).click();
  await expect.poll(async () => (await picture(page)) === first, { timeout: 150_000 }).toBe(true);
}, 240_000);

test('the viewer rotates by itself until it is touched, and follows a finger', async () => {
  const page = await open(`/results/${mixed.jobId}`, phone);
  const turn = page.getByRole('button', { name: 'Auto-rotate' });
  await turn.waitFor();
  expect(await turn.getAttribute('aria-pressed')).toBe('true');
  await viewerOpen(page);
  const still = await picture(page);
  // On a machine that is too slow for it, it has stopped.
  if ((await turn.getAttribute('aria-pressed')) === 'false') await turn.tap();
  await changed(page, still);
  await page.getByRole('application').tap();
  expect(await turn.getAttribute('aria-pressed')).toBe('false');
  const seen = await picture(page);
  // Measured last: taking a picture may scroll.
  const box = await page.locator('canvas').boundingBox();
  await dragFinger(page, { x: (box?.x ?? 0) + 100, y: (box?.y ?? 0) + 100 }, 120);
  await changed(page, seen);
}, 240_000);

test('every format of the model can be downloaded, and everything as a ZIP whose size is shown', async () => {
  const page = await open(`/results/${three.jobId}`);
  const stage = page.getByRole('region', { name: 'duck.glb' });
  const files: Record<string, Buffer> = {};
  for (const name of [/^OBJ /, /^STL /, /^PLY /, /^USDZ /, /^3MF /, /^Download GLB$/]) {
    const download = page.waitForEvent('download');
    await stage.getByRole('link', { name }).click();
    const file = await download;
    files[file.suggestedFilename()] = await readFile(await file.path());
  }
  expect(Object.keys(files)).toEqual(['duck.zip', 'duck.stl', 'duck.ply', 'duck.usdz', 'duck.3mf', 'duck.glb']);
  expect((await validateBytes(new Uint8Array(files['duck.glb'] ?? []))).issues.numErrors).toBe(0);
  expect(files['duck.ply']?.subarray(0, 3).toString()).toBe('ply');
  for (const name of ['duck.zip', 'duck.usdz', 'duck.3mf']) expect(files[name]?.subarray(0, 2).toString()).toBe('PK');
  // 80 bytes of head, a count, and 50 bytes a triangle.
  expect(files['duck.stl']?.length).toBe(84 + 50 * (files['duck.stl']?.readUInt32LE(80) ?? 0));
  await page.getByText(/about [\d.]+\sMB/).waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: /Download all \(ZIP\)/ }).click();
  const zip = await readFile(await (await download).path());
  expect(zip.subarray(0, 2).toString()).toBe('PK');
  expect(zip.includes('coffee.glb')).toBe(true);
}, 180_000);

test('a chosen size is that of every download, of the facts and of the grid in the viewer', async () => {
  const page = await open(`/results/${three.jobId}`, small);
  const stage = page.getByRole('region', { name: 'duck.glb' });
  // As on a phone: the other models are a strip right below the view, the facts are folded, the download stays in sight.
  const strip = page.getByRole('list', { name: 'Models of this batch' });
  const [view, row, own] = await Promise.all(
    [stage.locator('.view'), strip, stage.getByRole('link', { name: 'Download GLB' })].map((part) =>
      part.boundingBox(),
    ),
  );
  expect((row?.y ?? 0) - (view?.y ?? 0) - (view?.height ?? 0)).toBeLessThan(40);
  expect(row?.height).toBeLessThan(240);
  expect((own?.y ?? 0) + (own?.height ?? 0)).toBeLessThan(small.viewport.height);
  await stage.getByText('Details', { exact: true }).click();
  await stage.getByText('Watertight: ready to print').waitFor();
  await stage.getByText(/^100 × [\d.]+ × [\d.]+\smm$/).waitFor();
  const field = stage.getByLabel('Longest side');
  await field.fill('62.5');
  await stage.getByText(/^62\.5 × [\d.]+ × [\d.]+\smm$/).waitFor();
  const files: Record<string, Uint8Array> = {};
  for (const [name, format] of [
    [/^STL /, 'stl'],
    [/^Download GLB$/, 'glb'],
  ] as const) {
    const download = page.waitForEvent('download');
    await stage.getByRole('link', { name }).click();
    files[format] = await readFile(await (await download).path());
  }
  const all = page.getByRole('link', { name: /^Download all/ });
  expect(await all.getAttribute('href')).toMatch(/\/archive\?size_mm=62\.5$/);
  await stage.getByLabel('Origin').selectOption('center');
  const placed = stage.getByRole('link', { name: /^STL / });
  expect(await placed.getAttribute('href')).toMatch(/\?format=stl&origin=center&size_mm=62\.5$/);
  await stage.getByLabel('Origin').selectOption('');
  expect(await placed.getAttribute('href')).not.toContain('origin');
  const stl = Buffer.from(files['stl'] ?? []);
  const along = Array.from({ length: stl.readUInt32LE(80) }, (_, face) =>
    [1, 2, 3].map((corner) => stl.readFloatLE(84 + 50 * face + 12 * corner)),
  ).flat();
  expect(Math.max(...along) - Math.min(...along)).toBeCloseTo(62.5, 3);
  expect((await validateBytes(files['glb'] ?? new Uint8Array())).issues.numErrors).toBe(0);
  await viewerOpen(page);
  await page.getByRole('button', { name: 'Grid and dimensions' }).click();
  await page.getByText('62.5 mm', { exact: true }).waitFor({ timeout: 150_000 });

  await field.fill('0');
  await stage.getByText('Enter a number of millimetres from 1 to 100,000.').waitFor();
  // What is half typed stays there.
  expect(await field.inputValue()).toBe('0');
  expect(await stage.getByRole('button', { name: 'Download GLB' }).isDisabled()).toBe(true);
  expect(await stage.getByRole('link', { name: /^STL / }).getAttribute('href')).toBeNull();
  await field.fill('');
  expect(await stage.getByRole('link', { name: 'Download GLB' }).getAttribute('href')).not.toContain('size_mm');
  expect(await all.getAttribute('href')).toMatch(/\/archive$/);
}, 240_000);

test('a failed file says why and what to do, and succeeds with other options', async () => {
  const job = await sendPhotos(site.server.url, ['flat.png'], { key, options: { mode: 'object' } });
  expect(await ended(site.server.url, job, key)).toBe('failed');
  const page = await open(`/results/${job.jobId}`);
  await page.getByRole('heading', { name: 'No models were made' }).waitFor();
  const missing = page.getByRole('region', { name: '1 photo didn’t become a model' });
  await missing.getByText('flat.png').waitFor();
  expect(await missing.locator('li p').textContent()).toMatch(/\w+\. ?\w+/);
  await missing.getByRole('button', { name: 'Retry with another model or options' }).click();
  const dialog = page.getByRole('dialog', { name: 'Retry with another model or options' });
  expect(await dialog.getByLabel('Model').inputValue()).toBe('local');
  await dialog.getByText('Relief', { exact: true }).click();
  // What goes wrong is said in the dialog, which stays with what was chosen.
  await page.context().setOffline(true);
  await dialog.getByRole('button', { name: 'Retry (1)' }).click();
  await dialog.getByRole('alert').waitFor();
  await page.context().setOffline(false);
  await dialog.getByRole('button', { name: 'Retry (1)' }).click();
  await page.waitForURL(/\/processing\?taskId=/);
  await page.waitForURL(/\/results\//, { timeout: 120_000 });
  await page.getByRole('heading', { name: 'Your model is ready' }).waitFor();
}, 180_000);

test('results that are still being made appear by themselves', async () => {
  // Loads the app first, so that the page is there while they are being made.
  const page = await open('/history');
  const job = await sendPhotos(site.server.url, ['teapot.jpg', 'duck.png', 'pebbles.jpg', 'cactus.jpg'], { key });
  await page.goto(`${site.server.url}/results/${job.jobId}`);
  await page.getByRole('heading', { name: /^[1-3] of 4 models ready$/ }).waitFor({ timeout: 120_000 });
  await page.getByText(/(One|\d) more (is|are) still being made/).waitFor();
  // What is shown, and what the download gets, stay while others come; each has its place from the start.
  const cards = page.getByRole('list', { name: 'Models of this batch' }).getByRole('listitem');
  expect(await cards.count()).toBe(4);
  const shown = await page.getByRole('region', { name: /\.glb$/ }).getAttribute('aria-label');
  await page.getByRole('heading', { name: '4 models are ready' }).waitFor({ timeout: 120_000 });
  expect(await page.getByRole('region', { name: /\.glb$/ }).getAttribute('aria-label')).toBe(shown);
  expect(await page.getByRole('link', { name: 'Download GLB' }).getAttribute('download')).toBe(shown);
  expect(await cards.count()).toBe(4);
  expect(await page.getByText('still being made').count()).toBe(0);
}, 180_000);

test('a batch is deleted after a confirmation, which returns the focus', async () => {
  const job = await sendPhotos(site.server.url, ['duck.png'], { key });
  expect(await ended(site.server.url, job, key)).toBe('completed');
  const page = await open(`/results/${job.jobId}`);
  const remove = page.getByRole('button', { name: 'Delete this batch' });
  await remove.click();
  const dialog = page.getByRole('dialog', { name: 'Permanently delete this batch?' });
  expect(
    await dialog.getByRole('button', { name: 'Cancel' }).evaluate((button) => button === document.activeElement),
  ).toBe(true);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(await remove.evaluate((button) => button === document.activeElement)).toBe(true);
  await remove.click();
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.waitForURL(/\/history$/);
  await page.goto(`${site.server.url}/results/${job.jobId}`);
  await page.getByRole('heading', { name: 'We can’t find this batch' }).waitFor();
  await page.getByRole('link', { name: 'View history' }).waitFor();
}, 180_000);

test('a relief says so on its card and on the stage, with the editor of the cut-out beside it', async () => {
  const job = await sendPhotos(site.server.url, ['teapot.jpg'], { key, options: { mode: 'relief' } });
  expect(await ended(site.server.url, job, key)).toBe('completed');
  const page = await open(`/results/${job.jobId}`);
  await page.getByRole('region', { name: 'teapot.glb' }).getByText('Relief', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Cut out the object' }).click();
  await page.getByRole('dialog').locator('canvas').waitFor();
}, 180_000);

test('without WebGL the picture stays, and the tools do nothing', async () => {
  const context = await signedIn();
  await context.addInitScript(() => {
    HTMLCanvasElement.prototype.getContext = () => null;
  });
  const page = await context.newPage();
  await page.goto(`${site.server.url}/results/${mixed.jobId}`);
  await page.getByText('WebGL').waitFor();
  await page.getByRole('img', { name: 'Preview of cactus.glb' }).waitFor();
  const tools = page.getByRole('group', { name: 'View' }).getByRole('button');
  expect(await tools.count()).toBeGreaterThan(5);
  for (const tool of await tools.all()) expect(await tool.isDisabled()).toBe(true);
}, 180_000);

test('AR is offered on devices that have it, with an address they can open', async () => {
  const plain = await open(`/results/${mixed.jobId}`);
  await viewerOpen(plain);
  expect(await plain.getByText('View in your room').or(plain.getByLabel('View in your room')).count()).toBe(0);

  const context = await signedIn(phone);
  // As in Safari on an iPhone.
  await context.addInitScript(() => {
    DOMTokenList.prototype.supports = (token) => token === 'ar' || token === 'modulepreload';
  });
  const page = await context.newPage();
  await page.goto(`${site.server.url}/results/${mixed.jobId}`);
  await viewerOpen(page);
  const link = page.getByRole('link', { name: 'View in your room' });
  expect(await link.getAttribute('rel')).toBe('ar');
  expect(await link.locator('> img').count()).toBe(1);
  const address = new URL((await link.getAttribute('href')) ?? '', site.server.url).href;
  const usdz = await context.request.get(address);
  expect(usdz.headers()['content-type']).toBe('model/vnd.usdz+zip');
}, 240_000);

test('an unreachable server is reported, and the page continues by itself once it is back', async () => {
  const page = await open('/history');
  await page.getByText('duck.png, teapot.jpg, coffee.jpg').waitFor();
  await site.server.stop();
  await page.getByRole('link', { name: /duck.png, teapot.jpg, coffee.jpg/ }).click();
  await page.getByRole('heading', { name: 'Can’t reach the server' }).waitFor();
  await site.server.restart();
  await page.getByRole('heading', { name: '3 models are ready' }).waitFor({ timeout: 150_000 });
}, 180_000);
