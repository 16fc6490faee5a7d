import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { desktop, setUp } from './support/set-up.ts';
import { modelLoaded } from './support/viewer.ts';

const site = setUp();

/** Elements that had the focus without showing it. */
const unseen: string[] = [];

test('a photo becomes a model, which is viewed, downloaded and deleted with the keyboard alone', async () => {
  const page = await site.open('/', { viewport: desktop, acceptDownloads: true });
  page.setDefaultTimeout(120_000);
  await page.getByRole('button', { name: /Glazed teapot/ }).waitFor();
  await page.keyboard.press('Tab');
  expect(await focused(page)).toContain('Skip to content');
  await tabTo(page, /Glazed teapot/);
  // The finished model first, then the way to make it.
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Glazed teapot' }).waitFor();
  await tabTo(page, /^Make it yourself/);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /^Make the model/ }).waitFor();
  // What was pressed is gone, and the focus is not lost with it.
  expect(await focused(page)).toContain('Choose photos');
  await tabTo(page, /^Make the model/);
  // Progress is held back until a key was pressed on the page that shows it.
  const pressed = Promise.withResolvers<void>();
  await page.route('**/api/v1/status/tasks/**', async (route) => {
    await pressed.promise;
    await route.continue();
  });
  await page.keyboard.press('Enter');

  await page.waitForURL(/\/processing\?taskId=/);
  // After a key press the page stays when the work ends.
  await page.keyboard.press('Tab');
  pressed.resolve();
  await page.getByRole('link', { name: 'View results' }).waitFor({ timeout: 150_000 });
  await tabTo(page, /View results/);
  await page.keyboard.press('Enter');

  await page.getByRole('heading', { name: 'Your model is ready' }).waitFor();
  const viewer = page.getByRole('application', { name: /3D model/ });
  await viewer.waitFor();
  await modelLoaded(page);
  await tabTo(page, /3D model/);
  for (const key of ['ArrowLeft', 'ArrowUp', '+', '0']) await page.keyboard.press(key);
  await tabTo(page, /Wireframe/);
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Wireframe', pressed: true }).waitFor();

  await tabTo(page, /Download GLB/);
  const download = page.waitForEvent('download');
  await page.keyboard.press('Enter');
  expect((await download).suggestedFilename()).toBe('teapot.glb');
  await tabTo(page, /Delete this batch/);
  await page.keyboard.press('Enter');
  const question = page.getByRole('dialog');
  await question.waitFor();
  await tabTo(page, /^Delete$/);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/history$/);
  await page.getByText('No models yet').waitFor();
  expect([...new Set(unseen)]).toEqual([]);
}, 600_000);

/** Presses Tab until an element of that name has the focus, and notes those on the way that do not show it. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < 60; presses += 1) {
    const now = await focused(page);
    const problem = await page.evaluate(focusProblem);
    if (problem !== undefined) unseen.push(`${now}: ${problem}`);
    if (name.test(now)) return;
    passed.push(now);
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not come to ${name}, but to: ${passed.join(', ')}`);
}

async function focused(page: Page): Promise<string> {
  return await page.evaluate(() => {
    const element = document.activeElement;
    return (element?.ariaLabel ?? element?.textContent ?? '').trim().replaceAll(/\s+/g, ' ').slice(0, 60);
  });
}

/** Runs in the page: why the focus cannot be seen. */
function focusProblem(): string | undefined {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement) || element === document.body) return undefined;
  // A hidden input shows its focus on its label or on another element in there.
  const label = element.closest('label');
  const drawn = [element, ...(label ? [label, ...label.querySelectorAll('*')] : [])];
  const isOutlined = drawn.some((each) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1;
  });
  if (!isOutlined) return 'has no outline';
  const { top, bottom } = (label ?? element).getBoundingClientRect();
  return bottom < 0 || top > innerHeight ? 'is out of sight' : undefined;
}
