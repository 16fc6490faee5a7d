import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { ended, sendPhotos } from './support/jobs.ts';
import { setUp } from './support/set-up.ts';

const site = setUp({ WORKER_CONCURRENCY: '1' });

const rows = (page: Page) => page.locator('main li');

test('an empty history says how to fill it', async () => {
  const page = await site.open('/history');
  await page.getByRole('heading', { name: 'No models yet' }).waitFor();
  await page.getByRole('link', { name: 'Make your first model' }).click();
  await page.waitForURL(/\/$/);
});

test('running batches are followed over one connection, and can be cancelled, retried and deleted', async () => {
  const failed = await sendPhotos(site.server.url, ['flat.png'], { options: { mode: 'object' } });
  expect(await ended(site.server.url, failed)).toBe('failed');
  const page = await (await site.newContext()).newPage();
  const streams: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/stream')) streams.push(new URL(request.url()).search);
  });
  // The list is held back until both batches are there, so that the page sees them while they run.
  const sent = Promise.withResolvers<void>();
  await page.route('**/api/v1/jobs?*', async (route) => {
    await sent.promise;
    await route.continue();
  });
  await page.goto(`${site.server.url}/history`);
  const first = await sendPhotos(site.server.url, ['teapot.jpg', 'duck.png', 'cactus.jpg']);
  const second = await sendPhotos(site.server.url, ['coffee.jpg', 'pebbles.jpg', 'duck.png', 'teapot.jpg']);
  sent.resolve();
  const running = rows(page).filter({ hasText: 'teapot.jpg, duck.png, cactus.jpg' });
  const waiting = rows(page).filter({ hasText: 'coffee.jpg' });
  await expect.poll(() => streams.length, { timeout: 20_000 }).toBeGreaterThan(0);
  // One stream for both; a batch gets its own only if it is the only one.
  expect(streams[0]).toContain(first.taskId);
  expect(streams[0]).toContain(second.taskId);

  await waiting.getByRole('button', { name: /^Cancel/ }).click();
  await waiting.getByText('cancelled').waitFor();
  await running.getByText('3 of 3 models').waitFor({ timeout: 120_000 });
  expect(await running.getByRole('progressbar').count()).toBe(0);

  await waiting.getByRole('button', { name: /^Retry/ }).click();
  await waiting.getByRole('progressbar').waitFor();
  await waiting.getByText('4 of 4 models').waitFor({ timeout: 120_000 });

  const broken = rows(page).filter({ hasText: 'flat.png' });
  await broken.getByText('failed').waitFor();
  const before = await rows(page).count();
  await broken.getByRole('button', { name: 'Delete flat.png' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await expect.poll(async () => await rows(page).count()).toBe(before - 1);
  // The focus moved to a line that is still there.
  expect(await page.evaluate(() => document.activeElement?.closest('li') !== null)).toBe(true);
  expect((await fetch(`${site.server.url}/api/v1/jobs/${failed.jobId}`)).status).toBe(404);
}, 300_000);

test('the history can be searched by file name and state', async () => {
  const page = await site.open('/history');
  const search = page.getByRole('searchbox', { name: 'Search file names' });
  await search.fill('coffee');
  await expect.poll(async () => await rows(page).count()).toBe(1);
  await search.fill('COFFEE pebbles local');
  await expect.poll(async () => await rows(page).count()).toBe(1);
  await page.getByRole('combobox', { name: 'Status' }).selectOption({ label: 'cancelled' });
  await page.getByRole('heading', { name: 'No results' }).waitFor();
});

test('thousands of batches are drawn a few lines at a time, and a search says how far it got', async () => {
  const context = await site.newContext();
  const page = await context.newPage();
  // Too many to make in a test: the answers are made up, page by page.
  const total = 3000;
  await context.route(/\/api\/v1\/jobs\?/, async (route) => {
    const query = new URL(route.request().url()).searchParams;
    const from = Number(query.get('cursor') ?? 0);
    const to = Math.min(total, from + Number(query.get('limit')));
    const jobs = Array.from({ length: to - from }, (_, index) => madeUp(from + index));
    await route.fulfill({ json: { jobs, next_cursor: to < total ? String(to) : null } });
  });
  await page.goto(`${site.server.url}/history`);
  await rows(page).first().waitFor();
  await page.getByRole('searchbox').fill('photo-2987.jpg');
  await page.getByText('Only the newest batches have been searched so far.').waitFor();
  await page.getByRole('button', { name: 'Search all' }).click();
  await rows(page).filter({ hasText: 'photo-2987.jpg' }).waitFor();
  expect(await rows(page).count()).toBe(1);
  await page.getByRole('searchbox').fill('');
  await expect.poll(async () => await rows(page).count()).toBeGreaterThan(20);
  expect(await rows(page).count()).toBeLessThan(200);
  await rows(page).last().scrollIntoViewIfNeeded();
  await expect.poll(async () => await rows(page).count()).toBeGreaterThan(60);
  // Going back from a batch restores the position in the list.
  const row = rows(page).nth(50);
  await row.scrollIntoViewIfNeeded();
  const name = (await row.locator('b').textContent()) ?? '';
  await row.getByRole('link').click();
  await page.waitForURL(/\/results\//);
  await page.goBack();
  const again = rows(page).filter({ hasText: name });
  await again.waitFor();
  const isInSight = async () =>
    await again.evaluate((line) => {
      const { top } = line.getBoundingClientRect();
      return top >= 0 && top < innerHeight;
    });
  await expect.poll(isInSight, { timeout: 20_000 }).toBe(true);
}, 180_000);

function madeUp(number: number): object {
  const id = `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;
  const file = { file_id: id, filename: `photo-${number}.jpg`, file_size: 1, content_type: 'image/jpeg' };
  const end = { status: 'completed', progress: 100, message: '', photo_url: '/samples/duck.png', result: null };
  return {
    job_id: id,
    task_id: id,
    status: 'completed',
    model: 'local',
    face_limit: null,
    created_at: '2026-01-01T00:00:00.000Z',
    finished_at: '2026-01-01T00:00:01.000Z',
    total_files: 1,
    completed_files: 1,
    failed_files: 0,
    files: [{ ...file, ...end }],
  };
}
