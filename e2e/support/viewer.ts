import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Waits for the viewer, which opens by itself, until the model is in it. */
export async function viewerOpen(page: Page): Promise<void> {
  await page.getByRole('application', { name: /3D model/ }).waitFor();
  await modelLoaded(page);
}

/** Waits until the viewer has its model; without a graphics card that takes a while on a busy machine. */
export async function modelLoaded(page: Page): Promise<void> {
  const loading = page.getByRole('status').filter({ hasText: 'Loading the model' });
  await loading.waitFor({ state: 'detached', timeout: 90_000 });
}

/** What the viewer shows now. Without a graphics card, drawing is slow on a busy machine. */
export async function picture(page: Page): Promise<string> {
  // Away from the tools over the view, which change when hovered.
  await page.mouse.move(2, 2);
  return (await page.locator('canvas').screenshot({ timeout: 150_000 })).toString('base64');
}

/** What the viewer shows once nothing changes any more: a model is drawn a moment before its shadow and its labels. */
export async function pictureAtRest(page: Page): Promise<string> {
  let before = await picture(page);
  for (;;) {
    const now = await picture(page);
    if (now === before) return now;
    before = now;
  }
}

/** Waits until the view differs from a picture, and returns the new one. */
export async function changed(page: Page, before: string): Promise<string> {
  await expect.poll(async () => (await picture(page)) === before, { timeout: 150_000 }).toBe(false);
  return await picture(page);
}

/** Drags one finger across the page. */
export async function dragFinger(page: Page, from: { x: number; y: number }, by: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const touch = async (type: 'touchStart' | 'touchMove' | 'touchEnd', x: number) => {
    const touchPoints = type === 'touchEnd' ? [] : [{ x, y: from.y }];
    await session.send('Input.dispatchTouchEvent', { type, touchPoints });
  };
  await touch('touchStart', from.x);
  for (let moved = 20; moved <= by; moved += 20) await touch('touchMove', from.x + moved);
  await touch('touchEnd', from.x + by);
}
