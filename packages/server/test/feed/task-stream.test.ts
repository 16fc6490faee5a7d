import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, test } from 'vitest';
import { uuid } from '../support/jobs.ts';
import { completed, engineState, eventually, expectWhole, listen, startFeed } from './support.ts';
import type { FeedServer } from './support.ts';

let server: FeedServer;
beforeEach(async () => {
  server = await startFeed();
});

const sequences = (events: { id: string }[]): number[] => events.map(({ id }) => Number(id));

describe('a client without a cursor', () => {
  test('gets the newest entry of each key in order, then every change, the ending last, then the close', async () => {
    const task = await server.submit(3);
    await task.claim();
    for (const progress of [10, 20, 30]) await task.report(progress);
    const listener = await listen(server, task.path);
    const newest = (await server.engine.entries(task.taskId)) ?? [];
    await listener.until(() => listener.events.length >= newest.length);
    expect(sequences(listener.events)).toEqual(newest.map(({ sequence }) => sequence));
    expect(listener.events).toHaveLength(4);

    await task.report(50, 'Building', 1);
    await task.finish();
    expect(await listener.closed).toBe(true);
    const all = (await server.engine.entries(task.taskId, newest.at(-1)?.sequence)) ?? [];
    expect(sequences(listener.events.slice(newest.length))).toEqual(all.map(({ sequence }) => sequence));
    expect(listener.events.at(-1)?.type).toBe('task_completed');
    expect(listener.state(task.taskId)).toEqual(await engineState(server.engine, task.taskId));
  });

  test('is told at once that the stream is open, with the headers that keep proxies from holding it', async () => {
    const task = await server.submit();
    const listener = await listen(server, task.path);
    await listener.until(() => listener.events.length > 0);
    expect(listener.status).toBe(200);
    expect(listener.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-request-id': expect.stringMatching(/^[\da-f-]{36}$/),
      connection: 'close',
    });
    expect(listener.headers).not.toHaveProperty('content-encoding');
    expect(listener.text()).toMatch(/^: \n\nretry: \d+\n\nevent: /);
    expect(listener.retries[0]).toBeGreaterThanOrEqual(500);
    expect(listener.retries[0]).toBeLessThanOrEqual(1500);
    listener.abort();
  });

  test('finds an ended task ended: final entries, ending, close', async () => {
    const task = await server.submit(2);
    await task.finish();
    const listener = await listen(server, task.path);
    expect(await listener.closed).toBe(true);
    expect(listener.events.map(({ type }) => type)).toEqual(['file_update', 'file_update', 'task_completed']);
    await eventually(() => server.hub.stats().open === 0);
    expect(server.hub.stats().tasks).toBe(0);
  });
});

describe('a polyfill for an engine that holds back the beginning', () => {
  test.each([
    ['padding=true', 2048],
    ['evs_preamble=2056&evs_buffer_size_limit=262144', 2056],
    ['evs_preamble=99999999', 4096],
    ['evs_preamble=-1', 0],
    ['evs_preamble=x', 0],
    ['padding=', 0],
  ])('gets as much as it asks for (%s), within bounds', async (query, length) => {
    const task = await server.submit();
    await task.finish();
    const listener = await listen(server, `${task.path}?${query}`);
    await listener.closed;
    expect(listener.text().indexOf('retry:')).toBe(length + 4);
    expect(listener.events).toHaveLength(2);
  });
});

describe('a client that never closes', () => {
  test('is told with the ending, and not before, to come back in an hour', async () => {
    const task = await server.submit(2);
    const [live, again] = [await listen(server, task.path), await listen(server, task.path)];
    await live.until(() => live.events.length > 0);
    again.abort();
    await task.finish();
    const late = [await listen(server, task.path), await listen(server, `${task.path}?last_event_id=2`)];
    for (const listener of [live, ...late]) {
      expect(await listener.closed).toBe(true);
      expect(listener.retries).toEqual([expect.any(Number), 3_600_000]);
      expect(listener.retries[0]).toBeLessThan(2000);
      // Behind the ending: whoever is cut before it is back soon.
      expect(listener.text()).toMatch(/event: task_completed\n[^\n]*\n[^\n]*\n\nretry: 3600000\n\n$/);
    }
    expect(again.text()).not.toContain('3600000');
  });
});

