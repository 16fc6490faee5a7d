import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { createAlbum } from './support/album.ts';
import { layoutProblems } from './support/layout.ts';
import { setUpBrowser } from './support/set-up.ts';
import { tour } from './support/tour.ts';

/** Common window sizes. */
const devices = [
  { device: 'phone', touch: true, width: 390, height: 844 },
  { device: 'tablet', touch: true, width: 820, height: 1180 },
  { device: 'desktop', touch: false, width: 1440, height: 900 },
] as const;

// With SCREENSHOTS set to a folder, a screenshot of each page is kept there.
const { SCREENSHOTS } = process.env;

const started = setUpBrowser();

test('every page looks right in every state, on phone, tablet and desktop, in light and dark', async () => {
  const said: string[] = [];
  const problems: string[] = [];
  const album = SCREENSHOTS === undefined ? undefined : await createAlbum(SCREENSHOTS);
  for await (const { id, title, page } of tour(started.browser, said)) {
    const devTools = await page.context().newCDPSession(page);
    for (const { device, touch, ...viewport } of devices) {
      await page.setViewportSize(viewport);
      await devTools.send('Emulation.setTouchEmulationEnabled', { enabled: touch });
      // Touch devices show scrollbars only while scrolling.
      await devTools.send('Emulation.setScrollbarsHidden', { hidden: touch });
      await atRest(page);
      const found = await layoutProblems(page);
      problems.push(...found.map((problem) => `${id} on a ${device}: ${problem}`));
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        if (isDark(background) !== (colorScheme === 'dark')) problems.push(`${id} is ${background} in ${colorScheme}`);
        await album?.keep(page, { id, title, device, theme: colorScheme });
      }
    }
    await devTools.detach();
  }
  await album?.close();
  expect(problems).toEqual([]);
  expect(said).toEqual([]);
}, 600_000);

/** Waits until pictures are loaded and the page is drawn in its new size. */
async function atRest(page: Page): Promise<void> {
  await page.evaluate(async () => {
    scrollTo(0, 0);
    await Promise.all([...document.images].map(async (image) => await image.decode().catch(() => undefined)));
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
}

function isDark(colour: string): boolean {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map(Number);
  return red + green + blue < 3 * 128;
}
