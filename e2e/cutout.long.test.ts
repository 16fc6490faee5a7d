import type { CDPSession, Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { violationsOf } from './support/axe.ts';
import { ended, sendPhotos } from './support/jobs.ts';
import { desktop, setUp } from './support/set-up.ts';
import { card, pick, samplePaths } from './support/upload.ts';

// One after the other, so that a photo can wait behind others.
const site = setUp({ WORKER_CONCURRENCY: '1' });
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const;

interface JobFile {
  file_id: string;
  has_mask?: boolean;
  mask_url?: string;
  message_id?: string;
  result: { created_time: string; statistics: { method?: string; shape?: string } } | null;
}

interface Job {
  job_id: string;
  tasks: unknown[];
  files: JobFile[];
}

test('a cut-out that is chosen by keyboard before the upload arrives as a mask, and survives a reload', async () => {
  const page = await site.open('/', { viewport: desktop });
  await pick(page, samplePaths('teapot.jpg'));
  await openEditor(page, 'teapot.jpg');
  // The focus is on the cut-out that would be taken; the arrow keys go on to the others.
  const radios = page.getByRole('dialog').getByRole('radio', { name: /^Cut-out \d of \d: / });
  await expect.poll(async () => await focused(page)).toMatch(/^Cut-out 1 of \d: from plain background, \d+ ?% sure$/);
  const count = await radios.count();
  for (let n = 1; n < count; n++) {
    if ((await focused(page)).endsWith('whole photo as a relief')) break;
    await page.keyboard.press('ArrowRight');
  }
  await page.getByText('The whole photo is kept').waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole('button', { name: 'Done' }).press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await expect.poll(async () => await focused(page)).toBe('Your cut-out: teapot.jpg');

  await expect.poll(async () => await keptCuts(page)).toBe(1);
  await page.reload();
  await card(page, 'teapot.jpg').getByText('Your cut-out').waitFor();
  const job = await send(page);
  expect(job.files).toMatchObject([{ has_mask: true, result: { statistics: { method: 'relief' } } }]);
  expect(await greyAt(job, [0.5, 0.5], [0.02, 0.02])).toEqual([255, 255]);
}, 180_000);

test('the page and the server find the same cut-outs of a photo, the learned one too', async () => {
  const photo = await duckOnPebbles();
  const form = new FormData();
  form.append('file', new Blob([Uint8Array.from(photo)]), 'duck.png');
  const answer = await fetch(`${site.server.url}/api/v1/cuts`, { method: 'POST', body: form });
  const { candidates } = (await answer.json()) as { candidates: { id: string; score: number }[] };
  expect(candidates[0]?.id).toBe('learned');
  const page = await site.open('/', { viewport: desktop });
  await pick(page, { name: 'duck.png', mimeType: 'image/png', buffer: photo });
  await openEditor(page, 'duck.png');
  const first = page.getByRole('radio', { name: /^Cut-out 1 of / });
  const percent = Math.round(100 * (candidates[0]?.score ?? 0));
  await expect
    .poll(async () => (await first.getAttribute('aria-label'))?.replaceAll(/\s/g, ' '))
    .toMatch(new RegExp(`^Cut-out 1 of ${candidates.length}: from learned patterns, ${percent} ?% sure$`));
}, 180_000);

test('without the file of what was learned, the page cuts out all the same', async () => {
  const page = await site.open('/', { viewport: desktop });
  const asked: string[] = [];
  await page.context().route(/prior.*\.bin$/, async (route) => {
    asked.push(route.request().url());
    await route.abort();
  });
  await pick(page, { name: 'duck.png', mimeType: 'image/png', buffer: await duckOnPebbles() });
  await openEditor(page, 'duck.png');
  await page.getByRole('radio', { name: /^Cut-out 1 of \d: from contrast/ }).waitFor({ state: 'attached' });
  expect(asked).not.toEqual([]);
}, 180_000);

test('strokes of the mouse mend the cut-out while it is drawn on, can be undone, and are in the mask', async () => {
  const page = await site.open('/', { viewport: desktop });
  await pick(page, samplePaths('duck.png', 'teapot.jpg'));
  const stage = await openEditor(page, 'teapot.jpg');
  const before = await kept(page);
  await page.getByRole('radio', { name: 'Remove', exact: true }).check({ force: true });
  const at = await boxOf(stage);
  await page.mouse.move(...at(0.45, 0.5));
  await page.mouse.down();
  await page.mouse.move(...at(0.55, 0.55), { steps: 6 });
  // Before the button is let go.
  await expect.poll(async () => await kept(page)).toBeLessThan(before);
  await page.mouse.up();
  await idle(page);
  const after = await kept(page);
  expect(after).toBeLessThan(before);
  await page.keyboard.press('Control+z');
  await expect.poll(async () => await kept(page)).toBe(before);
  await page.getByRole('button', { name: 'Redo' }).click();
  await expect.poll(async () => await kept(page)).toBe(after);

  // Far into the picture, with the wheel, and back.
  await page.mouse.move(...at(0.5, 0.5));
  await page.mouse.wheel(0, -600);
  await page.getByRole('button', { name: 'Zoom out' }).click();
  await page.mouse.move(...at(0.5, 0.5));
  await page.mouse.wheel(0, 4000);
  await expect.poll(async () => await page.getByRole('button', { name: 'Zoom out' }).isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'Done' }).click();
  const job = await send(page);
  const [duck, teapot] = job.files;
  expect([duck?.has_mask, teapot?.has_mask]).toEqual([undefined, true]);
  expect(teapot?.result?.statistics.method).toBe('mask');
  expect(await greyAt(job, [0.5, 0.525])).toEqual([0]);
}, 180_000);