describe('a client with a cursor', () => {
  test.each(['Last-Event-ID', 'last_event_id', 'lastEventId', 'evs_last_event_id', 'last-event-id'])(
    'resumes after it, as %s',
    async (way) => {
      const task = await server.submit();
      await task.claim();
      for (let progress = 1; progress <= 20; progress += 1) await task.report(progress);
      const kept = (await server.engine.entries(task.taskId, 0)) ?? [];
      const after = kept[3]?.sequence ?? 0;
      const listener =
        way === 'Last-Event-ID'
          ? await listen(server, task.path, { headers: { [way]: String(after) } })
          : await listen(server, `${task.path}?${way}=${after}`);
      await task.finish();
      await listener.closed;
      const expected = (await server.engine.entries(task.taskId, after)) ?? [];
      expect(sequences(listener.events)).toEqual(expected.map(({ sequence }) => sequence));
      expect(expected.length).toBeGreaterThan(20);
    },
  );

  test('that stands in both places goes by the header, which is the newer one', async () => {
    const task = await server.submit();
    await task.claim();
    for (const progress of [1, 2, 3]) await task.report(progress);
    const last = await task.newest();
    const listener = await listen(server, `${task.path}?last_event_id=1`, {
      headers: { 'last-event-id': String(last) },
    });
    await task.report(50);
    await listener.until(() => listener.events.length > 0);
    expect(sequences(listener.events)[0]).toBe(last + 1);
    listener.abort();
  });

  test('that a polyfill appends is newer than the one of its address, and none is as good as no parameter', async () => {
    const task = await server.submit();
    await task.finish();
    const last = await task.newest();
    const queries = ['last_event_id=1&lastEventId=', 'lastEventId=1&lastEventId=', 'lastEventId=&evs_last_event_id='];
    for (const query of [...queries.map((start) => start + last), `evs_last_event_id=${last}&lastEventId=`]) {
      const listener = await listen(server, `${task.path}?${query}`);
      expect(listener.status).toBe(204);
    }
  });

  test.each(['-1', '1e3', '1.5', 'x', '99999999', '9007199254740993', '9'.repeat(5000), ' 3', '0x1', '%00', '007'])(
    'that is none (%s) is answered as if it had sent none',
    async (cursor) => {
      const task = await server.submit(2);
      await task.claim();
      for (const progress of [1, 2, 3]) await task.report(progress);
      const newest = (await server.engine.entries(task.taskId)) ?? [];
      const path = `${task.path}?last_event_id=${cursor.startsWith('%') ? cursor : encodeURIComponent(cursor)}`;
      const listener = await listen(server, path);
      await listener.until(() => listener.events.length >= newest.length);
      expect(sequences(listener.events)).toEqual(newest.map(({ sequence }) => sequence));
      listener.abort();
    },
  );

  test('that is the ending gets 204, which stops an EventSource', async () => {
    const task = await server.submit();
    await task.finish();
    const last = await task.newest();
    const listener = await listen(server, task.path, { headers: { 'last-event-id': String(last) } });
    expect(listener.status).toBe(204);
    expect(await listener.closed).toBe(true);
    expect(listener.text()).toBe('');
    await eventually(() => server.hub.stats().open === 0);
    expect(server.hub.stats().tasks).toBe(0);
  });

  test('that is ahead of an ended task gets it all, so that no gap stays silent', async () => {
    const task = await server.submit();
    await task.finish();
    const listener = await listen(server, task.path, { headers: { 'last-event-id': '4000' } });
    await listener.closed;
    expect(listener.events.map(({ type }) => type)).toEqual(['file_update', 'task_completed']);
  });
});

