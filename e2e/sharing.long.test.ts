import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { ended, sendPhotos, type SentJob } from './support/jobs.ts';
import { setUp } from './support/set-up.ts';
import { signedInVisitor } from './support/signed-in.ts';
import { modelLoaded } from './support/viewer.ts';

const key = 'a-key-for-the-pages';
const site = setUp({ API_KEYS: key });
let three: SentJob;

beforeAll(async () => {
  three = await sendPhotos(site.server.url, ['duck.png', 'teapot.jpg', 'coffee.jpg'], { key });
  await ended(site.server.url, three, key);
});

const signedIn = async (options?: BrowserContextOptions) => await signedInVisitor(site, key, options);

async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await (await signedIn(options)).newPage();
  await page.goto(site.server.url + path);
  return page;
}

/** A page of another origin, for one test. */
async function serveHtml(body: string): Promise<string> {
  const server = createServer((_, response) =>
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(`<!doctype html><title>blog</title>${body}`),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

test('a shared link shows one model to visitors without a key, in a frame too, until it is revoked', async () => {
  const context = await signedIn();
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: site.server.url });
  const page = await context.newPage();
  await page.goto(`${site.server.url}/results/${three.jobId}`);
  const share = page.getByRole('button', { name: 'Share' });
  await share.click();
  const dialog = page.getByRole('dialog', { name: 'Share' });
  for (const life of ['1 day', '7 days', 'Until revoked']) await dialog.getByText(life, { exact: true }).waitFor();
  expect(await dialog.getByLabel('7 days').isChecked()).toBe(true);
  await dialog.getByText('All 3 models').waitFor();
  await dialog.getByText('only reachable from this computer').waitFor();
  await dialog.getByRole('button', { name: 'Create link' }).click();
  await dialog.getByRole('button', { name: 'Copy link' }).click();
  await dialog.getByText('Copied.').waitFor();
  const link = await page.evaluate(async () => await navigator.clipboard.readText());
  expect(await dialog.getByLabel('Link', { exact: true }).inputValue()).toBe(link);
  await dialog.getByText('Embed in a web page').click();
  expect(await dialog.getByLabel('Embed code').inputValue()).toContain(`<iframe src="${link}?embed=1"`);

  const html = await (await fetch(link)).text();
  expect(html).toMatch(/<meta property="og:image" content="http:\/\/127\.0\.0\.1:\d+\/api\/v1\/shared\/[^"]+\.webp">/);
  const visitor = await site.newContext({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    reducedMotion: 'reduce',
    locale: 'de-DE',
  });
  const theirs = await visitor.newPage();
  await theirs.goto(link);
  await theirs.getByRole('heading', { name: 'duck.glb' }).waitFor();
  await theirs.reload();
  await modelLoaded(theirs);
  expect(await theirs.getByText('teapot.glb').count()).toBe(0);
  expect(await theirs.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  const saved = theirs.waitForEvent('download');
  await theirs.getByRole('link', { name: 'GLB herunterladen' }).click();
  const bytes = await readFile(await (await saved).path());
  expect(bytes.subarray(0, 4).toString()).toBe('glTF');
  const printed = theirs.waitForEvent('download');
  await theirs.getByRole('link', { name: /^STL/ }).click();
  expect((await printed).suggestedFilename()).toBe('duck.stl');
  expect(await theirs.getByRole('dialog').count()).toBe(0);

  // A page of somebody else's.
  const blog = await serveHtml(`<iframe src="${link}?embed=1" width="380" height="300"></iframe>`);
  await theirs.goto(blog);
  const frame = theirs.frameLocator('iframe');
  await frame.locator('canvas').waitFor();
  expect(await frame.getByRole('link').count()).toBe(0);

  await dialog.getByRole('button', { name: /^Revoke the link to duck\.glb/ }).click();
  await dialog.getByText('The link no longer works.').waitFor();
  await dialog.getByText('No links yet').waitFor();
  await theirs.goto(link);
  await theirs.getByRole('heading', { name: 'Dieser Link ist abgelaufen oder wurde widerrufen' }).waitFor();
}, 240_000);

test('a dialog closes by its button, by Escape and by a tap outside, which gives the focus back', async () => {
  const page = await open(`/results/${three.jobId}`);
  const share = page.getByRole('button', { name: 'Share' });
  const dialog = page.getByRole('dialog', { name: 'Share' });
  const ways = [
    async () => await dialog.getByRole('button', { name: 'Close' }).click(),
    async () => await page.keyboard.press('Escape'),
    async () => await page.mouse.click(5, 5),
  ];
  for (const close of ways) {
    await share.click();
    const button = await dialog.getByRole('button', { name: 'Close' }).boundingBox();
    expect(Math.min(button?.width ?? 0, button?.height ?? 0)).toBeGreaterThanOrEqual(44);
    await close();
    await dialog.waitFor({ state: 'detached' });
    expect(await share.evaluate((element) => element === document.activeElement)).toBe(true);
  }
}, 180_000);