test('a finger paints without moving the page, a second one zooms instead, and a pen’s hand does not paint', async () => {
  const page = await site.open('/', phone);
  await pick(page, samplePaths('teapot.jpg'));
  const stage = await openEditor(page, 'teapot.jpg');
  const at = await boxOf(stage);
  const touch = await touchOf(page);
  await page.getByRole('radio', { name: 'Remove', exact: true }).check({ force: true });
  const before = await kept(page);
  const scrolled = await page.evaluate(() => scrollY);
  await touch('touchStart', at(0.5, 0.4));
  for (const y of [0.45, 0.5, 0.55, 0.6]) await touch('touchMove', at(0.5, y));
  await touch('touchEnd');
  await expect.poll(async () => await kept(page)).toBeLessThan(before);
  await idle(page);
  expect(await page.evaluate(() => scrollY)).toBe(scrolled);
  await page.getByRole('button', { name: 'Undo' }).tap();
  await expect.poll(async () => await kept(page)).toBe(before);

  await touch('touchStart', at(0.45, 0.5));
  await touch('touchStart', at(0.45, 0.5), at(0.55, 0.5));
  for (const away of [0.1, 0.2, 0.3]) await touch('touchMove', at(0.45 - away, 0.5), at(0.55 + away, 0.5));
  await touch('touchEnd');
  await idle(page);
  expect(await page.getByRole('button', { name: 'Zoom out' }).isEnabled()).toBe(true);
  expect(await page.getByRole('button', { name: 'Undo' }).isDisabled()).toBe(true);
  expect(await kept(page)).toBe(before);

  await pen(page, stage, [
    ['pointerdown', 0.5, 0.45],
    ['pointermove', 0.5, 0.5],
    ['pointerup', 0.5, 0.5],
  ]);
  await expect.poll(async () => await page.getByRole('button', { name: 'Undo' }).isEnabled()).toBe(true);
  await touch('touchStart', at(0.4, 0.4));
  await touch('touchMove', at(0.45, 0.45));
  await touch('touchEnd');
  await idle(page);
  // The pen's stroke was the only one.
  await page.getByRole('button', { name: 'Undo' }).tap();
  expect(await page.getByRole('button', { name: 'Undo' }).isDisabled()).toBe(true);
}, 180_000);

