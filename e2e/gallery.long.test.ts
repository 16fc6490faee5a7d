import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { violationsOf } from './support/axe.ts';
import { launchBrowser } from './support/chromium.ts';
import { sameFontEverywhere } from './support/font.ts';
import { type GalleryServer, startGallery } from './support/gallery.ts';
import { layoutProblems } from './support/layout.ts';
import { keepPicture, pictureProblem } from './support/picture.ts';

const pictures = join(import.meta.dirname, 'gallery');
// `UPDATE=1` updates the pictures instead of comparing with them.
const renew = process.env.UPDATE === '1';
/**
 * The Chromium that the kept pictures were taken with, from Debian. Others set text a little differently, which shows at a
 * phone's width; with those, only the rules and axe are checked, and a line says so.
 */
const takenWith = '156';
let comparable = true;

/** How each state is viewed. Some views have a kept picture; each size is viewed in both directions. */
const views = [
  { name: '390', width: 390, theme: 'light', dir: 'ltr', picture: true, axe: true },
  { name: '320', width: 320, theme: 'dark', dir: 'rtl', picture: false, axe: false },
  { name: '820', width: 820, theme: 'dark', dir: 'rtl', picture: true, axe: false },
  { name: '1440', width: 1440, theme: 'light', dir: 'ltr', picture: true, axe: false },
  { name: '1440-rtl', width: 1440, theme: 'dark', dir: 'rtl', picture: false, axe: true },
  { name: '820-ltr', width: 820, theme: 'light', dir: 'ltr', picture: false, axe: false },
] as const;

interface State {
  id: string;
  address: string;
  /** Needs a page load of its own, and so does the state after it. */
  fresh: boolean;
}

let gallery: GalleryServer;
let context: BrowserContext;
let page: Page;
const said: string[] = [];

beforeAll(async () => {
  const [server, browser, font] = await Promise.all([startGallery(), launchBrowser(), sameFontEverywhere()]);
  gallery = server;
  context = await browser.newContext({
    viewport: { width: 390, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
  });
  await context.addInitScript((css) => {
    addEventListener('DOMContentLoaded', () => {
      document.head.append(Object.assign(document.createElement('style'), { textContent: css }));
    });
    // Cards out of sight are laid out too, so that a page has the same height each time.
  }, `${font}\n* { content-visibility: visible !important }`);
  // The first page keeps the picture of its model: when the model itself would come is a matter of chance.
  await context.route('**/samples/models/*.glb', () => undefined);
  comparable = browser.version().split('.')[0] === takenWith;
  if (!comparable) {
    const note = `Pictures are not compared: they were taken with Chromium ${takenWith}, this is ${browser.version()}.`;
    process.stderr.write(`${note}\n`);
  }
  page = await context.newPage();
  page.on('pageerror', (error) => said.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') said.push(message.text());
  });
});
afterAll(async () => {
  await context?.browser()?.close();
  await gallery?.close();
});

test('every state of every component looks right at each size, in light and dark, left to right and right to left', async () => {
  await page.goto(`${gallery.url}/gallery`);
  await page.locator('html[data-gallery=index]').waitFor({ timeout: 90_000 });
  const states = await page.locator('main li a').evaluateAll((links): State[] =>
    links.map((link) => {
      const address = link.getAttribute('href') ?? '';
      return {
        address,
        id: new URL(address, location.href).pathname.split('/')[2] ?? '',
        fresh: link.hasAttribute('data-fresh'),
      };
    }),
  );
  expect(states.length).toBeGreaterThan(30);
  const problems: string[] = [];
  let wasFresh = false;
  for (const state of states) {
    await open(state, state.fresh || wasFresh);
    wasFresh = state.fresh;
    for (const view of views) {
      const found = await look(state, view);
      problems.push(...found.map((problem) => `${state.id} at ${view.name}: ${problem}`));
    }
    problems.push(...said.splice(0).map((text) => `${state.id} says: ${text}`));
  }
  expect(problems).toEqual([]);
}, 600_000);

