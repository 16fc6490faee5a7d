import { errorDefinitions } from '@image2model/protocol';
import { expect, test, vi } from 'vitest';
import { problem } from '../test/support/feed-server.ts';
import { setUp } from '../test/support/set-up.ts';
import { TaskLog } from '../test/support/task-log.ts';
import { errorFromResponse } from './problem.ts';
import { createProgressStream } from './stream.ts';

const headers = { 'Content-Type': 'text/event-stream' };

test.for([
  [403, 'FORBIDDEN'],
  [404, 'TASK_NOT_FOUND'],
  [410, 'GONE'],
  [400, 'INVALID_ID'],
] as const)('%i ends the stream with the server’s error', async ([status, code]) => {
  const { server, recorded, follow } = await setUp({
    intercept: (_, response) => problem(response, status, code),
  });
  const stream = follow();
  await recorded.when('error');
  expect(recorded.errors[0]).toMatchObject({ status, code, retryable: false, requestId: 'r-1' });
  expect(recorded.calls).toEqual(['error']);
  expect([stream.readyState(), server.requests.length]).toEqual([2, 1]);
});

test('each answer of this server is retried just where its table of errors says so', async () => {
  // Those that only say why a task failed answer no request.
  const ofTasks =
    /^(OUT_OF_MEMORY|WORKER_CRASHED|DAILY_LIMIT_REACHED|ALL_FILES_FAILED|PROVIDER_.*|RESULT_.*|SUBMIT_.*)$/;
  for (const [code, { status, retryable }] of Object.entries(errorDefinitions)) {
    if (ofTasks.test(code)) continue;
    const body = JSON.stringify({ status, code, title: 'A title' });
    const response = new Response(body, { status, headers: { 'Content-Type': 'application/problem+json' } });
    const error = await errorFromResponse(response, 'OTHER');
    expect([error.code, error.retryable], code).toEqual([code, retryable]);
  }
});

const html = '<!doctype html><title>Sign in</title>';
const foreign: [string, number, Record<string, string>, string][] = [
  ['a captive portal’s page', 200, { 'Content-Type': 'text/html' }, html],
  ['a firewall’s page', 403, { 'Content-Type': 'text/html; charset=utf-8' }, html],
  ['a proxy’s page', 404, { 'Content-Type': 'text/html' }, html],
  ['a gateway that asks for its own login', 401, { 'Content-Type': 'text/html', 'WWW-Authenticate': 'Basic' }, html],
  ['somebody else’s JSON', 404, { 'Content-Type': 'application/json' }, '{"code":"NOT_FOUND","message":"no Route"}'],
  ['a problem without a code', 410, { 'Content-Type': 'application/problem+json' }, '{"title":"Gone"}'],
  ['a problem that is cut off', 404, { 'Content-Type': 'application/problem+json' }, '{"code":"TASK_NOT_FO'],
  ['a problem with a code of somebody else', 403, { 'Content-Type': 'application/problem+json' }, '{"code":"GW-1002"}'],
  ['one in camel case', 403, { 'Content-Type': 'application/problem+json' }, '{"code":"AccessDenied","status":403}'],
  ['one whose code is a number', 400, { 'Content-Type': 'application/problem+json' }, '{"code":40001}'],
  ['a problem that is null', 400, { 'Content-Type': 'application/problem+json' }, 'null'],
  ['no content type', 200, {}, 'event: task_progress\ndata: {}\n\n'],
  ['a type that only begins like the right one', 200, { 'Content-Type': 'text/event-streamX' }, ': \n\n'],
  ['a part of a stream', 206, { 'Content-Type': 'text/event-stream' }, ': \n\n'],
  ['another success without content', 205, {}, ''],
  ['an answer without content', 204, {}, ''],
];