test('the keys paint: arrows move the brush, the space bar holds it down', async () => {
  const page = await site.open('/', { viewport: desktop });
  await pick(page, samplePaths('teapot.jpg'));
  const stage = await openEditor(page, 'teapot.jpg');
  const before = await kept(page);
  await stage.focus();
  await page.keyboard.press('r');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.down(' ');
  for (let n = 0; n < 3; n++) await page.keyboard.press('ArrowRight');
  await page.keyboard.up(' ');
  await expect.poll(async () => await kept(page)).toBeLessThan(before);
  await idle(page);
  await page.keyboard.press('Control+z');
  await expect.poll(async () => await kept(page)).toBe(before);
  // Escape leaves everything as it was.
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await focused(page)).toBe('Cut-out: teapot.jpg');
}, 180_000);

test('what was painted is not lost by a slip: Escape asks first', async () => {
  const page = await site.open('/', { viewport: desktop });
  await pick(page, samplePaths('teapot.jpg'));
  const stage = await openEditor(page, 'teapot.jpg');
  const before = await kept(page);
  await page.getByRole('radio', { name: 'Remove', exact: true }).check({ force: true });
  const at = await boxOf(stage);
  await page.mouse.move(...at(0.45, 0.5));
  await page.mouse.down();
  await page.mouse.move(...at(0.55, 0.55), { steps: 6 });
  await page.mouse.up();
  await idle(page);
  const question = page.getByRole('dialog', { name: 'Discard your changes?' });
  await page.keyboard.press('Escape');
  await question.waitFor();
  await page.keyboard.press('Escape');
  await question.waitFor({ state: 'detached' });
  expect(await kept(page)).toBeLessThan(before);
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Discard' }).click();
  await page.getByRole('dialog').first().waitFor({ state: 'detached' });
  expect(await focused(page)).toBe('Cut-out: teapot.jpg');
}, 180_000);

test('all of the editor is in sight on the smallest phone in German, and on a phone on its side', async () => {
  for (const [width, height] of [
    [320, 568],
    [640, 360],
  ] as const) {
    const page = await site.open('/', { ...phone, viewport: { width, height }, locale: 'de-DE' });
    await pick(page, samplePaths('teapot.jpg'));
    await page.getByRole('button', { name: /Freisteller.*teapot\.jpg$/ }).click();
    await page.getByText('des Fotos werden behalten').waitFor();
    for (const name of ['Vergrößern', 'Fertig', 'Schließen']) {
      const box = await page.getByRole('button', { name, exact: true }).boundingBox();
      expect(box && box.x >= 0 && box.x + box.width <= width && box.y + box.height <= height, name).toBe(true);
    }
    const last = await page.getByText('Verschieben').boundingBox();
    expect(last && last.x + last.width <= width).toBe(true);
  }
}, 180_000);

