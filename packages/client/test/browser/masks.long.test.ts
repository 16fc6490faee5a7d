import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from '../../../../e2e/support/chromium.ts';
import { startServer } from '../../../../e2e/support/server.ts';
import type { RunningServer } from '../../../../e2e/support/server.ts';
import { sizeOf } from '../../scripts/size.ts';
import type * as sdk from '../../src/index.ts';

let server: RunningServer;
let browser: Browser;
let bundle: string;
beforeAll(async () => {
  [server, browser, { code: bundle }] = await Promise.all([
    startServer(),
    launchBrowser(),
    sizeOf('*', { whole: true }),
  ]);
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

/** A page of the server's origin whose policy is as strict as that of its own pages. */
async function openPage(): Promise<Page> {
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  const scripts = { 'sdk.js': bundle, 'start.js': "import * as sdk from '/sdk.js'; globalThis.sdk = sdk;" };
  for (const [name, body] of Object.entries(scripts)) {
    await page.route(`**/${name}`, (route) => route.fulfill({ contentType: 'text/javascript', body }));
  }
  await page.route('**/sdk.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      headers: { 'Content-Security-Policy': "default-src 'self'; img-src 'self' data:" },
      body: '<!doctype html><title>Masks</title><script type="module" src="/start.js"></script>',
    }),
  );
  await page.goto(`${server.url}/sdk.html`);
  await page.waitForFunction(() => 'sdk' in globalThis);
  return page;
}

interface PageState {
  sdk: Pick<typeof sdk, 'api' | 'watch'>;
}

test('a browser shows the cut-outs of a photo, and uploads one of them and a canvas as masks', async () => {
  const page = await openPage();
  const outcome = await page.evaluate(async () => {
    const { api, watch } = (globalThis as unknown as PageState).sdk;
    const draw = (background: string, size: number) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: size, height: size });
      const context = canvas.getContext('2d') as CanvasRenderingContext2D;
      context.fillStyle = background;
      context.fillRect(0, 0, size, size);
      context.fillStyle = background === 'black' ? 'white' : 'crimson';
      context.fillRect(size / 4, size / 4, size / 2, size / 2);
      return canvas;
    };
    const photo = await new Promise<Blob | null>((resolve) => draw('white', 200).toBlob(resolve));
    if (!photo) throw new Error('The canvas has no picture');
    const file = new File([photo], 'square.png');

    const cuts = await api.cuts(file);
    if (!cuts.success) throw cuts.cause;
    const image = new Image();
    image.src = cuts.candidates[0]?.mask ?? '';
    await image.decode();

    const reports: number[] = [];
    const upload = await api.uploadBatch(
      [
        { file, mask: cuts.candidates[0]?.mask },
        { file: new File([photo], 'drawn.png'), mask: draw('black', 100).toDataURL() },
        new File([photo], 'plain.png'),
      ],
      { faceLimit: 500, onUploadProgress: ({ progress }) => void reports.push(progress) },
    );
    if (!upload.success) throw upload.cause;
    const ended: string[] = [];
    for await (const { type } of watch(upload.taskId, api.streamOptions())) ended.push(type);
    const job = await api.getJob(upload.jobId);
    if (!job.success) throw job.cause;
    return {
      shown: [image.naturalWidth, image.naturalHeight],
      masks: upload.uploadedFiles.map(({ hasMask }) => hasMask),
      sent: reports.at(-1),
      ending: ended.at(-1),
      methods: job.files.map(({ result }) => result?.statistics['method']),
    };
  });
  expect(outcome).toEqual({
    shown: [200, 200],
    masks: [true, true, undefined],
    sent: 100,
    ending: 'task_completed',
    methods: ['mask', 'mask', 'backdrop'],
  });
});
