import { expect, onTestFinished, test, vi } from 'vitest';
import { problem } from '../test/support/feed-server.ts';
import { setUp } from '../test/support/set-up.ts';
import type { FeedOptions } from './feed.ts';
import { TaskLog } from '../test/support/task-log.ts';

const headers = { 'Content-Type': 'text/event-stream' };

test.for([
  [403, 'FORBIDDEN'],
  [404, 'TASK_NOT_FOUND'],
  [410, 'GONE'],
  [400, 'INVALID_ID'],
] as const)('%i stops with what the server says', async ([status, code]) => {
  const { server, heard, follow } = await setUp({
    intercept: (_, response) => {
      problem(response, status, code);
      return true;
    },
  });
  const stream = follow();
  await heard.when('error');
  expect(heard.errors[0]).toMatchObject({ status, code, retryable: false, requestId: 'r-1' });
  expect(heard.told).toEqual(['error']);
  expect([stream.readyState(), server.requests.length]).toEqual([2, 1]);
});

test('401 asks for a new key and keeps the cursor', async () => {
  const keys = new Set(['old']);
  const { task, server, heard, follow } = await setUp({ keys });
  task.progress(10);
  const refreshAuth = vi.fn<() => string>(() => 'new');
  follow({ apiKey: 'old', refreshAuth });
  await heard.when('progress 10');
  keys.clear();
  keys.add('new');
  for (const socket of server.sockets) socket.destroy();
  task.complete();
  await heard.when('complete');
  expect(refreshAuth).toHaveBeenCalledOnce();
  expect(server.requests.map((request) => request.headers.authorization)).toEqual([
    'Bearer old',
    'Bearer old',
    'Bearer new',
  ]);
  expect(server.requests.at(-1)?.headers['last-event-id']).toBe('1');
});

test('a ticket from refreshAuth goes in the address, once', async () => {
  const { task, server, heard, follow } = await setUp({
    intercept: (request, response) => {
      if (request.url?.endsWith('?ticket=t%201')) return false;
      problem(response, 401, 'UNAUTHENTICATED');
      return true;
    },
  });
  follow({ refreshAuth: async () => ({ ticket: 't 1' }) });
  await heard.when('open');
  task.complete();
  await heard.when('complete');
  expect(server.requests[1]?.headers.authorization).toBeUndefined();
});

test.for<[string, FeedOptions['refreshAuth']]>([
  ['without a hook', undefined],
  ['when the hook has none', () => undefined],
  ['when the hook fails', () => Promise.reject(new Error('no'))],
  ['when its keys are refused too', () => 'wrong'],
])('401 stops %s', async ([, refreshAuth]) => {
  const { heard, follow } = await setUp({ keys: new Set(['right']) });
  follow({ apiKey: 'wrong', refreshAuth });
  await heard.when('error');
  expect(heard.errors[0]).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
});

test('429 and 5xx go on, and Retry-After is obeyed', async () => {
  const answers = [
    { status: 429, code: 'RATE_LIMITED', 'Retry-After': '1' },
    { status: 503, code: 'SHUTTING_DOWN', 'Retry-After': '0' },
    { status: 502, code: 'BAD_GATEWAY' },
  ];
  const { task, heard, follow } = await setUp({
    intercept: (_, response) => {
      const answer = answers.shift();
      if (!answer) return false;
      const { status, code, ...rest } = answer;
      problem(response, status, code, rest);
      return true;
    },
  });
  follow();
  task.complete();
  await heard.when('complete');
  expect(heard.reconnects.map(({ attempt, reason }) => [attempt, reason.status])).toEqual([
    [1, 429],
    [2, 503],
    [3, 502],
  ]);
  expect(heard.reconnects[0]?.delayMs).toBeGreaterThanOrEqual(1000);
  expect(heard.reconnects[1]?.delayMs).toBeLessThanOrEqual(2);
});

test('204 ends it quietly', async () => {
  const { task, heard, follow } = await setUp();
  task.complete();
  const stream = follow({ lastEventId: String(task.sequence) });
  await vi.waitFor(() => expect(stream.readyState()).toBe(2));
  expect(heard.told).toEqual([]);
});

test('an answer that is no event stream stops with a clear error', async () => {
  const { heard, follow } = await setUp({
    intercept: (_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html>');
      return true;
    },
  });
  follow();
  await heard.when('error');
  expect(heard.errors[0]).toMatchObject({ code: 'NOT_AN_EVENT_STREAM' });
  expect(heard.errors[0]?.message).toContain('text/html');
});

