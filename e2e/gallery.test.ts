import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { violationsOf } from './support/axe.ts';
import { launchBrowser } from './support/chromium.ts';
import { sameFontEverywhere } from './support/font.ts';
import { type GalleryServer, startGallery } from './support/gallery.ts';
import { layoutProblems } from './support/layout.ts';

/** How each state is looked at. Each size is seen in both directions. */
const views = [
  { name: '390', width: 390, theme: 'light', dir: 'ltr', axe: true },
  { name: '320', width: 320, theme: 'dark', dir: 'rtl', axe: false },
  { name: '820', width: 820, theme: 'dark', dir: 'rtl', axe: false },
  { name: '1440', width: 1440, theme: 'light', dir: 'ltr', axe: false },
  { name: '1440-rtl', width: 1440, theme: 'dark', dir: 'rtl', axe: true },
  { name: '820-ltr', width: 820, theme: 'light', dir: 'ltr', axe: false },
] as const;

interface State {
  id: string;
  address: string;
  /** It has to be loaded anew, and so has the one after it. */
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
  }, font);
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

test('every state of every component holds at each size, in light and dark, from left and from right', async () => {
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
      const found = await look(view);
      problems.push(...found.map((problem) => `${state.id} at ${view.name}: ${problem}`));
    }
    problems.push(...said.splice(0).map((text) => `${state.id} says: ${text}`));
  }
  expect(problems).toEqual([]);
}, 300_000);

test('the gallery is not in the built pages', async () => {
  const { readdir, readFile } = await import('node:fs/promises');
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
    // The app's router takes any link of the page.
    await page.evaluate((href) => {
      const link = Object.assign(document.createElement('a'), { href });
      document.body.append(link);
      link.click();
      link.remove();
    }, address);
  }
  await page.locator(`html[data-gallery=${id}]`).waitFor({ timeout: 90_000 });
}

async function look(view: (typeof views)[number]): Promise<string[]> {
  const { width, theme, dir } = view;
  await page.setViewportSize({ width, height: 900 });
  await page.evaluate(
    async ([scheme, direction]) => {
      document.documentElement.dataset.theme = scheme;
      document.documentElement.dir = direction;
      await document.fonts.ready;
      await Promise.all([...document.images].map(async (image) => await image.decode().catch(() => undefined)));
    },
    [theme, dir] as const,
  );
  const problems = await layoutProblems(page);
  if (view.axe) problems.push(...(await violationsOf(page)));
  return problems;
}