describe('what is refused before any stream', () => {
  test.each([
    [404, 'TASK_NOT_FOUND', `/api/v1/status/tasks/${uuid()}/stream`],
    [400, 'INVALID_ID', '/api/v1/status/tasks/not-an-id/stream'],
    [400, 'INVALID_ID', '/api/v1/status/tasks/..%2f..%2fetc/stream'],
  ])('%i %s', async (status, code, path) => {
    const listener = await listen(server, path);
    await listener.closed;
    expect(listener.status).toBe(status);
    expect(listener.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(JSON.parse(listener.text())).toMatchObject({ status, code });
  });

  test("somebody else's task is answered like one that does not exist", async () => {
    const task = await server.submit(1, { owner: 'another' });
    const listener = await listen(server, task.path);
    await listener.closed;
    expect(listener.status).toBe(404);
    expect(JSON.parse(listener.text())).toMatchObject({ code: 'TASK_NOT_FOUND' });
  });

  test('a stream that is pipelined behind another', async () => {
    const task = await server.submit();
    const socket = connect(server.port, '127.0.0.1');
    const get = `GET ${task.path} HTTP/1.1\r\nHost: x\r\n\r\n`;
    socket.write(get + get);
    await eventually(() => server.requests.length === 2);
    await eventually(() => server.hub.stats().open === 1);
    await task.finish();
    // The first ends as ever; the connection closes with it, so the second is never answered.
    expect((await text(socket)).match(/event: task_completed/g)).toHaveLength(1);
  });
});

describe('other ways to ask', () => {
  test('HEAD tells the headers and opens nothing', async () => {
    const task = await server.submit();
    const listener = await listen(server, task.path, { method: 'HEAD' });
    await listener.closed;
    expect(listener.status).toBe(200);
    expect(listener.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
    });
    expect(server.hub.stats().opened).toBe(0);
  });

  test('a client of HTTP/1.0 gets the frames as they are, up to the close', async () => {
    const task = await server.submit();
    const socket = connect(server.port, '127.0.0.1');
    socket.write(`GET ${task.path} HTTP/1.0\r\nHost: x\r\n\r\n`);
    await eventually(() => server.hub.stats().open === 1);
    await task.finish();
    const [head = '', ...body] = (await text(socket)).split('\r\n\r\n');
    expect(head).not.toMatch(/transfer-encoding/i);
    expect(body.join('')).toMatch(
      /^: \n\nretry: \d+\n\nevent: [^\r]*event: task_completed\nid: \d+\ndata: [^\r\n]*\n\nretry: 3600000\n\n$/,
    );
  });

  test('the answer is one write with its replay, in chunks whose sizes are right in any script', async () => {
    const task = await server.submit(1, {});
    await task.claim();
    await task.report(5, 'Räume → 立体 🪑');
    const listener = await listen(server, task.path);
    await task.finish();
    expect(await listener.closed).toBe(true);
    expect(listener.text()).toContain('Räume → 立体 🪑');
  });
});

test('readers of one task get the very same bytes, each once, whenever they came', async () => {
  const task = await server.submit(2);
  await task.claim();
  const listeners = [await listen(server, task.path)];
  for (let progress = 1; progress <= 30; progress += 1) {
    await task.report(progress, 'Building', progress % 2);
    if (progress % 10 === 0) listeners.push(await listen(server, task.path));
  }
  for (const lease of task.leases) await server.engine.finish(lease.token, completed(lease));
  for (const listener of listeners) {
    expect(await listener.closed).toBe(true);
    const events = listener.events.map(({ event }) => event);
    await expectWhole(server.engine, task.taskId, events);
    expect(sequences(listener.events)).toEqual(events.map(({ data }) => data.sequence));
    expect(events.at(-1)?.type).toBe('task_completed');
  }
});
