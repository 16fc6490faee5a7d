import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { ended, samples, sendPhotos } from './jobs.ts';
import { type RunningServer, startServer } from './server.ts';
import { pick, samplePaths } from './upload.ts';
import { viewerOpen } from './viewer.ts';

/** A page in one of its states, to be looked at until the next stop is asked for. */
export interface Stop {
  /** For file names. */
  id: string;
  /** What there is to see. */
  title: string;
  page: Page;
}

const photos = ['duck.png', 'teapot.jpg', 'cactus.jpg', 'coffee.jpg', 'pebbles.jpg'];

/** Fixed language and time zone; reduced motion, so that the page stands still. */
const options = { locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce', acceptDownloads: true } as const;

/**
 * Goes through all pages as a newcomer does, on the real server with the real built-in model and real photos, and stops
 * at each state. Errors that the pages report end up in `said`.
 */
export async function* tour(browser: Browser, said: string[]): AsyncGenerator<Stop> {
  for (const [settings, part] of [
    [{ WORKER_CONCURRENCY: '1' }, unlocked],
    [{ API_KEYS: 'a-key-for-the-pages' }, locked],
  ] as const) {
    const server = await startServer(settings);
    const context = await browser.newContext(options);
    try {
      yield* part({ server, context, page: await listenedTo(context, said), said });
    } finally {
      await context.close();
      await server.close();
    }
  }
}

/** What the parts of a tour share. */
interface Visit {
  server: RunningServer;
  context: BrowserContext;
  page: Page;
  said: string[];
}

/** A server that is open to everybody. */
async function* unlocked(visit: Visit): AsyncGenerator<Stop> {
  yield* beforeTheFirstBatch(visit);
  yield* firstBatch(visit);
  yield* interruptedBatch(visit);
  yield* failures(visit);
  yield* historyAndSettings(visit);
  yield* unknownAddresses(visit);
}

async function* beforeTheFirstBatch({ server, page }: Visit): AsyncGenerator<Stop> {
  await page.goto(`${server.url}/history`);
  await page.getByText('No models yet').waitFor();
  yield { id: 'history-empty', title: 'History before the first batch', page };
  await page.goto(server.url);
  await page.getByText('Try one of ours').waitFor();
  yield { id: 'upload-empty', title: 'The first page', page };
}

/** Three photos, from picking them to looking at a model. */
async function* firstBatch({ page }: Visit): AsyncGenerator<Stop> {
  await pick(page, samplePaths('duck.png', 'teapot.jpg', 'cactus.jpg', 'samples.json'));
  await page.getByText('This file type isn’t supported').waitFor();
  await page.locator('.photo img').nth(2).waitFor();
  yield { id: 'upload-photos', title: 'Photos picked, and a file that is none', page };
  await page.getByText('More options').click();
  yield { id: 'upload-options', title: 'The options of the model', page };
  await page.getByRole('button', { name: /^Make 3 models/ }).click();
  await page.waitForURL(/\/results\//, { timeout: 120_000 });
  await page.getByRole('heading', { name: '3 models are ready' }).waitFor();
  await toastsGone(page);
  yield { id: 'results', title: 'Three models are ready', page };
  await viewerOpen(page);
  yield { id: 'viewer', title: 'The viewer', page };
}

/** A batch large enough to be seen running, offline and without a server. It is cancelled in the end. */
async function* interruptedBatch({ server, context, page }: Visit): AsyncGenerator<Stop> {
  await page.goto(server.url);
  await pick(page, await manyPhotos());
  await page.getByRole('button', { name: /^Make 25 models/ }).click();
  await page.waitForURL(/\/processing\?taskId=/);
  const someDone = page.getByText(/^[1-9]\d* of 25 ready/).first();
  await someDone.waitFor({ timeout: 60_000 });
  // After a key press the page stays when the work ends.
  await page.keyboard.press('Shift');
  yield { id: 'processing', title: 'Half-way through a batch', page };
  await context.setOffline(true);
  await page.getByText('You’re offline').waitFor();
  yield { id: 'processing-offline', title: 'Half-way, and the network is gone', page };
  await context.setOffline(false);
  await page.getByText('You’re offline').waitFor({ state: 'detached' });
  await server.stop('SIGKILL');
  const reconnecting = page.getByText(/Reconnecting|restarting/).first();
  await reconnecting.waitFor();
  yield { id: 'processing-reconnecting', title: 'Half-way, and the server is gone', page };
  await server.restart();
  await page.getByRole('button', { name: 'Cancel all' }).click();
  await page.getByText(/\d+ ready · \d+ cancelled ·/).waitFor({ timeout: 60_000 });
  await toastsGone(page);
  yield { id: 'processing-partial', title: 'Some made, the rest cancelled', page };
  await page.getByRole('link', { name: 'View results' }).click();
  await page.waitForURL(/\/results\//);
  await page.getByRole('heading', { name: /didn’t become (a )?models?$/ }).waitFor();
  yield { id: 'results-partial', title: 'Models, and files that were not made', page };
}

/** A photo that the server refuses, and one that no model can be made of. */
async function* failures({ server, page, said }: Visit): AsyncGenerator<Stop> {
  await page.goto(server.url);
  await pick(page, [{ name: 'nothing.png', mimeType: 'image/png', buffer: await transparentPicture() }]);
  await page.getByRole('button', { name: 'Make the model' }).click();
  await page.getByText('fully transparent').waitFor();
  forget(said, '422');
  yield { id: 'upload-refused', title: 'A photo that the server would not take', page };
  const failed = await sendPhotos(server.url, ['flat.png'], { options: { mode: 'object' } });
  await ended(server.url, failed);
  await page.goto(`${server.url}/processing?taskId=${failed.taskId}`);
  await page
    .getByText(/^1 failed/)
    .first()
    .waitFor();
  yield { id: 'processing-failed', title: 'A photo that no model could be made of', page };
}

async function* historyAndSettings({ server, page }: Visit): AsyncGenerator<Stop> {
  await page.goto(`${server.url}/history`);
  await page.getByText('flat.png').waitFor();
  yield { id: 'history', title: 'History', page };
  await page.getByRole('searchbox').fill('no such name');
  await page.getByText('No results').waitFor();
  yield { id: 'history-none-found', title: 'A search that finds nothing', page };
  await page.goto(`${server.url}/settings`);
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  yield { id: 'settings', title: 'Settings', page };
}

async function* unknownAddresses({ server, page, said }: Visit): AsyncGenerator<Stop> {
  const nobody = '01a20414-cb71-7f5f-9089-9268e2052237';
  const unknown = [
    ['processing-unknown', 'A task that there is not', `/processing?taskId=${nobody}`],
    ['results-unknown', 'A batch that there is not', `/results/${nobody}`],
    ['error-missing', 'A page that there is not', '/no/such/page'],
  ] as const;
  for (const [id, title, path] of unknown) {
    await page.goto(server.url + path);
    await page.getByRole('heading', { name: /^We can’t find this|^Page not found/ }).waitFor();
    forget(said, '404');
    yield { id, title, page };
  }
}

/** What a server that asks for a key shows first. */
async function* locked({ server, page, said }: Visit): AsyncGenerator<Stop> {
  await page.goto(server.url);
  await page.getByRole('dialog', { name: 'Sign in' }).waitFor();
  yield { id: 'sign-in', title: 'A server that asks for a key', page };
  forget(said, '401');
}

/** Waits until no message covers a part of the page any more. */
async function toastsGone(page: Page): Promise<void> {
  await page.mouse.move(0, 0);
  await page.locator('[data-sonner-toast]').first().waitFor({ state: 'detached' });
}

/** An answer with this status was expected, but the browser logs each as an error. */
function forget(said: string[], status: string): void {
  said.splice(0, said.length, ...said.filter((text) => !text.includes(`status of ${status}`)));
}

/** A full batch of photos that are new to the server: bytes after the picture make each file another one. */
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
  // For a busy machine.
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  page.on('pageerror', (error) => said.push(error.message));
  page.on('console', (message) => {
    // Without a network or a server every attempt fails, as expected, and the browser logs that.
    const expected = /ERR_(INTERNET_DISCONNECTED|CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING|CONNECTION_RESET)/;
    if (message.type() === 'error' && !expected.test(message.text())) said.push(message.text());
  });
  return page;
}
