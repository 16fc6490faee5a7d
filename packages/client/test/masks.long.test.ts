import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer } from '../../../e2e/support/server.ts';
import type { RunningServer } from '../../../e2e/support/server.ts';
import { ApiService, watch } from '../src/index.ts';
import type { Result } from '../src/index.ts';
import { disc, halfMask } from './support/png.ts';

let server: RunningServer;
let api: ApiService;
beforeAll(async () => {
  server = await startServer({ API_KEYS: 'key' });
  api = new ApiService({ baseUrl: server.url, apiKey: 'key' });
});
afterAll(() => server.close());

async function succeed<T extends object>(call: Promise<Result<T>>): Promise<T> {
  const result = await call;
  if (!result.success) throw result.cause;
  return result;
}

/** Waits for the end of a task, and returns the files of its job. */
async function finish({ taskId, jobId }: { taskId: string; jobId: string }) {
  const events = await Array.fromAsync(watch(taskId, api.streamOptions()), ({ type }) => type);
  expect(events.at(-1)).toBe('task_completed');
  const { files } = await succeed(api.getJob(jobId));
  return files;
}

async function bytesOf(url: string | undefined): Promise<Uint8Array> {
  const response = await fetch(url ?? '', { headers: { Authorization: 'Bearer key' } });
  return await response.bytes();
}

/** The method by which each photo of a job was cut out. */
const methodsOf = (files: Awaited<ReturnType<typeof finish>>) =>
  files.map(({ result }) => result?.statistics['method']);

test('photos with masks are uploaded beside plain ones, and cut out by their masks', async () => {
  const mask = halfMask(64);
  const photos = [
    { file: disc(64, [200, 30, 30], 'a.png'), mask },
    disc(64, [30, 30, 200], 'b.png'),
    // Blobs without a name, with a mask and without.
    { file: new Blob([disc(64, [30, 120, 30])]), mask: new Blob([halfMask(32)]) },
    { file: new Blob([disc(64, [90, 120, 30])]) },
  ];
  const upload = await succeed(api.uploadBatch(photos, { faceLimit: 500 }));
  expect(upload.uploadedFiles.map(({ filename, hasMask }) => [filename, hasMask])).toEqual([
    ['a.png', true],
    ['b.png', undefined],
    ['image-3', true],
    ['image-4', undefined],
  ]);
  const files = await finish(upload);
  expect(methodsOf(files)).toEqual(['mask', 'backdrop', 'mask', 'backdrop']);
  expect(await bytesOf(files[0]?.mask_url)).toEqual(await mask.bytes());
});

test('photos whose names differ only in their extension have masks of their own', async () => {
  const photos = ['chair.png', 'chair.jpg'].map((name, index) => ({
    file: disc(64, [200, 30 + index, 30], name),
    mask: halfMask(index === 0 ? 64 : 32),
  }));
  const upload = await succeed(api.uploadBatch(photos, { faceLimit: 500 }));
  const files = await finish(upload);
  for (const [index, { mask }] of photos.entries()) {
    expect(await bytesOf(files[index]?.mask_url)).toEqual(await mask.bytes());
  }
});

test('a refused mask is named like its photo, and nothing is stored', async () => {
  const before = await succeed(api.listJobs());
  const photo = { file: disc(64, [1, 30, 30], 'a.png'), mask: halfMask(64, 32) };
  const refused = await api.uploadBatch([photo, disc(64, [2, 3, 200], 'b.png')]);
  expect(refused).toMatchObject({ success: false, status: 422, code: 'MASK_INVALID', retryable: false });
  expect(!refused.success && refused.errors).toMatchObject([
    { filename: 'a.png', code: 'MASK_INVALID', message_id: 'mask.proportions' },
  ]);
  expect((await succeed(api.listJobs())).jobs).toEqual(before.jobs);
});

test('what is neither a Blob nor a data: URL in Base64 is no mask, and nothing is sent', async () => {
  const file = disc(64, [1, 30, 30]);
  for (const mask of [
    'chair.mask.png',
    'data:image/svg+xml,%3Csvg%3E',
    'https://models.example/mask.png',
    7 as never,
  ]) {
    const error = { success: false, code: 'MASK_INVALID', status: 0, retryable: false };
    expect(await api.uploadBatch([{ file, mask }])).toMatchObject(error);
    expect(await api.retryJob('00000000-0000-4000-8000-000000000000', { masks: { 'a.png': mask } })).toMatchObject(
      error,
    );
  }
});

