import { expect, test } from 'vitest';
import { violationsOf } from './support/axe.ts';
import { setUpBrowser } from './support/set-up.ts';
import { tour } from './support/tour.ts';

const devices = [
  { name: 'phone', width: 390, height: 844 },
  { name: 'desktop', width: 1440, height: 900 },
] as const;

const started = setUpBrowser();

test('axe finds no problem on any page in any state, on phone and desktop, in light and dark', async () => {
  const said: string[] = [];
  const problems: string[] = [];
  const seen: string[] = [];
  for await (const { id, page } of tour(started.browser, said)) {
    seen.push(id);
    for (const { name, ...viewport } of devices) {
      await page.setViewportSize(viewport);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        const found = await violationsOf(page);
        problems.push(...found.map((violation) => `${id}, ${name}, ${colorScheme}: ${violation}`));
      }
    }
  }
  expect(problems).toEqual([]);
  expect(seen.length).toBeGreaterThan(15);
}, 600_000);

test('axe does find problems', async () => {
  const page = await started.browser.newPage();
  await page.setContent('<html lang="en"><title>x</title><main><h1 style="color: #ccc">Hardly seen</h1><img src="x">');
  const found = await violationsOf(page);
  expect(found.map((violation) => violation.split(':')[0])).toEqual(
    expect.arrayContaining(['color-contrast', 'image-alt']),
  );
  await page.close();
});