test.for(foreign)('%s between two good connections is told, and tried again', async ([, status, type, body]) => {
  let answers = 0;
  const refreshAuth = vi.fn<() => undefined>();
  const { task, server, recorded, follow } = await setUp({
    intercept: (_, response) => ++answers === 2 && response.writeHead(status, type).end(body),
  });
  task.progress(10);
  follow({ refreshAuth, apiKey: 'key' });
  await recorded.when('progress 10');
  for (const socket of server.sockets) socket.destroy();
  await recorded.when('open', 2);
  task.progress(20);
  task.complete();
  await recorded.when('complete');
  expect(recorded.only('progress', 'complete', 'error')).toEqual(['progress 10', 'progress 20', 'complete']);
  expect(refreshAuth).not.toHaveBeenCalled();
  // A 204 may also mean that the ending was seen: that is looked into at once.
  const told = recorded.reconnects.slice(1).map(({ reason }) => [reason.code, reason.status, reason.retryable]);
  const code = status < 300 ? 'NOT_AN_EVENT_STREAM' : `HTTP_${status}`;
  expect(told).toEqual(status === 204 ? [] : [[code, status, true]]);
});

test.for([200, 403])('a page with status %i that never ends is told at once, and not read', async (status) => {
  let first = true;
  const { task, recorded, follow, server } = await setUp({
    intercept: (_, response) => {
      if (!first) return false;
      first = false;
      response.writeHead(status, { 'Content-Type': 'text/html' }).write('<html>');
    },
  });
  task.complete();
  follow();
  await recorded.when('complete');
  expect(recorded.reconnects.map(({ reason }) => reason.status)).toEqual([status]);
  await vi.waitFor(() => expect(server.sockets.size).toBe(0));
});

test('a redirect to another origin that allows nothing is tried again', async () => {
  let first = true;
  const { task, recorded, follow } = await setUp({
    intercept: (_, response) => {
      if (!first) return false;
      first = false;
      response.writeHead(302, { Location: 'http://127.0.0.1:1/portal' }).end();
    },
  });
  task.complete();
  follow();
  await recorded.when('complete');
  expect(recorded.reconnects.map(({ reason }) => reason.code)).toEqual(['NETWORK_ERROR']);
});

test.for([
  'text/event-stream',
  'Text/Event-Stream; charset=UTF-8',
  'text/event-stream;',
  'text/html, TEXT/event-stream',
])('%s is the type of an event stream', async (type) => {
  const { task, recorded, follow } = await setUp({
    intercept: (_, response) => response.writeHead(200, { 'Content-Type': type }).end(task.replay(undefined)?.join('')),
  });
  task.complete();
  follow();
  await recorded.when('complete');
  expect(recorded.reconnects).toEqual([]);
});

test('an empty id clears the cursor', async () => {
  const task = new TaskLog(1);
  task.progress(10);
  task.progress(20);
  const [frame = ''] = task.replay(1) ?? [];
  let first = true;
  const { server, recorded, follow } = await setUp(
    {
      intercept: (_, response) => {
        if (!first) return false;
        first = false;
        const known = task.replay(0)?.[0] ?? '';
        response.writeHead(200, headers).end(known + frame.replace(/^id: .*$/m, 'id:'));
      },
    },
    task,
  );
  follow();
  await recorded.when('open', 2);
  task.complete();
  await recorded.when('complete');
  expect(recorded.only('progress')).toEqual(['progress 10', 'progress 20']);
  expect(server.requests[1]?.headers['last-event-id']).toBeUndefined();
});

test('an id that no header can carry is no cursor: the one before it stays', async () => {
  const task = new TaskLog(1);
  task.progress(10);
  task.progress(20);
  let first = true;
  const { server, recorded, follow } = await setUp(
    {
      intercept: (_, response) => {
        if (!first) return false;
        first = false;
        const [one = '', two = ''] = task.replay(0) ?? [];
        response.writeHead(200, headers).end(one + two.replace(/^id: .*$/m, 'id: …'));
      },
    },
    task,
  );
  follow();
  task.complete();
  await recorded.when('complete');
  expect(server.requests[1]?.headers['last-event-id']).toBe('1');
});

