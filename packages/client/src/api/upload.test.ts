import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { accepted, setUpApi } from '../../test/support/api-server.ts';
import type { UploadProgress } from './upload-progress.ts';

test('an upload sends its fields before its files and returns the ids of its job and task', async () => {
  const { requests, api } = await setUpApi((_, response) => void response.end(JSON.stringify(accepted)));
  const files = [new File(['abc'], 'a.png', { type: 'image/png' }), new Blob(['def'])];
  const upload = await api.uploadBatch(files, {
    faceLimit: 5000,
    model: 'local',
    options: { detail: 2 },
    reuse: false,
  });
  expect(upload).toEqual({
    success: true,
    batchId: 'b',
    jobId: 'j',
    taskId: 't',
    faceLimit: null,
    totalFiles: 1,
    status: 'uploaded',
    message: 'Uploaded',
    uploadedFiles: [{ fileId: 'f', filename: 'a.png', fileSize: 3, contentType: 'image/png', status: 'uploaded' }],
  });
  const names = [...(requests[0]?.body ?? '').matchAll(/name="([^"]+)"(?:; filename="([^"]+)")?/g)];
  expect(names.map(([, name, filename]) => filename ?? name)).toEqual([
    'model',
    'options',
    'reuse',
    'face_limit',
    'a.png',
    'image-2',
  ]);
});

test('an upload is retried with the same idempotency key, another one has its own', async () => {
  const { requests, api } = await setUpApi((_, response, count) => {
    if (count < 3) response.writeHead(503, { 'Retry-After': '0' }).end();
    else response.end(JSON.stringify(accepted));
  });
  expect(await api.uploadBatch([new Blob(['a'])])).toMatchObject({ success: true });
  await api.uploadBatch([new Blob(['a'])]);
  const keys = requests.map(({ headers }) => headers['idempotency-key']);
  expect(keys[0]).toMatch(/^\d+(-\d+){3}$/);
  expect(new Set(keys.slice(0, 3)).size).toBe(1);
  expect(keys[3]).not.toBe(keys[0]);
});

test('an upload reports its progress', async () => {
  const { requests, api } = await setUpApi((_, response) => void response.end(JSON.stringify(accepted)));
  const reports: UploadProgress[] = [];
  const size = 300_000;
  await api.uploadBatch([new Blob([new Uint8Array(size)])], { onUploadProgress: (progress) => reports.push(progress) });
  expect(reports.at(-1)).toEqual({ loaded: size, total: size, progress: 100 });
  expect(reports.map(({ loaded }) => loaded)).toEqual(reports.map(({ loaded }) => loaded).sort((a, b) => a - b));
  expect(requests[0]?.body.length).toBeGreaterThan(size);
});

test('a mask is a part of the form with the name of its photo, also when an upload is sent again', async () => {
  const { requests, api } = await setUpApi((_, response, count) => {
    if (count % 2 === 1) response.writeHead(503, { 'Retry-After': '0' }).end();
    else response.end(JSON.stringify(accepted));
  });
  const mask = new File(['white'], 'anything.png');
  const photos = [
    { file: new File(['abc'], 'a.png'), mask },
    { file: new Blob(['def']), mask: `data:image/png;base64,${btoa('\0\u{FF}black')}` },
    { file: new File(['ghi'], 'c.png'), mask: null },
    new File(['jkl'], 'd.png'),
  ];
  expect(await api.uploadBatch(photos)).toMatchObject({ success: true });
  expect(await api.uploadBatch(photos, { onUploadProgress: () => undefined })).toMatchObject({ success: true });
  expect(requests).toHaveLength(4);
  for (const { body } of requests) {
    const parts = [...body.matchAll(/name="(\w+)"; filename="([^"]+)"\r\n[^\r]+\r\n\r\n([^\r]*)/g)];
    expect(parts.map(([, ...part]) => part)).toEqual([
      ['files', 'a.png', 'abc'],
      ['masks', 'a.png', 'white'],
      ['files', 'image-2', 'def'],
      ['masks', 'image-2', '\0\u{FF}black'],
      ['files', 'c.png', 'ghi'],
      ['files', 'd.png', 'jkl'],
    ]);
  }
});

test('nothing is sent once the signal has fired, and nothing is left to be caught', async () => {
  const { requests, api } = await setUpApi();
  const rejected: unknown[] = [];
  const listen = (reason: unknown) => void rejected.push(reason);
  process.on('unhandledRejection', listen);
  onTestFinished(() => void process.off('unhandledRejection', listen));
  const signal = AbortSignal.abort();
  expect(await api.uploadBatch([new Blob(['a'])], { signal })).toMatchObject({ success: false, code: 'ABORTED' });
  expect(await api.cuts(new Blob(['a']), { signal })).toMatchObject({ success: false, code: 'ABORTED' });
  await setImmediate();
  expect([requests, rejected]).toEqual([[], []]);
});
