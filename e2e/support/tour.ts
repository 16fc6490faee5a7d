import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { ended, samples, sendPhotos } from './jobs.ts';
import { startServer } from './server.ts';

/** A page in a state that somebody may find it in, to be looked at until the next one is asked for. */
export interface Stop {
  /** For file names. */
  id: string;
  /** What there is to see. */
  title: string;
  page: Page;
}

const photos = ['duck.png', 'teapot.jpg', 'cactus.jpg', 'coffee.jpg', 'pebbles.jpg'];
const files = (...names: string[]) => names.map((name) => join(samples, name));

/** Languages as given, less motion so that what is seen stands still. */
const options = { locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce', acceptDownloads: true } as const;

/**
 * Goes through all pages as a newcomer does, on the real server with the real built-in model and real photos, and stops
 * at each state. `said` takes whatever the pages complain about.
 */
export async function* tour(browser: Browser, said: string[]): AsyncGenerator<Stop> {
  const server = await startServer({ WORKER_CONCURRENCY: '1' });
  const context = await browser.newContext(options);
  try {
    const page = await listenedTo(context, said);
    const go = async (path: string) => await page.goto(server.url + path);
    const stop = (id: string, title: string): Stop => ({ id, title, page });

    await go('/history');
    await page.getByText('Nothing has been made here yet').waitFor();
    yield stop('history-empty', 'History before the first batch');
    await go('/');
    await page.getByText('Try one of ours').waitFor();
    yield stop('upload-empty', 'The first page');
    await pick(page, files('duck.png', 'teapot.jpg', 'cactus.jpg', 'samples.json'));
    await page.getByText('Not a photo we can read').waitFor();
    await page.locator('.photo img').nth(2).waitFor();
    yield stop('upload-photos', 'Photos picked, and a file that is none');
    await page.getByText('More options').click();
    yield stop('upload-options', 'The options of the model');
    await page.getByRole('button', { name: /^Make 3 models/ }).click();
    await page.waitForURL(/\/results\//, { timeout: 120_000 });
    await page.getByRole('heading', { name: '3 models are ready' }).waitFor();
    await toastsGone(page);
    yield stop('results', 'Three models are ready');
    await page.getByRole('button', { name: 'Look around in 3D' }).click();
    await page.getByRole('application', { name: /3D model/ }).waitFor();
    await page.getByRole('status').filter({ hasText: 'Loading the model' }).waitFor({ state: 'detached' });
    yield stop('viewer', 'The viewer');

    await go('/');
    // Enough that it goes on for as long as it is looked at.
    await pick(page, await manyPhotos());
    await page.getByRole('button', { name: /^Make 25 models/ }).click();
    await page.waitForURL(/\/processing\?taskId=/);
    await page
      .getByText(/^[1-9]\d* of 25 done/)
      .first()
      .waitFor({ timeout: 60_000 });
    // Whoever has pressed a key stays on the page when the work ends.
    await page.keyboard.press('Shift');
    yield stop('processing', 'Half-way through a batch');
    await context.setOffline(true);
    await page.getByText('You are offline').waitFor();
    yield stop('processing-offline', 'Half-way, and the network is gone');
    await context.setOffline(false);
    await page.getByText('You are offline').waitFor({ state: 'detached' });
    await server.stop('SIGKILL');
    await page
      .getByText(/Reconnecting|restarting/)
      .first()
      .waitFor();
    yield stop('processing-reconnecting', 'Half-way, and the server is gone');
    await server.restart();
    await page.getByRole('button', { name: 'Cancel all' }).click();
    await page.getByRole('link', { name: 'See the results' }).waitFor({ timeout: 60_000 });
    await page.getByText('cancelled').first().waitFor();
    await toastsGone(page);
    yield stop('processing-partial', 'Some made, the rest cancelled');
    await page.getByRole('link', { name: 'See the results' }).click();
    await page.waitForURL(/\/results\//);
    await page.getByRole('heading', { name: /^Not made/ }).waitFor();
    yield stop('results-partial', 'Models, and files that were not made');

    await go('/');
    await pick(page, [{ name: 'nothing.png', mimeType: 'image/png', buffer: await transparentPicture() }]);
    await page.getByRole('button', { name: 'Make the model' }).click();
    await page.getByText('fully transparent').waitFor();
    forget(said, '422');
    yield stop('upload-refused', 'A photo that the server would not take');
    const failed = await sendPhotos(server.url, ['flat.png'], { options: { mode: 'object' } });
    await ended(server.url, failed);
    await go(`/processing?taskId=${failed.taskId}`);
    await page.getByText('failed', { exact: true }).first().waitFor();
    yield stop('processing-failed', 'A photo that no model could be made of');
    await go('/history');
    await page.getByText('flat.png').waitFor();
    yield stop('history', 'History');
    await page.getByRole('searchbox').fill('no such name');
    await page.getByText('Nothing matches').waitFor();
    yield stop('history-none-found', 'A search that finds nothing');
    await go('/settings');
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    yield stop('settings', 'Settings');

    const nobody = '01a20414-cb71-7f5f-9089-9268e2052237';
    const lost = [
      ['processing-unknown', 'A task that there is not', `/processing?taskId=${nobody}`],
      ['results-unknown', 'A batch that there is not', `/results/${nobody}`],
      ['error-missing', 'A page that there is not', '/no/such/page'],
    ] as const;
    for (const [id, title, path] of lost) {
      await go(path);
      await page.getByRole('heading', { name: /^There is no such/ }).waitFor();
      forget(said, '404');
      yield stop(id, title);
    }
  } finally {
    await context.close();
    await server.close();
  }
  yield* locked(browser, said);
}

/** What a server that asks for a key shows first. */
async function* locked(browser: Browser, said: string[]): AsyncGenerator<Stop> {
  const server = await startServer({ API_KEYS: 'a-key-for-the-pages' });
  const context = await browser.newContext(options);
  try {
    const page = await listenedTo(context, said);
    await page.goto(server.url);
    await page.getByRole('dialog', { name: 'Sign in' }).waitFor();
    yield { id: 'sign-in', title: 'A server that asks for a key', page };
    forget(said, '401');
  } finally {
    await context.close();
    await server.close();
  }
}

/** What was said at the edge of the page is over, and covers nothing any more. */
async function toastsGone(page: Page): Promise<void> {
  await page.mouse.move(0, 0);
  await page.locator('[data-sonner-toast]').first().waitFor({ state: 'detached' });
}

/** An answer with this status was asked for; the browser writes each down as if it were a mistake. */
function forget(said: string[], status: string): void {
  said.splice(0, said.length, ...said.filter((text) => !text.includes(`status of ${status}`)));
}

async function pick(page: Page, chosen: Parameters<Page['setInputFiles']>[1]): Promise<void> {
  await page.locator('input[type=file]').first().setInputFiles(chosen);
}

/** A full batch of photos that the server has not seen: what follows the picture in a file makes it another one. */
async function manyPhotos(): Promise<{ name: string; mimeType: string; buffer: Buffer }[]> {
  const pictures = await Promise.all(photos.map(async (name) => await readFile(join(samples, name))));
  return Array.from({ length: 25 }, (_, index) => {
    const picture = pictures[index % pictures.length] ?? Buffer.alloc(0);
    const [kind, mimeType] = index % pictures.length === 0 ? ['png', 'image/png'] : ['jpg', 'image/jpeg'];
    return { name: `photo ${index + 1}.${kind}`, mimeType, buffer: Buffer.concat([picture, Buffer.from(`${index}`)]) };
  });
}

async function transparentPicture(): Promise<Buffer> {
  const background = { r: 0, g: 0, b: 0, alpha: 0 };
  return await sharp({ create: { width: 64, height: 64, channels: 4, background } })
    .png()
    .toBuffer();
}

async function listenedTo(context: BrowserContext, said: string[]): Promise<Page> {
  // A machine that does ten other things besides may take its time.
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  page.on('pageerror', (error) => said.push(error.message));
  page.on('console', (message) => {
    // Without a network or a server every attempt fails, and the browser writes that down: it was asked for.
    const expected = /ERR_(INTERNET_DISCONNECTED|CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING|CONNECTION_RESET)/;
    if (message.type() === 'error' && !expected.test(message.text())) said.push(message.text());
  });
  return page;
}