test('a broken layout is noticed, by the picture and by the rules', async () => {
  const controls = { id: 'controls', address: '/gallery/controls', fresh: false };
  await open(controls, true);
  await page.setViewportSize({ width: 820, height: 900 });
  const good = await shot(820);
  const folder = await mkdtemp(join(tmpdir(), 'image2model-pictures-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'good.webp');
  await keepPicture(good, file);
  expect(await pictureProblem(good, file)).toBeUndefined();
  for (const broken of [
    '.button { translate: 12px }',
    '.badge { display: none !important }',
    '.button.primary { background: none !important }',
    'h1 { margin-block-end: 3rem !important }',
  ]) {
    const style = await page.addStyleTag({ content: broken });
    expect(`${broken}: ${await pictureProblem(await shot(820), file)}`).toMatch(/differs|rows/);
    await style.evaluate((element) => (element as Element).remove());
  }
  expect(await layoutProblems(page)).toEqual([]);
  await page.addStyleTag({
    content: 'h2 { inline-size: 120vw } .badge { position: fixed } .button { inline-size: 2rem; white-space: nowrap }',
  });
  const problems = (await layoutProblems(page)).join('\n');
  for (const problem of ['wider than the window', 'overlap', 'leaves its box']) expect(problems).toContain(problem);
});

test('the gallery is not part of the built pages', async () => {
  const build = join(import.meta.dirname, '../packages/web/build');
  const names = (await readdir(build, { recursive: true })).filter((name) => /\.(js|html)$/.test(name));
  const texts = await Promise.all(names.map(async (name) => await readFile(join(build, name), 'utf8')));
  expect(texts.length).toBeGreaterThan(10);
  expect(texts.filter((text) => text.includes('data-gallery') || text.includes('00000000-0000-7000'))).toEqual([]);
});

async function open({ id, address }: State, anew: boolean): Promise<void> {
  await page.setViewportSize({ width: 390, height: 900 });
  if (anew) await page.goto(gallery.url + address);
  else {
    // The page of the state before is closed first: it would reconnect to what stands for the server in this state.
    await follow('/gallery');
    await page.locator('html[data-gallery=index]').waitFor({ timeout: 90_000 });
    await follow(address);
  }
  await page.locator(`html[data-gallery=${id}]`).waitFor({ timeout: 90_000 });
}

/** The app's router handles any link on the page. */
async function follow(address: string): Promise<void> {
  await page.evaluate((href) => {
    const link = Object.assign(document.createElement('a'), { href });
    document.body.append(link);
    link.click();
    link.remove();
  }, address);
}

async function look({ id }: State, view: (typeof views)[number]): Promise<string[]> {
  const { name, width, theme, dir } = view;
  await page.setViewportSize({ width, height: 900 });
  await page.evaluate(
    async ([scheme, direction]) => {
      document.documentElement.dataset.theme = scheme;
      document.documentElement.dir = direction;
      await document.fonts.ready;
      const shown = async (image: HTMLImageElement) => {
        // One that is out of sight would never be loaded.
        image.loading = 'eager';
        await image.decode().catch(() => undefined);
      };
      await Promise.all([...document.images].map(shown));
    },
    [theme, dir] as const,
  );
  const problems = await layoutProblems(page);
  if (view.axe) problems.push(...(await violationsOf(page)));
  if (!view.picture || !(comparable || renew)) return problems;
  const file = join(pictures, `${id}-${name}.webp`);
  if (renew) await keepPicture(await shotAtRest(width), file);
  else {
    const difference = await differenceAtRest(width, file);
    if (difference !== undefined) problems.push(`${difference}. If this is intended, update it with UPDATE=1`);
  }
  return problems;
}

/** How the page differs from its picture; one that is still being drawn is judged once it looks the same twice. */
async function differenceAtRest(width: number, file: string): Promise<string | undefined> {
  let before: Buffer | undefined;
  for (;;) {
    const now = await shot(width);
    const difference = await pictureProblem(now, file);
    if (difference === undefined || before?.equals(now)) return difference;
    before = now;
  }
}

/** The page once it looks the same twice. */
async function shotAtRest(width: number): Promise<Buffer> {
  let before = await shot(width);
  for (;;) {
    const now = await shot(width);
    if (now.equals(before)) return now;
    before = now;
  }
}

/** The page from its top, as far down as the kept picture goes. */
async function shot(width: number): Promise<Buffer> {
  const height = Math.min(2 * width, await page.evaluate(() => document.documentElement.scrollHeight));
  return await page.screenshot({ fullPage: true, clip: { x: 0, y: 0, width, height }, animations: 'disabled' });
}
