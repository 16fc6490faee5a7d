import { expect, onTestFinished, test, vi } from 'vitest';
import { accepted, setUpApi } from '../test/support/api-server.ts';
import { problem } from '../test/support/feed-server.ts';
import { recorder } from '../test/support/recorder.ts';
import { setUp } from '../test/support/set-up.ts';
import { ApiService } from './api/service.ts';
import { combineTasks } from './combine.ts';
import { shareAcrossTabs } from './share.ts';
import { createProgressStream } from './stream.ts';
import { watch } from './watch.ts';

const wrongAddresses = [
  'localhost:3000',
  '127.0.0.1:3000',
  'example.org',
  '',
  '/',
  'ftp://example.org',
  'file:///srv/models',
  'http://',
  'https:///',
  'http://localhost:99999',
  'http://user:secret@example.org',
  'http://example.org?tenant=a',
  'http://example.org/#/models',
];

test.for(wrongAddresses)('%j is no base address: streams and calls end with an error at once', async (baseUrl) => {
  const recorded = recorder();
  const stream = createProgressStream('t', recorded.callbacks, { baseUrl });
  onTestFinished(() => stream.close());
  await recorded.when('error');
  expect(recorded.calls).toEqual(['error']);
  expect(recorded.errors[0]).toMatchObject({ code: 'INVALID_BASE_URL', retryable: false, status: 0 });
  expect(recorded.errors[0]?.message).toContain('base URL');
  expect(recorded.errors[0]?.message).not.toContain('secret');
  expect(stream.readyState()).toBe(2);
  const api = new ApiService({ baseUrl });
  expect(await api.getHealth()).toMatchObject({ success: false, code: 'INVALID_BASE_URL', retryable: false });
  expect(await api.uploadBatch([new Blob(['a'])])).toMatchObject({ code: 'INVALID_BASE_URL', retryable: false });
});

test('in a page an empty base address is its own, and one without a host is below it', async () => {
  vi.stubGlobal('location', { href: 'https://models.example/app/?page=2#top' });
  onTestFinished(() => void vi.unstubAllGlobals());
  const asked: string[] = [];
  const fetch = async (url: unknown) => {
    asked.push(String(url));
    return Response.json({ status: 'ok' });
  };
  for (const baseUrl of [undefined, '', '/', '/prefix/'])
    expect(await new ApiService({ baseUrl, fetch }).getHealth()).toMatchObject({ success: true });
  const own = 'https://models.example/api/v1/health';
  expect(asked).toEqual([own, own, own, 'https://models.example/prefix/api/v1/health']);
  // None of them is a path of the page: they would ask it for a folder of that name.
  for (const baseUrl of ['localhost:3000', '127.0.0.1:3000', '[::1]:3000', 'example.org', 'http://', 'https:'])
    expect(await new ApiService({ baseUrl, fetch }).getHealth()).toMatchObject({ code: 'INVALID_BASE_URL' });
  expect(asked).toHaveLength(4);
});

test.for([
  'sec\nret',
  'secret\n',
  ' secret',
  'sec ret',
  'secret\u{200B}',
  '\u{FEFF}secret',
  'sécret',
  'secret\0',
  'secret\u{A0}',
])('the key %j ends streams and calls at once, and is in no text', async (apiKey) => {
  const { recorded, follow, server } = await setUp();
  follow({ apiKey });
  await recorded.when('error');
  expect(recorded.errors[0]).toMatchObject({ code: 'INVALID_API_KEY', retryable: false });
  const api = new ApiService({ baseUrl: server.baseUrl, apiKey });
  const calls = [await api.getHealth(), await api.uploadBatch([new Blob(['a'])]), await api.login(apiKey)];
  for (const call of calls) expect(call).toMatchObject({ success: false, code: 'INVALID_API_KEY', retryable: false });
  const texts = JSON.stringify([recorded.errors[0]?.message, calls]);
  expect(texts).not.toMatch(/s[eé]c/);
  expect(server.requests).toEqual([]);
});

test('a wrong key from refreshAuth ends streams and calls too', async () => {
  const { recorded, follow } = await setUp({ keys: new Set(['right']) });
  follow({ apiKey: 'wrong', refreshAuth: () => 'right\n' });
  await recorded.when('error');
  expect(recorded.errors[0]).toMatchObject({ code: 'INVALID_API_KEY' });
  const { baseUrl } = await setUpApi((_, response) => problem(response, 401, 'UNAUTHENTICATED'));
  const api = new ApiService({ baseUrl, apiKey: 'wrong', refreshAuth: () => ({ apiKey: 'ri ght' }) });
  expect(await api.getHealth()).toMatchObject({ code: 'INVALID_API_KEY', retryable: false });
});

test.for(['1\n2', '1\r\nX-Other: 1', '7\0', 'ü', '…', '1 2'])(
  'the cursor %j ends a stream at once',
  async (lastEventId) => {
    const { recorded, follow, server, task } = await setUp();
    const ways = [{}, { open: combineTasks() }, { open: shareAcrossTabs() }];
    for (const [index, way] of ways.entries()) {
      follow({ lastEventId, ...way });
      await recorded.when('error', index + 1);
      expect(recorded.errors[index]).toMatchObject({ code: 'INVALID_CURSOR', retryable: false });
    }
    const events = watch(task.taskId, { baseUrl: server.baseUrl, lastEventId });
    await expect(events.next()).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
    expect(server.requests).toEqual([]);
  },
);

const html = '<!doctype html><title>Sign in</title>';
const foreign: [string, number, string | undefined, string, string][] = [
  ['a captive portal’s page', 200, 'text/html', html, 'INVALID_RESPONSE'],
  ['a success without content', 200, undefined, '', 'INVALID_RESPONSE'],
  ['somebody else’s JSON', 200, 'application/json', '{"portal":true}', 'INVALID_RESPONSE'],
  ['JSON that is no object', 200, 'application/json', '"ok"', 'INVALID_RESPONSE'],
  ['an answer without content', 204, undefined, '', 'INVALID_RESPONSE'],
  ['a firewall’s page', 403, 'text/html', html, 'HTTP_403'],
  ['somebody else’s error', 404, 'application/json', '{"code":"NOT_FOUND"}', 'HTTP_404'],
  ['a gateway that asks for its own login', 401, 'text/html', html, 'HTTP_401'],
];

test.for(foreign)(
  '%s in answer to a call is an error that says so, and an upload is sent again',
  async (foreignAnswer) => {
    const [, status, type, body, code] = foreignAnswer;
    const { api } = await setUpApi((_, response, count) => {
      if (count > 2) response.end(JSON.stringify(accepted));
      else response.writeHead(status, { ...(type && { 'Content-Type': type }), 'Retry-After': '0' }).end(body);
    });
    const call = await api.getHealth();
    expect(call).toMatchObject({ success: false, code, status, retryable: true });
    expect(call.success ? '' : call.error).toContain('Not an answer of this server');
    expect(await api.uploadBatch([new Blob(['a'])])).toMatchObject({ success: true, taskId: accepted.task_id });
  },
);
