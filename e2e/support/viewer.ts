import type { Page } from 'playwright-core';

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