test('bytes may be split anywhere, with BOM, CRLF, comments, unknown events and unknown fields', async () => {
  const task = new TaskLog(1);
  task.file(0, 'processing', 40, 'Grüße 🚀');
  task.complete();
  const [first = '', last = ''] = task.replay(undefined) ?? [];
  const crlf = first.replaceAll('\n', '\r\n');
  const bytes = Buffer.from(
    `\u{FEFF}: hi\r\n\r\nevent: news\r\ndata: {}\r\n\r\nfoo: bar\r\n${crlf}: more\r\n\r\n${last}`,
  );
  const messages: string[] = [];
  const { heard, follow } = await setUp(
    {
      intercept: (_, response) => {
        response.writeHead(200, headers);
        response.socket?.setNoDelay(true);
        function next(at: number): void {
          if (at === bytes.length) {
            response.end();
          } else {
            response.write(bytes.subarray(at, at + 1), () => {
              setImmediate(next, at + 1);
            });
          }
        }
        next(0);
        return true;
      },
    },
    task,
  );
  follow({}, { ...heard.callbacks, onFileUpdate: ({ message }) => messages.push(message) });
  await heard.when('complete');
  expect(messages).toEqual(['Grüße 🚀']);
  expect(heard.reconnects).toEqual([]);
});

test('a line of 10 MB is refused with an error and not with memory', async () => {
  const { server, heard, follow } = await setUp({
    intercept: (_, response) => {
      response.writeHead(200, headers);
      response.write('event: task_progress\ndata: ');
      const piece = 'x'.repeat(64 * 1024);
      for (let sent = 0; sent < 160; sent++) response.write(piece);
      return true;
    },
  });
  follow();
  await heard.when('error');
  expect(heard.errors[0]).toMatchObject({ code: 'EVENT_TOO_LARGE', retryable: false });
  await vi.waitFor(() => expect(server.sockets.size).toBe(0));
});

test('an event that is mangled is asked for again', async () => {
  let first = true;
  const { task, server, heard, follow } = await setUp({
    intercept: (_, response) => {
      if (!first) return false;
      first = false;
      response.writeHead(200, headers).end('event: task_progress\nid: 7\ndata: {"task_id":\n\n');
      return true;
    },
  });
  task.complete();
  follow();
  await heard.when('complete');
  expect(heard.reconnects[0]?.reason.code).toBe('MALFORMED_EVENT');
  expect(server.requests[1]?.headers['last-event-id']).toBeUndefined();
});

test('silence is a lost connection, and heartbeats are no silence', async () => {
  let beats = 0;
  const { task, heard, follow } = await setUp({
    intercept: (_, response) => {
      if (beats > 0) return false;
      response.writeHead(200, headers);
      const timer = setInterval(() => {
        response.write(':\n\n');
        if (++beats === 8) clearInterval(timer);
      }, 20);
      return true;
    },
  });
  task.complete();
  follow({ stallMs: 100 });
  await heard.when('complete');
  expect(beats, 'held open for longer than the watchdog takes').toBe(8);
  expect(heard.reconnects[0]?.reason.code).toBe('STALLED');
});

test('the server decides when its clients come back after it has closed their stream', async () => {
  let first = true;
  const { task, heard, follow } = await setUp({
    intercept: (_, response) => {
      if (!first) return false;
      first = false;
      response.writeHead(200, headers).end('retry: 37\n\n');
      return true;
    },
  });
  task.complete();
  follow({ backoff: {} });
  await heard.when('complete');
  expect(heard.reconnects[0]?.delayMs).toBe(37);
});

test('attempts count on until a connection has been stable, and start anew after that', async () => {
  const { server, heard, follow } = await setUp();
  follow({ stableMs: 100 });
  for (const times of [1, 2]) {
    await heard.when('open', times);
    for (const socket of server.sockets) socket.destroy();
  }
  await heard.when('open', 3);
  await new Promise((resolve) => setTimeout(resolve, 120));
  for (const socket of server.sockets) socket.destroy();
  await heard.when('open', 4);
  expect(heard.reconnects.map(({ attempt }) => attempt)).toEqual([1, 2, 1]);
});

test('a limit of attempts ends in an error that says so', async () => {
  const { heard, follow } = await setUp({
    intercept: (_, response) => {
      response.destroy();
      return true;
    },
  });
  follow({ maxRetries: 3 });
  await heard.when('error');
  expect(String(heard.errors[0])).toBe('Connection failed after 3 attempts');
  expect(heard.reconnects).toHaveLength(3);
});

test('a page that wakes resumes at once, but not before Retry-After', async () => {
  const page = new EventTarget();
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
  onTestFinished(() => void vi.unstubAllGlobals());
  let refusal: Record<string, string> | undefined = {};
  const { task, server, heard, follow } = await setUp({
    intercept: (_, response) => {
      if (!refusal) return false;
      problem(response, 503, 'SHUTTING_DOWN', refusal);
      return true;
    },
  });
  task.complete();
  follow({ backoff: () => 60_000 });
  await heard.when('reconnecting');
  refusal = { 'Retry-After': '3600' };
  await new Promise(setImmediate);
  page.dispatchEvent(new Event('online'));
  await heard.when('reconnecting', 2);
  refusal = undefined;
  await new Promise(setImmediate);
  page.dispatchEvent(new Event('online'));
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(server.requests).toHaveLength(2);
});
