import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { ended, sendPhotos } from './support/jobs.ts';
import { desktop, setUp } from './support/set-up.ts';

// The pages are opened by another name than the public one, as on the server's own machine.
const site = setUp({ API_KEYS: 'key', PUBLIC_URL: 'https://models.example/shop' });

/** Opens a page as somebody who is signed in, and notes whatever the browser would not do. */
async function open(path: string): Promise<{ page: Page; refused: string[] }> {
  const context = await site.newContext({ viewport: desktop });
  const login = await context.request.post(`${site.server.url}/api/v1/session`, { data: { api_key: 'key' } });
  expect(login.status()).toBe(200);
  const page = await context.newPage();
  const refused: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') refused.push(message.text());
  });
  page.on('requestfailed', (request) => {
    if (request.resourceType() === 'image') refused.push(request.url());
  });
  onTestFinished(async () => await page.close());
  await page.goto(site.server.url + path);
  return { page, refused };
}

/** That the page has so many pictures of its own server, and all of them have arrived. */
async function expectPictures(page: Page, atLeast: number): Promise<void> {
  const sources = async () =>
    await page
      .locator('img')
      .evaluateAll((all) =>
        all
          .map((one) => one as HTMLImageElement)
          .map(({ currentSrc, naturalWidth }) => `${naturalWidth > 0} ${currentSrc}`),
      );
  const own = (all: string[]) => all.filter((text) => text.startsWith(`true ${site.server.url}/api/v1/download/`));
  await expect.poll(async () => own(await sources()).length).toBeGreaterThanOrEqual(atLeast);
  expect((await sources()).join()).not.toContain('models.example');
}

test('the pages show every picture, whatever PUBLIC_URL says', async () => {
  const job = await sendPhotos(site.server.url, ['duck.png', 'coffee.jpg'], { key: 'key' });
  const task = `/processing?taskId=${job.taskId}`;
  const processing = await open(task);
  await processing.page.waitForURL(/\/results\//, { timeout: 120_000 });
  expect(await ended(site.server.url, job, 'key')).toBe('completed');
  const list = await fetch(`${site.server.url}/api/v1/download/${job.jobId}/all?api_key=key`);
  const base = `https://models.example/shop/api/v1/download/${job.jobId}`;
  expect(await list.json()).toMatchObject({ download_urls: [`${base}/duck.glb`, `${base}/coffee.glb`] });
  for (const [path, pictures] of [
    [`/results/${job.jobId}`, 3],
    ['/history', 2],
    [task, 2],
  ] as const) {
    const { page, refused } = await open(path);
    await expectPictures(page, pictures);
    expect([path, refused]).toEqual([path, []]);
  }
});
