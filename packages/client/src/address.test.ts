import { encodeFrame } from '@image2model/protocol';
import { afterEach, expect, test, vi } from 'vitest';
import { apiUrl } from './address.ts';
import { api, ApiService, combineTasks, createProgressStore, SSEManager, watch } from './index.ts';
import type { FeedOptions } from './feed.ts';

const taskId = '01a20411-dbd4-74b9-97b5-10749c7aafd5';
const path = '/api/v1/download/j/chair.webp';
const result = { filename: '/api/v1', rendered_image: { url: path }, extra_files: [{ url: path }] };
const answer = {
  status: 'completed',
  jobs: [],
  download_urls: [path, path],
  files: [{ ...result, photo_url: path, message: 'not "/api/v1/": a text' }],
};
const base = { task_id: taskId, job_id: 'j', timestamp: 0 };
const stream =
  encodeFrame('file_update', 1, JSON.stringify({ ...base, sequence: 1, file_id: 'f', status: 'completed', result })) +
  encodeFrame('task_completed', 2, JSON.stringify({ ...base, sequence: 2, result: { ...answer, total_files: 1 } }));

/** Answers as the server does, and notes which URLs were asked for. */
function answering(asked: string[] = []): typeof fetch {
  return async (input) => {
    const { url } = new Request(input);
    asked.push(url);
    const isStream = /\/stream(\?|$)/.test(url);
    const headers = { 'content-type': isStream ? 'text/event-stream' : 'application/json' };
    return new Response(isStream ? stream : JSON.stringify(answer), { headers });
  };
}

/** All addresses in what the SDK hands over, whichever way it is asked. */
async function everyAddress(baseUrl: string | undefined, asked: string[] = []): Promise<unknown[]> {
  const service = new ApiService({ baseUrl, fetch: answering(asked) });
  const handed: unknown[] = [];
  const ended = async (options: FeedOptions, follow: (options: FeedOptions, end: () => void) => void): Promise<void> =>
    await new Promise<void>((resolve) => follow(options, resolve));
  const callbacks = (end: () => void) => ({
    onFileUpdate: (data: object) => handed.push(data),
    onTaskUpdate: (_: string, data: object) => handed.push(data),
    onComplete: (data: object) => {
      handed.push(data);
      end();
    },
  });
  for (const open of [undefined, combineTasks()]) {
    await ended({ open }, (options, end) => service.createProgressStream(taskId, callbacks(end), options));
    await ended({ open }, (options, end) =>
      new SSEManager({ api: service, ...options }).connect(taskId, callbacks(end)),
    );
    for await (const event of watch(taskId, { ...service.streamOptions(), open })) handed.push(event);
    await ended({ open }, (options, end) => {
      const store = createProgressStore(taskId, { ...service.streamOptions(), ...options });
      store.subscribe(({ task, connection }) => {
        handed.push(task);
        if (connection === 'closed') end();
      });
    });
  }
  handed.push(await service.getJobFiles('j'), await service.getJob('j'), await service.listJobs());
  handed.push(await service.getJobStatus(taskId));
  return handed;
}

function addressesIn(value: unknown): string[] {
  if (typeof value === 'string') return value.endsWith('.webp') ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(addressesIn) : [];
}

afterEach(() => vi.unstubAllGlobals());

test.each([
  ['https://models.example', 'https://models.example'],
  ['https://example.org/models/', 'https://example.org/models'],
  [undefined, 'http://127.0.0.1:3000'],
])('with the base URL %s every address is absolute, in events and in answers', async (baseUrl, origin) => {
  const handed = await everyAddress(baseUrl);
  const found = addressesIn(handed);
  expect(new Set(found)).toEqual(new Set([`${origin}${path}`]));
  expect(found.length).toBeGreaterThan(40);
  // A text that looks like one is left alone.
  expect(JSON.stringify(handed.at(-1))).toContain('not \\"/api/v1/\\": a text');
  expect(JSON.stringify(handed.at(-1))).toContain('"filename":"/api/v1"');
});

test.each([
  [undefined, 'https://app.example'],
  ['', 'https://app.example'],
  ['/models', 'https://app.example/models'],
  ['https://models.example', 'https://models.example'],
])('in a page, the base URL %s makes them absolute too, and so are the requests', async (baseUrl, origin) => {
  vi.stubGlobal('location', { href: 'https://app.example/processing?taskId=1' });
  vi.stubGlobal('document', { baseURI: 'https://app.example/processing?taskId=1' });
  const asked: string[] = [];
  expect(new Set(addressesIn(await everyAddress(baseUrl, asked)))).toEqual(new Set([`${origin}${path}`]));
  expect(new Set(asked.map((url) => url.slice(0, url.indexOf('/api/'))))).toEqual(new Set([origin]));
  expect(api.downloadUrl('j', 'a b.glb')).toBe('https://app.example/api/v1/download/j/a%20b.glb');
});

test('a URL object is as good as its text', () => {
  const url = new URL('https://models.example/prefix/');
  expect(apiUrl(url, '/health')).toBe('https://models.example/prefix/api/v1/health');
});

test('in a worker they begin with its origin', () => {
  vi.stubGlobal('location', { href: 'https://app.example/worker.js' });
  expect(apiUrl(undefined, '/health')).toBe('https://app.example/api/v1/health');
});

test('addresses that the server made absolute stay as they are', async () => {
  const absolute = `https://public.example${path}`;
  const service = new ApiService({
    baseUrl: 'http://internal:3000',
    fetch: async () => new Response(JSON.stringify({ download_urls: [absolute] })),
  });
  expect(await service.getJobFiles('j')).toMatchObject({ download_urls: [absolute] });
});
