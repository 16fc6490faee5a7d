import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { problem } from '../support/feed-server.ts';
import { setUp } from '../support/set-up.ts';
import { listen, quick } from './support/listen.ts';
import { startRawServer, stream } from './support/raw-server.ts';

const after = stream('data: after\n\n', { close: false });

/** Where this client is not like `EventSource`, on purpose; by the first column of the table in `docs/sdk.md`. */
const differences: Record<string, () => Promise<void>> = {
  'an answer that is not an event stream': async () => {
    const server = await startRawServer(
      stream('<h1>Log in</h1>', { contentType: 'text/html' }),
      stream('', { status: 502 }),
      stream('', { status: 403 }),
      after,
    );
    const { calls } = listen(server.url);
    await expect.poll(() => calls).toEqual(['reconnecting', 'reconnecting', 'reconnecting', 'open', 'message']);
    const { recorded, follow } = await setUp({ intercept: (_, response) => problem(response, 404, 'TASK_NOT_FOUND') });
    const followed = follow();
    await recorded.when('error');
    expect([recorded.calls, followed.readyState()]).toEqual([['error'], 2]);
  },

  'a request that fails': async () => {
    // What a browser says of an answer without the CORS headers, and of a request that it has given up itself.
    const failures = [new TypeError('Failed to fetch'), new DOMException('The user aborted a request.', 'AbortError')];
    const server = await startRawServer(after);
    const { calls, reconnects } = listen(server.url, {
      fetch: (...given) => {
        const failure = failures.shift();
        return failure ? Promise.reject(failure) : fetch(...given);
      },
    });
    await expect.poll(() => calls).toEqual(['reconnecting', 'reconnecting', 'open', 'message']);
    expect(reconnects.map(({ reason }) => reason.code)).toEqual(['NETWORK_ERROR', 'NETWORK_ERROR']);
  },

  'status 204': async () => {
    const ended = stream('', { status: 204 });
    const server = await startRawServer(
      stream('id: 1\ndata: 1\n\n'),
      ended,
      stream('data: the ending\n\n'),
      ended,
      after,
    );
    const { events, calls } = listen(server.url);
    await expect.poll(() => calls.at(-1)).toBe('end');
    expect(events.map(({ data }) => data)).toEqual(['1', 'the ending']);
    const sent = server.requests.map(({ headers }) => headers['last-event-id']);
    expect(sent).toEqual([undefined, '1', undefined, undefined]);
  },

  'the wait before it reconnects': async () => {
    const server = await startRawServer(
      stream('retry: 60000\ndata: 1\n\n'),
      stream('', { status: 503, headers: { 'Retry-After': '1' } }),
      after,
    );
    const { reconnects } = listen(server.url, { backoff: { baseMs: 2, capMs: 20 } });
    await expect.poll(() => reconnects.length).toBe(2);
    // Not longer than the cap, and not shorter than Retry-After.
    expect(reconnects[0]?.delayMs).toBe(20);
    expect(reconnects[1]?.delayMs).toBeGreaterThanOrEqual(1_000);
  },

  silence: async () => {
    const server = await startRawServer(stream('data: 1\n\n', { close: false }), after);
    const { events, reconnects } = listen(server.url, { stallMs: 50 });
    await expect.poll(() => events.map(({ data }) => data)).toEqual(['1', 'after']);
    expect(reconnects[0]?.reason.code).toBe('STALLED');
  },

  'a very large event': async () => {
    const server = await startRawServer(stream(`data: 1\n\ndata: ${'x'.repeat(3_000_000)}\n\n`));
    const { calls, ends } = listen(server.url);
    await expect.poll(() => calls).toEqual(['open', 'message', 'end']);
    expect(ends[0]?.code).toBe('EVENT_TOO_LARGE');
  },

  'names of events': async () => {
    const { task, recorded, follow } = await setUp({
      intercept: (_, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        const data = `data: {"task_id":"${task.taskId}","sequence":9}\n\n`;
        response.end(`event: news\n${data}${data}data: hello\n\n${task.replay(undefined)?.join('')}`);
      },
    });
    task.complete();
    follow();
    await recorded.when('update completed');
    expect(recorded.calls).toEqual(['open', 'complete', 'update completed']);
  },

  'data that is no valid event': async () => {
    let requests = 0;
    const { task, server, recorded, follow } = await setUp({
      intercept: (_, response) => {
        if (requests++ > 0) return false;
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.end('event: task_progress\nid: 7\ndata: {"task_id":\n\nid: 8\n\n');
      },
    });
    task.complete();
    follow();
    await recorded.when('complete');
    expect(recorded.reconnects[0]?.reason.code).toBe('MALFORMED_EVENT');
    expect(server.requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, undefined]);
  },

  'the id of an event': async () => {
    const server = await startRawServer(
      stream('id: 1\ndata: 1\n\n'),
      stream('id: …\ndata: 2\n\n'),
      stream('id: a b\ndata: 3\n\n'),
      stream('id: \x01\ndata: 4\n\n'),
    );
    listen(server.url);
    await expect.poll(() => server.requests.length).toBe(5);
    expect(server.requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1', '1', '1', '1']);
  },

  'an event that comes again': async () => {
    const { task, recorded, follow } = await setUp({
      intercept: (_, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        for (const frame of [...first, ...first]) response.write(frame);
        response.end(task.replay(1)?.join(''));
      },
    });
    task.progress(10);
    const first = task.replay(undefined) ?? [];
    task.complete();
    follow();
    await recorded.when('complete');
    expect(recorded.only('progress')).toEqual(['progress 10']);
  },

  'the last event': async () => {
    const { task, server, recorded, follow } = await setUp();
    task.complete();
    const followed = follow();
    await recorded.when('complete');
    await expect.poll(() => [followed.readyState(), server.sockets.size]).toEqual([2, 0]);
    expect(server.requests).toHaveLength(1);
  },

  'the first cursor': async () => {
    const server = await startRawServer();
    listen(server.url, { lastEventId: '41' });
    await expect.poll(() => server.requests.map(({ headers }) => headers['last-event-id'])).toEqual(['41']);
  },

  credentials: async () => {
    const body = JSON.stringify({ code: 'UNAUTHENTICATED', detail: 'The key is unknown.', status: 401 });
    const server = await startRawServer(stream(body, { status: 401, contentType: 'application/problem+json' }), after);
    const { calls } = listen(server.url, { ...quick, apiKey: 'old', refreshAuth: () => 'new' });
    await expect.poll(() => calls).toEqual(['open', 'message']);
    const sent = server.requests.map(({ target, headers }) => [headers.authorization, target.includes('?')]);
    expect(sent).toEqual([
      ['Bearer old', false],
      ['Bearer new', false],
    ]);
  },
};

test.for(Object.entries(differences))('unlike EventSource: %s', async ([, check]) => {
  await check();
  expect.hasAssertions();
});

test('docs/sdk.md lists just these', async () => {
  const text = await readFile(join(import.meta.dirname, '../../../../docs/sdk.md'), 'utf8');
  const [, section = ''] = /\n## How it differs from EventSource\n(.*?)\n## /s.exec(text) ?? [];
  const [, ...rows] = [...section.matchAll(/^\| ([^|]+?) \|.*\|.*\|.*\|$/gm)].map(([, first]) => first);
  expect(rows).toEqual(Object.keys(differences));
});