test('the events and the ending of another task are ignored, and their ids are no cursors', async () => {
  const other = new TaskLog(1);
  for (const percent of [1, 2, 3]) other.progress(percent);
  other.complete();
  let first = true;
  const { task, server, recorded, follow } = await setUp({
    intercept: (_, response) => {
      if (!first) return false;
      first = false;
      response.writeHead(200, headers).end([...(task.replay(0) ?? []), ...(other.replay(0) ?? [])].join(''));
    },
  });
  task.progress(50);
  follow();
  await recorded.when('open', 2);
  task.complete();
  await recorded.when('complete');
  expect(recorded.only('progress', 'complete', 'error')).toEqual(['progress 50', 'complete']);
  expect(server.requests[1]?.headers['last-event-id']).toBe('1');
});

test('a task is followed whatever the case of its id', async () => {
  const { task, server, recorded } = await setUp();
  server.tasks.set(task.taskId.toUpperCase(), task);
  task.complete();
  createProgressStream(task.taskId.toUpperCase(), recorded.callbacks, { baseUrl: server.baseUrl });
  await recorded.when('update completed');
  expect(recorded.calls).toEqual(['open', 'complete', 'update completed']);
});

test('bytes may be split anywhere, with a BOM, CRLF, comments, unknown events and unknown fields', async () => {
  const task = new TaskLog(1);
  task.file(0, 'processing', 40, 'Grüße 🚀');
  task.complete();
  const [first = '', last = ''] = task.replay(undefined) ?? [];
  const crlf = first.replaceAll('\n', '\r\n');
  const bytes = Buffer.from(
    `\u{FEFF}: hi\r\n\r\nevent: news\r\ndata: {}\r\n\r\nfoo: bar\r\n${crlf}: more\r\n\r\n${last}`,
  );
  const messages: string[] = [];
  const { recorded, follow } = await setUp(
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
      },
    },
    task,
  );
  follow({}, { ...recorded.callbacks, onFileUpdate: ({ message }) => messages.push(message) });
  await recorded.when('complete');
  expect(messages).toEqual(['Grüße 🚀']);
  expect(recorded.reconnects).toEqual([]);
});

test('a line of 10 MB ends the stream with an error, without being buffered', async () => {
  const { server, recorded, follow } = await setUp({
    intercept: (_, response) => {
      response.writeHead(200, headers);
      response.write('event: task_progress\ndata: ');
      const piece = 'x'.repeat(64 * 1024);
      for (let sent = 0; sent < 160; sent++) response.write(piece);
    },
  });
  follow();
  await recorded.when('error');
  expect(recorded.errors[0]).toMatchObject({ code: 'EVENT_TOO_LARGE', retryable: false });
  await vi.waitFor(() => expect(server.sockets.size).toBe(0));
});

test('a malformed event is requested again', async () => {
  let first = true;
  const { task, server, recorded, follow } = await setUp({
    intercept: (_, response) => {
      if (!first) return false;
      first = false;
      response.writeHead(200, headers).end('event: task_progress\nid: 7\ndata: {"task_id":\n\n');
    },
  });
  task.complete();
  follow();
  await recorded.when('complete');
  expect(recorded.reconnects[0]?.reason.code).toBe('MALFORMED_EVENT');
  expect(server.requests[1]?.headers['last-event-id']).toBeUndefined();
});

test('a silent connection is lost, one with heartbeats is not', async () => {
  let beats = 0;
  const { task, recorded, follow } = await setUp({
    intercept: (_, response) => {
      if (beats > 0) return false;
      response.writeHead(200, headers);
      const timer = setInterval(() => {
        response.write(':\n\n');
        if (++beats === 8) clearInterval(timer);
      }, 20);
    },
  });
  task.complete();
  follow({ stallMs: 100 });
  await recorded.when('complete');
  expect(beats, 'held open for longer than stallMs').toBe(8);
  expect(recorded.reconnects[0]?.reason.code).toBe('STALLED');
});
