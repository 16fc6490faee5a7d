import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiService } from '@image2model/client';
import type { Browser, ElementHandle, Page } from 'puppeteer-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type CuttingProxy, startCuttingProxy } from './support/cutting-proxy.ts';
import { findFirefox, launchFirefox } from './support/firefox.ts';
import { layoutProblems } from './support/layout.ts';
import { type RunningServer, startServer } from './support/server.ts';
import { samplePaths } from './support/upload.ts';
import { root, startVite } from '../packages/client/test/support/vite.ts';

const found = findFirefox();

// Skipped, and counted so, where there is no Firefox or no Xvfb.
describe.skipIf(found === undefined)('in Firefox', () => {
  let server: RunningServer;
  let network: CuttingProxy;
  let browser: Browser;
  let downloads: string;
  beforeAll(async () => {
    if (!found) return;
    downloads = await mkdtemp(join(tmpdir(), 'image2model-firefox-'));
    server = await startServer({ WORKER_CONCURRENCY: '1' });
    network = await startCuttingProxy(server.url);
    browser = await launchFirefox(found, downloads);
  });
  afterAll(async () => {
    await browser?.close();
    await network?.close();
    await server?.close();
    await rm(downloads, { recursive: true, force: true });
  });

  /** A page at this path, and what it complains about. */
  async function open(path: string, origin = network.url) {
    const context = await browser.createBrowserContext();
    onTestFinished(async () => await context.close());
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warn') problems.push(message.text());
    });
    await page.goto(origin + path);
    return { page, problems };
  }

  test('photos are dropped, made through a cut and a restart, shown in the viewer and downloaded', async () => {
    const { page, problems } = await open('/');
    await page.waitForSelector('text/Drop photos here');
    await drop(page, 'duck.png', 'teapot.jpg', 'coffee.jpg');
    await page.locator('button ::-p-text(Make 3 models)').wait();
    expect(await layoutProblems(page)).toEqual([]);
    await page.locator('button ::-p-text(Make 3 models)').click();
    await page.locator('::-p-text(of 3 ready)').wait();
    expect(await layoutProblems(page)).toEqual([]);
    network.cutStreams();
    await page.locator('::-p-text(1 of 3 ready)').setTimeout(60_000).wait();
    await server.stop('SIGKILL');
    await page.locator('::-p-xpath(//*[contains(text(), "Reconnecting")])').wait();
    await server.restart();
    await page.locator('h1 ::-p-text(3 models are ready)').setTimeout(120_000).wait();
    expect(await layoutProblems(page)).toEqual([]);

    await page.locator('canvas').setTimeout(60_000).wait();
    await expect.poll(() => coloursOf(page), { timeout: 150_000 }).toBeGreaterThan(20);
    expect(await layoutProblems(page)).toEqual([]);
    await page.locator('a[download="duck.glb"]').click();
    const model = join(downloads, 'duck.glb');
    await expect.poll(() => readFile(model, 'latin1').catch(() => ''), { timeout: 90_000 }).toMatch(/^glTF/);
    // Firefox itself reports the connections that were broken on purpose.
    expect(problems.filter((text) => !text.includes('/stream'))).toEqual([]);
  }, 300_000);

  test('a native EventSource gets every event in order, through a cut and a kill, and one ending', async () => {
    const { page } = await open('/');
    // Enough that some are left when the server is killed.
    const taskId = await upload(12);
    await page.evaluate(follow, `/api/v1/status/tasks/${taskId}/stream`);
    const seen = () => page.evaluate(() => (globalThis as unknown as Followed).followed);
    await expect.poll(async () => (await seen()).sequences.length).toBeGreaterThan(2);
    network.cutStreams();
    await expect.poll(async () => (await seen()).opened).toBe(2);
    await server.stop('SIGKILL');
    await server.restart();
    await expect.poll(async () => (await seen()).endings.length, { timeout: 120_000 }).toBe(1);
    const { sequences, endings, opened } = await seen();
    expect(opened).toBeGreaterThan(2);
    // The last reports before a kill may be gone; then the newest of each file comes again.
    const once = [...new Set(sequences)];
    expect(once).toEqual(once.toSorted((a, b) => a - b));
    expect(endings).toEqual(['task_completed']);
  }, 180_000);

  test('the SDK follows a task through a cut, on a page of the examples', async () => {
    const vite = await startVite([join(root, 'examples/html')], root, { API: network.url });
    const front = await startCuttingProxy(vite);
    onTestFinished(async () => await front.close());
    const { page } = await open('/', front.url);
    const input = (await page.waitForSelector('#photos')) as ElementHandle<HTMLInputElement> | null;
    await input?.uploadFile(...samplePaths('pebbles.jpg', 'cactus.jpg'));
    await expect.poll(() => front.streams, { interval: 10, timeout: 90_000 }).toBe(1);
    front.cutStreams();
    await page.locator('a ::-p-text(cactus.glb)').setTimeout(120_000).wait();
    await page.locator('a ::-p-text(pebbles.glb)').wait();
  }, 180_000);

  /** Uploads so many photos that have no result yet. */
  async function upload(count: number): Promise<string> {
    const bytes = await readFile(samplePaths('teapot.jpg')[0] ?? '');
    const photos = Array.from({ length: count }, (_, index) => new File([bytes, `${index}`], `photo ${index}.jpg`));
    const answer = await new ApiService({ baseUrl: server.url }).uploadBatch(photos, { reuse: false });
    if (!answer.success) throw answer.cause;
    return answer.taskId;
  }
});

interface Followed {
  followed: { sequences: number[]; endings: string[]; opened: number };
}

/** Runs in the page: follows a task as a script without the SDK does. */
function follow(address: string): void {
  const source = new EventSource(address);
  const followed: Followed['followed'] = { sequences: [], endings: [], opened: 0 };
  Object.assign(globalThis, { followed });
  source.addEventListener('open', () => followed.opened++);
  for (const name of ['task_progress', 'file_update', 'task_completed', 'task_failed', 'task_cancelled']) {
    source.addEventListener(name, (event) => {
      followed.sequences.push((JSON.parse(event.data) as { sequence: number }).sequence);
      if (name === 'task_progress' || name === 'file_update') return;
      followed.endings.push(name);
      source.close();
    });
  }
}

/** How many colours the viewer shows: many with a model, one without. */
async function coloursOf(page: Page): Promise<number> {
  const shot = await (await page.$('canvas'))?.screenshot();
  if (!shot) return 0;
  const { data } = await sharp(shot).resize(64, 64).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const colours = new Set<number>();
  for (let at = 0; at < data.length; at += 3) colours.add(data.readUIntBE(at, 3) & 0xf0f0f0);
  return colours.size;
}

/** Drops these samples on the page. */
async function drop(page: Page, ...names: string[]): Promise<void> {
  await page.evaluate(async (photos) => {
    const data = new DataTransfer();
    for (const name of photos) {
      const photo = await (await fetch(`/samples/${name}`)).blob();
      data.items.add(new File([photo], name, { type: photo.type }));
    }
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  }, names);
}
