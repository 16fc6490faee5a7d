import { expect, test } from 'vitest';
import { accepted, setUpApi } from '../../test/support/api-server.ts';
import { problem } from '../../test/support/feed-server.ts';
import { ApiService } from './service.ts';

test('each call requests its route, with the key in the header', async () => {
  const { requests, api } = await setUpApi();
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
  await api.retryJob('j', { fileIds: ['f'], options: { depth: 30 }, faceLimit: null });
  await api.deleteJob('j');
  await api.createTicket('t');
  await api.login('secret');
  await api.getSession();
  await api.logout();
  await api.getDiskUsage();
  await api.cleanup({ hours: 24, dryRun: true });
  expect(requests.map(({ method, url, body }) => `${method} ${url.replace('/api/v1', '')} ${body}`.trim())).toEqual([
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
    'POST /jobs/j/retry {"options":{"depth":30},"face_limit":null,"file_ids":["f"]}',
    'DELETE /jobs/j',
    'POST /status/tasks/t/ticket',
    'POST /session {"api_key":"secret"}',
    'GET /session',
    'DELETE /session',
    'GET /admin/disk-usage',
    'POST /admin/cleanup {"hours":24,"dry_run":true}',
  ]);
  expect(new Set(requests.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer key']));
  expect(requests.every(({ url }) => !url.includes('key'))).toBe(true);
});

test('a response has success and its own fields, an empty one only success', async () => {
  const { api } = await setUpApi(({ method }, response) => {
    if (method === 'DELETE') response.writeHead(204).end();
    else response.end('{"status":"processing"}');
  });
  expect(await api.getJobStatus('t')).toEqual({ success: true, status: 'processing' });
  expect(await api.deleteJob('j')).toEqual({ success: true });
});

test('an error response is a result with the problem’s code, and an ApiError as its cause', async () => {
  const { api } = await setUpApi((_, response) => {
    response.writeHead(404, { 'Content-Type': 'application/problem+json' });
    response.end(
      '{"status":404,"title":"No such task","detail":"There is none.","code":"TASK_NOT_FOUND","request_id":"r",' +
        '"message_id":"error.task_missing","message_values":{"task":"t"}}',
    );
  });
  const status = await api.getJobStatus('t');
  expect(status).toMatchObject({
    success: false,
    error: 'There is none.',
    code: 'TASK_NOT_FOUND',
    status: 404,
    retryable: false,
    messageId: 'error.task_missing',
    messageValues: { task: 't' },
    errors: [],
    cause: { name: 'ApiError', requestId: 'r', messageId: 'error.task_missing', messageValues: { task: 't' } },
  });
});

test('no response, an abort and a response from something else have different codes', async () => {
  const { api, baseUrl } = await setUpApi((_, response) => void response.end('<!doctype html>'));
  expect(await api.getHealth()).toMatchObject({ success: false, code: 'INVALID_RESPONSE', retryable: true });
  expect(await api.getHealth({ signal: AbortSignal.abort() })).toMatchObject({ code: 'ABORTED', retryable: false });
  const unreachable = new ApiService({ baseUrl: baseUrl.replace(/\d+$/, '1') });
  expect(await unreachable.getHealth()).toMatchObject({ code: 'NETWORK_ERROR', status: 0, retryable: true });
});

test('a new key applies to later requests', async () => {
  const { requests, api } = await setUpApi();
  api.setApiKey('other');
  await api.getHealth();
  api.setApiKey(undefined);
  await api.getHealth();
  expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer other', undefined]);
});

test('a call that gets 401 asks for a new key and is sent again with it, a login is not', async () => {
  const { requests, api: first } = await setUpApi(({ headers }, response) => {
    if (headers.authorization === 'Bearer fresh') response.end(JSON.stringify(accepted));
    else problem(response, 401, 'UNAUTHENTICATED');
  });
  const keys = ['stale', 'fresh'];
  const { baseUrl } = first.streamOptions();
  const api = new ApiService({ baseUrl, apiKey: 'old', refreshAuth: () => keys.shift() });
  expect(await api.login('wrong')).toMatchObject({ success: false, status: 401 });
  expect(await api.getModels()).toMatchObject({ success: false, status: 401 });
  expect(await api.uploadBatch([new Blob(['a'])])).toMatchObject({ success: true });
  const sent = requests.map(({ method, headers }) => `${method} ${headers.authorization}`);
  expect(sent).toEqual([
    'POST Bearer old',
    'GET Bearer old',
    'GET Bearer stale',
    'POST Bearer stale',
    'POST Bearer fresh',
  ]);
  expect(await new ApiService({ baseUrl }).getModels()).toMatchObject({ success: false, status: 401 });
});

test('download URLs are safe to use in a link', () => {
  const api = new ApiService({ baseUrl: 'https://models.example/' });
  expect(api.downloadUrl('j', 'a b/c.glb', { format: 'obj', ticket: 't&1' })).toBe(
    'https://models.example/api/v1/download/j/a%20b%2Fc.glb?format=obj&ticket=t%261',
  );
  expect(api.archiveUrl('j')).toBe('https://models.example/api/v1/download/j/archive');
});

test('download URLs ask for a size and an origin, and for nothing that is undefined', () => {
  const api = new ApiService({ baseUrl: 'https://models.example' });
  const base = 'https://models.example/api/v1/download/j/';
  expect(api.downloadUrl('j', 'a.glb', { format: '3mf', sizeMm: 62.5, origin: 'center' })).toBe(
    `${base}a.glb?format=3mf&origin=center&size_mm=62.5`,
  );
  expect(api.downloadUrl('j', 'a.glb', { format: undefined, sizeMm: undefined })).toBe(`${base}a.glb`);
  expect(api.archiveUrl('j', { format: 'stl', sizeMm: 80 })).toBe(`${base}archive?format=stl&size_mm=80`);
});
