import { describe, expect, test } from 'vitest';
import { listen } from './support/listen.ts';
import { startRawServer, stream } from './support/raw-server.ts';
import type { Answer } from './support/raw-server.ts';

const body = 'id: 7\ndata: data\n\n';
const after = stream('data: after\n\n', { close: false });

/** What becomes of a client that gets this answer first and a good one then. */
async function receive(answer: Answer) {
  const server = await startRawServer(answer, after);
  const { events, calls, ends, reconnects, connection } = listen(server.url);
  await expect.poll(() => calls.includes('end') || events.at(-1)?.data === 'after').toBe(true);
  const texts = events.map(({ data }) => data);
  return {
    server,
    calls,
    ends,
    texts,
    reasons: reconnects.map(({ reason }) => reason),
    state: connection.readyState(),
  };
}

describe('content type', () => {
  test.for([
    'text/event-stream',
    'TEXT/Event-Stream',
    'text/event-stream;',
    'text/event-stream; charset=utf-8',
    'text/event-stream ;charset=UTF-8; x="a;b"',
    'text/event-stream;charset=windows-1252',
    'text/event-stream; bogus',
  ])('%s is an event stream', async (contentType) => {
    const { texts, calls } = await receive(stream(body, { contentType }));
    expect(texts).toEqual(['data', 'after']);
    expect(calls).toEqual(['open', 'message', 'reconnecting', 'open', 'message']);
  });

  test.for([
    'text/event-streamX',
    'text/event-stream/x',
    'text/event-stream, text/html',
    'text/event-strea',
    'text/ event-stream',
    'xtext/event-stream',
    'text/html;text/event-stream',
    'text/x-bogus',
    'x bogus',
    'text/html',
    'application/json',
    '',
    undefined,
  ])('%s is none: nothing of it is used, and it is tried again', async (contentType) => {
    const { texts, calls, reasons, server } = await receive(stream(body, { contentType }));
    expect(texts).toEqual(['after']);
    expect(calls).toEqual(['reconnecting', 'open', 'message']);
    expect(reasons[0]).toMatchObject({ code: 'NOT_AN_EVENT_STREAM', status: 200 });
    expect(server.requests[1]?.headers).not.toHaveProperty('last-event-id');
  });
});

describe('status', () => {
  test('204 to a client without a cursor ends it', async () => {
    const server = await startRawServer(stream('', { status: 204 }), after);
    const { calls } = listen(server.url);
    await expect.poll(() => calls).toEqual(['end']);
    expect(server.requests).toHaveLength(1);
  });

  // As event streams: a status other than 200 counts for more than the type.
  test.for([201, 202, 205, 206, 210, 299, 300, 304, 400, 403, 404, 410, 418, 451, 500, 502, 503, 504, 599])(
    '%i from somewhere on the way: nothing of it is used, and it is tried again',
    async (status) => {
      const empty = status === 205 || status === 304;
      const { texts, calls, reasons } = await receive(stream(empty ? '' : body, { status }));
      expect(texts).toEqual(['after']);
      expect(calls).toEqual(['reconnecting', 'open', 'message']);
      expect(reasons[0]).toMatchObject({ status });
    },
  );

  test.for([400, 403, 404, 410])('%i with HTML, as proxies send it, is tried again', async (status) => {
    const answer = stream('<h1>Not here</h1>', { status, contentType: 'text/html' });
    expect((await receive(answer)).calls).toEqual(['reconnecting', 'open', 'message']);
  });

  test.for([400, 403, 404, 410])('%i with the code of our own server is final', async (status) => {
    const problem = JSON.stringify({ type: 'about:blank', title: 'No', status, detail: 'No.', code: 'TASK_NOT_FOUND' });
    const { calls, ends } = await receive(stream(problem, { status, contentType: 'application/problem+json' }));
    expect(calls).toEqual(['end']);
    expect(ends[0]).toMatchObject({ status, code: 'TASK_NOT_FOUND', message: 'No.' });
  });
});

test('an answer that is no HTTP, none at all, or breaks within its head is tried again', async () => {
  const server = await startRawServer(
    (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
    (socket) => socket.end(),
    (socket) => socket.destroy(),
    (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Type: text/event-str'),
    after,
  );
  const { calls, ends } = listen(server.url);
  await expect.poll(() => calls.at(-1)).toBe('message');
  expect(calls.filter((call) => call === 'reconnecting').length).toBeGreaterThanOrEqual(4);
  expect(ends).toEqual([]);
});
