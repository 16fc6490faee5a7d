import { expect, test, vi } from 'vitest';
import { problem } from '../test/support/feed-server.ts';
import { setUp } from '../test/support/set-up.ts';
import { TaskLog } from '../test/support/task-log.ts';

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

test('204 ends the stream without a callback', async () => {
  const { task, recorded, follow } = await setUp();
  task.complete();
  const stream = follow({ lastEventId: String(task.sequence) });
  await vi.waitFor(() => expect(stream.readyState()).toBe(2));
  expect(recorded.calls).toEqual([]);
});

test('a response that is not an event stream ends it with a clear error', async () => {
  const { recorded, follow } = await setUp({
    intercept: (_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html>'),
  });
  follow();
  await recorded.when('error');
  expect(recorded.errors[0]).toMatchObject({ code: 'NOT_AN_EVENT_STREAM' });
  expect(recorded.errors[0]?.message).toContain('text/html');
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