test('a cut-out is mended after its model was made: the page follows the new one, and keeps the old one without it', async () => {
  const sent = await sendPhotos(site.server.url, ['teapot.jpg', 'duck.png']);
  expect(await ended(site.server.url, sent)).toBe('completed');
  const page = await site.open(`/results/${sent.jobId}`, { viewport: desktop });
  const facts = page.getByRole('definition');
  await facts.filter({ hasText: 'Plain background' }).waitFor();
  const before = await jobOf(sent.jobId);
  await page.getByRole('button', { name: 'Fix the cut-out' }).click();
  await page.getByRole('dialog').locator('canvas').waitFor();
  await page.getByRole('radio', { name: /whole photo as a relief/ }).check({ force: true });
  // What goes wrong is said in the dialog, which stays with what was chosen.
  await page.context().setOffline(true);
  await page.getByRole('button', { name: 'Remake the model' }).click();
  await page.getByRole('dialog').getByRole('alert').waitFor();
  await page.context().setOffline(false);
  await page.getByRole('button', { name: 'Remake the model' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await facts.filter({ hasText: 'No clear object (relief)' }).waitFor({ timeout: 150_000 });
  const after = await jobOf(sent.jobId);
  expect([after.tasks.length, after.files.map((file) => file.has_mask)]).toEqual([2, [true, undefined]]);
  expect(after.files[1]?.result).toEqual(before.files[1]?.result);

  // What was used is the first choice the next time.
  await page.getByRole('button', { name: 'Fix the cut-out' }).click();
  await page.getByRole('radio', { name: /^Cut-out 1 of \d: current$/ }).waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Cancel' }).click();

  await cancelRetry(sent.jobId);
  await page.reload();
  await page.getByText('the earlier model stays').waitFor();
  await facts.filter({ hasText: 'No clear object (relief)' }).waitFor();
  expect((await jobOf(sent.jobId)).files[0]?.result?.created_time).toBe(after.files[0]?.result?.created_time);
}, 180_000);

/** A duck on pebbles, which the picture alone does not set apart; small enough that nobody scales it. */
async function duckOnPebbles(): Promise<Buffer> {
  const [pebbles, duck] = samplePaths('pebbles.jpg', 'duck.png');
  const input = await sharp(duck).resize(100).toBuffer();
  return await sharp(pebbles)
    .resize(320, 240, { fit: 'cover' })
    .composite([{ input, left: 150, top: 100 }])
    .png()
    .toBuffer();
}

test('the shape is chosen among those of the outline, and a relief has none', async () => {
  const sent = await sendPhotos(site.server.url, ['teapot.jpg']);
  expect(await ended(site.server.url, sent)).toBe('completed');
  const page = await site.open(`/results/${sent.jobId}`, { viewport: desktop });
  await page.getByRole('button', { name: 'Fix the cut-out' }).click();
  const shapes = page.getByRole('group', { name: 'Shape of the model' });
  await shapes.waitFor({ timeout: 150_000 });
  await page.getByRole('radio', { name: /whole photo as a relief/ }).check({ force: true });
  await shapes.waitFor({ state: 'detached', timeout: 150_000 });
  await page.getByRole('radio', { name: /^Cut-out 1 of / }).check({ force: true });
  await shapes.waitFor({ timeout: 150_000 });
  const likely = await shapes
    .getByRole('radio')
    .evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).value));
  const other = likely.at(-1) ?? '';
  await shapes.locator(`input[value=${other}]`).check({ force: true });
  await page.getByRole('button', { name: 'Remake the model' }).click();
  await expect
    .poll(async () => (await jobOf(sent.jobId)).files[0]?.result?.statistics.shape, { timeout: 150_000 })
    .toBe(other);
}, 300_000);

/** Opens the editor of a photo's cut-out, and gives the stage once it can be drawn on. */
async function openEditor(page: Page, name: string): Promise<Locator> {
  await page.getByRole('button', { name: new RegExp(`cut-out: ${name}$`, 'i') }).click();
  const stage = page.getByRole('application', { name: 'Photo to paint on' });
  await stage.waitFor();
  await page.getByText('of the photo is kept').waitFor();
  return stage;
}

/** Per cent of the photo that is kept, as the editor says. */
async function kept(page: Page): Promise<number> {
  const text = await page.getByText('of the photo is kept').textContent();
  return Number.parseFloat(text ?? '');
}

/** Until every stroke is worked in. */
async function idle(page: Page): Promise<void> {
  await page.locator('.stage[aria-busy=false]').waitFor();
}

/** Points of the stage, in shares of its size. */
async function boxOf(stage: Locator): Promise<(x: number, y: number) => [number, number]> {
  const box = await stage.boundingBox();
  if (!box) throw new Error('The stage is not to be seen.');
  return (x, y) => [box.x + x * box.width, box.y + y * box.height];
}