test('cut-outs to choose from come best first, and each is a mask', async () => {
  const photo = disc(96, [120, 40, 40], 'chosen.png');
  const { width, height, candidates, shapes } = await succeed(api.cuts(photo));
  expect([width, height, shapes]).toEqual([96, 96, undefined]);
  const scores = candidates.map(({ score }) => score);
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
  const ids = candidates.map(({ id }) => id);
  expect(ids).toEqual(candidates.map(({ method }) => method));
  expect(ids).toEqual(expect.arrayContaining(['backdrop', 'relief']));

  const whole = candidates.find(({ id }) => id === 'relief');
  const upload = await succeed(api.uploadBatch([{ file: photo, mask: whole?.mask }], { faceLimit: 500 }));
  const [file] = await finish(upload);
  const encoded = Buffer.from(await bytesOf(file?.mask_url)).toString('base64');
  expect(`data:image/png;base64,${encoded}`).toBe(whole?.mask);
});

test('cut-outs have the errors of an upload', async () => {
  expect(await api.cuts(new Blob(['no image']))).toMatchObject({ success: false, code: 'UNSUPPORTED_IMAGE_TYPE' });
  expect(await api.cuts('chair.png' as never)).toMatchObject({ success: false, status: 400 });
  const signal = AbortSignal.abort();
  expect(await api.cuts(disc(64, [9, 9, 9]), { signal })).toMatchObject({ success: false, code: 'ABORTED' });
  const keyless = new ApiService({ baseUrl: server.url, refreshAuth: () => 'key' });
  expect(await keyless.cuts(disc(64, [9, 9, 9])), 'a new key is asked for').toMatchObject({ success: true });
});

test('a new mask makes the model of its photo again, and only that', async () => {
  const upload = await succeed(
    api.uploadBatch([disc(64, [7, 80, 30], 'a.png'), disc(64, [7, 8, 200], 'b.png')], { faceLimit: 500 }),
  );
  const [first, second] = await finish(upload);
  const retry = await succeed(api.retryJob(upload.jobId, { masks: { 'a.png': halfMask(64) } }));
  expect(retry).toMatchObject({ jobId: upload.jobId, status: 'queued', messageId: 'job.remaking_one' });
  expect(retry.taskId).not.toBe(upload.taskId);
  const files = await finish(retry);
  expect(files.map(({ has_mask: hasMask }) => hasMask)).toEqual([true, undefined]);
  expect(methodsOf(files)).toEqual(['mask', 'backdrop']);
  expect(files[0]?.result?.sha256).not.toBe(first?.result?.sha256);
  expect(files[1]).toEqual(second);
});

test('chosen files are made again with other settings, with masks and without', async () => {
  const upload = await succeed(
    api.uploadBatch([disc(64, [7, 80, 60], 'a.png'), disc(64, [7, 60, 200], 'b.png')], { faceLimit: 500 }),
  );
  const [first, second] = await finish(upload);
  const fileIds = [second?.file_id ?? ''];
  const flat = await succeed(api.retryJob(upload.jobId, { fileIds, options: { depth: 'medal' }, faceLimit: 300 }));
  const [sameFirst, flatSecond] = await finish(flat);
  expect(sameFirst).toEqual(first);
  expect(flatSecond?.result?.sha256).not.toBe(second?.result?.sha256);
  expect(flatSecond?.result?.statistics['faces']).toBeLessThanOrEqual(300);

  const masks = { 'b.png': halfMask(64) };
  const asked = { fileIds, masks, options: { depth: 'medal' }, faceLimit: null, model: 'local' };
  const [, masked] = await finish(await succeed(api.retryJob(upload.jobId, asked)));
  expect(masked?.result?.statistics).toMatchObject({ method: 'mask' });
  expect(masked?.result?.statistics['faces'], 'without a limit').toBeGreaterThan(500);

  const [, unmasked] = await finish(await succeed(api.retryJob(upload.jobId, { dropMasks: fileIds })));
  expect(unmasked).toMatchObject({ result: { statistics: { method: 'backdrop' } } });
  expect(unmasked).not.toHaveProperty('has_mask');

  const elsewhere = { fileIds: [first?.file_id ?? ''], masks };
  expect(await api.retryJob(upload.jobId, elsewhere)).toMatchObject({ success: false, code: 'MASK_UNMATCHED' });
});

test('of two photos with one name, the ids say which gets the mask', async () => {
  const photos = [disc(64, [70, 80, 60], 'a.png'), disc(64, [70, 60, 200], 'a.png')];
  const upload = await succeed(api.uploadBatch(photos, { faceLimit: 500 }));
  const [, second] = await finish(upload);
  const masks = { 'a.png': halfMask(64) };
  expect(await api.retryJob(upload.jobId, { masks })).toMatchObject({ success: false, code: 'MASK_UNMATCHED' });
  const retry = await succeed(api.retryJob(upload.jobId, { masks, fileIds: [second?.file_id ?? ''] }));
  expect(methodsOf(await finish(retry))).toEqual(['backdrop', 'mask']);
});
