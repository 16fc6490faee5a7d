import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ApiService } from './service.ts';
import type { UploadProgress } from './upload-progress.ts';

interface Asked {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A server that writes down what it is asked and answers what a test says. */
async function setUp(answer: (asked: Asked, response: ServerResponse, times: number) => void = ok) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks).toString('latin1') };
      asked.push(one);
      answer(one, response, asked.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked, api: new ApiService({ baseUrl, apiKey: 'key' }), baseUrl };
}

function ok(_: Asked, response: ServerResponse): void {
  response.end('{"answer":1}');
}

const accepted = {
  batch_id: 'b',
  job_id: 'j',
  task_id: 't',
  face_limit: null,
  total_files: 1,
  status: 'uploaded',
  message: 'Uploaded',
  uploaded_files: [{ file_id: 'f', filename: 'a.png', file_size: 3, content_type: 'image/png', status: 'uploaded' }],
};

test('each call asks its route, with the key in the header', async () => {
  const { asked, api } = await setUp();
  await api.getJobStatus('a/b');
  await api.getJobProgress('j');
  await api.getJobFiles('j');
  await api.getModels();
  await api.getHealth();
  await api.cancelTask('t');
  await api.cancelFile('t', 'f');
  await api.listJobs();
  await api.listJobs({ cursor: 'c&d', limit: 5 });
  await api.getJob('j');
  await api.retryJob('j', { model: 'local' });
  await api.deleteJob('j');
  await api.createTicket('t');
  await api.login('secret');
  await api.getSession();
  await api.logout();
  await api.getDiskUsage();
  await api.cleanup({ hours: 24, dryRun: true });
  expect(asked.map(({ method, url, body }) => `${method} ${url.replace('/api/v1', '')} ${body}`.trim())).toEqual([
    'GET /status/tasks/a%2Fb',
    'GET /status/jobs/j/progress',
    'GET /download/j/all',
    'GET /models/available',
    'GET /health',
    'POST /status/tasks/t/cancel',
    'POST /status/tasks/t/files/f/cancel',
    'GET /jobs',
    'GET /jobs?cursor=c%26d&limit=5',
    'GET /jobs/j',
    'POST /jobs/j/retry {"model":"local"}',
    'DELETE /jobs/j',
    'POST /status/tasks/t/ticket',
    'POST /session {"api_key":"secret"}',
    'GET /session',
    'DELETE /session',
    'GET /admin/disk-usage',
    'POST /admin/cleanup {"hours":24,"dry_run":true}',
  ]);
  expect(new Set(asked.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer key']));
  expect(asked.every(({ url }) => !url.includes('key'))).toBe(true);
});

test('a good answer has success and its own fields, an empty one success alone', async () => {
  const { api } = await setUp((asked, response) => {
    if (asked.method === 'DELETE') response.writeHead(204).end();
    else response.end('{"status":"processing"}');
  });
  expect(await api.getJobStatus('t')).toEqual({ success: true, status: 'processing' });
  expect(await api.deleteJob('j')).toEqual({ success: true });
});

test('a refusal is a result with the problem’s code, and the error class in its cause', async () => {
  const { api } = await setUp((_, response) => {
    response.writeHead(404, { 'Content-Type': 'application/problem+json' });
    response.end(
      '{"status":404,"title":"No such task","detail":"There is none.","code":"TASK_NOT_FOUND","request_id":"r"}',
    );
  });
  const status = await api.getJobStatus('t');
  expect(status).toMatchObject({
    success: false,
    error: 'There is none.',
    code: 'TASK_NOT_FOUND',
    status: 404,
    retryable: false,
    errors: [],
    cause: { name: 'ApiError', requestId: 'r' },
  });
});

test('no answer, an abort and an answer of something else are told apart', async () => {
  const { api, baseUrl } = await setUp((_, response) => void response.end('<!doctype html>'));
  expect(await api.getHealth()).toMatchObject({ success: false, code: 'INVALID_RESPONSE', retryable: false });
  expect(await api.getHealth({ signal: AbortSignal.abort() })).toMatchObject({ code: 'ABORTED', retryable: false });
  const nobody = new ApiService({ baseUrl: baseUrl.replace(/\d+$/, '1') });
  expect(await nobody.getHealth()).toMatchObject({ code: 'NETWORK_ERROR', status: 0, retryable: true });
});

test('an upload sends its fields before its files and gives the handles of what it started', async () => {
  const { asked, api } = await setUp((_, response) => void response.end(JSON.stringify(accepted)));
  const files = [new File(['abc'], 'a.png', { type: 'image/png' }), new Blob(['def'])];
  const answer = await api.uploadBatch(files, {
    faceLimit: 5000,
    model: 'local',
    options: { detail: 2 },
    reuse: false,
  });
  expect(answer).toEqual({
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
  const names = [...(asked[0]?.body ?? '').matchAll(/name="([^"]+)"(?:; filename="([^"]+)")?/g)];
  expect(names.map(([, name, filename]) => filename ?? name)).toEqual([
    'face_limit',
    'model',
    'options',
    'reuse',
    'a.png',
    'image-2',
  ]);
});

test('an upload is tried again under the same idempotency key, and another has another', async () => {
  const { asked, api } = await setUp((_, response, times) => {
    if (times < 3) response.writeHead(503, { 'Retry-After': '0' }).end();
    else response.end(JSON.stringify(accepted));
  });
  expect(await api.uploadBatch([new Blob(['a'])])).toMatchObject({ success: true });
  await api.uploadBatch([new Blob(['a'])]);
  const keys = asked.map(({ headers }) => headers['idempotency-key']);
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  expect(new Set(keys.slice(0, 3)).size).toBe(1);
  expect(keys[3]).not.toBe(keys[0]);
});

test('an upload tells its progress', async () => {
  const { asked, api } = await setUp((_, response) => void response.end(JSON.stringify(accepted)));
  const told: UploadProgress[] = [];
  const size = 300_000;
  await api.uploadBatch([new Blob([new Uint8Array(size)])], { onUploadProgress: (progress) => told.push(progress) });
  expect(told.at(-1)).toEqual({ loaded: size, total: size, progress: 100 });
  expect(told.map(({ loaded }) => loaded)).toEqual(told.map(({ loaded }) => loaded).sort((a, b) => a - b));
  expect(asked[0]?.body.length).toBeGreaterThan(size);
});

test('a new key holds for what follows', async () => {
  const { asked, api } = await setUp();
  api.setApiKey('other');
  await api.getHealth();
  api.setApiKey(undefined);
  await api.getHealth();
  expect(asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer other', undefined]);
});

test('a call that is refused asks for a key and is sent again with it, a login is not', async () => {
  const { asked, api: known } = await setUp(({ headers }, response) => {
    response.writeHead(headers.authorization === 'Bearer fresh' ? 200 : 401).end(JSON.stringify(accepted));
  });
  const keys = ['stale', 'fresh'];
  const { baseUrl } = known.streamOptions();
  const api = new ApiService({ baseUrl, apiKey: 'old', refreshAuth: () => keys.shift() });
  expect(await api.login('wrong')).toMatchObject({ success: false, status: 401 });
  expect(await api.getModels()).toMatchObject({ success: false, status: 401 });
  expect(await api.uploadBatch([new Blob(['a'])])).toMatchObject({ success: true });
  const sent = asked.map(({ method, headers }) => `${method} ${headers.authorization}`);
  expect(sent).toEqual([
    'POST Bearer old',
    'GET Bearer old',
    'GET Bearer stale',
    'POST Bearer stale',
    'POST Bearer fresh',
  ]);
  expect(await new ApiService({ baseUrl }).getModels()).toMatchObject({ success: false, status: 401 });
});

test('addresses of downloads are safe to put into a link', () => {
  const api = new ApiService({ baseUrl: 'https://models.example/' });
  expect(api.downloadUrl('j', 'a b/c.glb', { format: 'obj', ticket: 't&1' })).toBe(
    'https://models.example/api/v1/download/j/a%20b%2Fc.glb?format=obj&ticket=t%261',
  );
  expect(api.archiveUrl('j')).toBe('https://models.example/api/v1/download/j/archive');
});