async function focused(page: Page): Promise<string> {
  return await page.evaluate(() => document.activeElement?.ariaLabel ?? '');
}

type TouchType = 'touchStart' | 'touchMove' | 'touchEnd';

/** Real touches, as a screen reports them. */
async function touchOf(page: Page): Promise<(type: TouchType, ...points: [number, number][]) => Promise<void>> {
  const session: CDPSession = await page.context().newCDPSession(page);
  return async (type, ...points) => {
    const touchPoints = points.map(([x, y], id) => ({ x, y, id }));
    await session.send('Input.dispatchTouchEvent', { type, touchPoints });
  };
}

/** A pen: the debugger has none, so its events are made in the page. */
async function pen(page: Page, stage: Locator, events: readonly [string, number, number][]): Promise<void> {
  const at = await boxOf(stage);
  for (const [type, x, y] of events) {
    const [clientX, clientY] = at(x, y);
    const init = { pointerType: 'pen', pointerId: 1, button: 0, clientX, clientY, bubbles: true };
    await stage.evaluate(
      (canvas, [name, more]) => {
        // The browser knows no pointer of this number that could be captured.
        canvas.setPointerCapture = () => undefined;
        canvas.dispatchEvent(new PointerEvent(name, more));
      },
      [type, init] as const,
    );
  }
}

/** Sends what was picked, and gives the job once it has ended. */
async function send(page: Page): Promise<Job> {
  await page.getByRole('button', { name: /^Make / }).click();
  await page.waitForURL(/\/results\//, { timeout: 90_000 });
  return await jobOf(new URL(page.url()).pathname.split('/').at(-1) ?? '');
}

async function jobOf(id: string): Promise<Job> {
  return (await (await fetch(`${site.server.url}/api/v1/jobs/${id}`)).json()) as Job;
}

/** What the mask of a job's only masked file has at these places, in shares of its size. */
async function greyAt({ files }: Job, ...places: [number, number][]): Promise<number[]> {
  const url = files.find((file) => file.mask_url)?.mask_url ?? '';
  const mask = await (await fetch(new URL(url, site.server.url))).arrayBuffer();
  const { data, info } = await sharp(mask).extractChannel(0).raw().toBuffer({ resolveWithObject: true });
  return places.map(([x, y]) => data[Math.floor(y * info.height) * info.width + Math.floor(x * info.width)] ?? -1);
}

/** The cut-outs that the page keeps with its drafts. */
async function keptCuts(page: Page): Promise<number> {
  return await page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve) => request.addEventListener('success', () => resolve(request.result)));
    const database = await done(indexedDB.open('image2model'));
    const all = await done(database.transaction('upload').objectStore('upload').getAll());
    database.close();
    return all.flatMap((entry: { cuts?: object }) => Object.keys(entry.cuts ?? {})).length;
  });
}

/** Makes the first model of a job again, and stops that while it waits behind other photos. */
async function cancelRetry(jobId: string): Promise<void> {
  const others = await sendPhotos(site.server.url, ['pebbles.jpg', 'coffee.jpg', 'cactus.jpg'], {
    options: { detail: 0.5 },
  });
  const body = JSON.stringify({ file_ids: [(await jobOf(jobId)).files[0]?.file_id] });
  const { task_id: taskId } = (await post(`jobs/${jobId}/retry`, body)) as { task_id: string };
  await post(`status/tasks/${taskId}/cancel`);
  expect(await ended(site.server.url, { jobId, taskId })).toBe('cancelled');
  await ended(site.server.url, others);
}

async function post(path: string, body?: string): Promise<unknown> {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(`${site.server.url}/api/v1/${path}`, { method: 'POST', headers, ...(body && { body }) });
  if (!answer.ok) throw new Error(await answer.text());
  return await answer.json();
}
