import { beforeEach, describe, expect, test } from 'vitest';
import { isEnding } from '@image2model/protocol';
import { uuid } from '../support/jobs.ts';
import { eventually, expectWhole, listen, startFeed } from './support.ts';
import type { FeedServer, Listener, Received, Submitted } from './support.ts';

let server: FeedServer;
beforeEach(async () => {
  server = await startFeed();
});

const pathOf = (tasks: readonly { taskId: string }[]): string =>
  `/api/v1/status/stream?${tasks.map(({ taskId }) => `task_id=${taskId}`).join('&')}`;

/** That the events of each task are whole, its completion last, and no id comes twice. */
async function expectAllWhole(tasks: readonly Submitted[], events: readonly Received[]): Promise<void> {
  for (const { taskId } of tasks) {
    const own = events.map(({ event }) => event).filter(({ data }) => data.task_id === taskId);
    await expectWhole(server.engine, taskId, own);
    expect(own.at(-1)?.type).toBe('task_completed');
  }
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
}

describe('many tasks over one connection', () => {
  test('each come as in a stream of their own, ended ones too, and the stream ends with the last of them', async () => {
    const tasks = await Promise.all(Array.from({ length: 5 }, (_, index) => server.submit(index + 1)));
    await tasks[0]?.finish();
    const listener = await listen(server, pathOf(tasks));
    await listener.until(() => listener.events.length >= 2 + 3 + 4 + 5 + 6);
    for (const task of tasks.slice(1)) await task.finish();
    expect(await listener.closed).toBe(true);
    // To come back in an hour, which is said once all of them have ended.
    expect(listener.retries).toEqual([expect.any(Number), 3_600_000]);
    expect(listener.text()).toMatch(/event: task_completed\n[^\n]*\n[^\n]*\n\nretry: 3600000\n\n$/);
    expect(listener.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
    });
    await expectAllWhole(tasks, listener.events);
    await eventually(() => server.hub.stats().open === 0);
    expect(server.hub.stats().tasks).toBe(0);
  });

  test('a hundred of them, followed across a break at any event, lose nothing and repeat nothing', async () => {
    const tasks = await Promise.all(Array.from({ length: 100 }, () => server.submit()));
    const path = pathOf(tasks);
    const seen: Received[] = [];
    let listener: Listener | undefined;
    for (const [index, task] of tasks.entries()) {
      if (index % 10 === 0) {
        const last: string | undefined = seen.at(-1)?.id;
        listener = await listen(server, path, last === undefined ? {} : { headers: { 'last-event-id': last } });
      }
      await task.finish();
      if (index % 10 !== 9 || listener === undefined) continue;
      // Leaves in the middle of things: what is on its way then is lost to it.
      const upTo = index;
      await listener.until(() => (listener?.events.length ?? 0) > upTo / 10);
      listener.abort();
      await listener.closed;
      seen.push(...listener.events);
    }
    const rest = await listen(server, path, { headers: { 'last-event-id': seen.at(-1)?.id ?? '' } });
    await rest.closed;
    seen.push(...rest.events);
    await expectAllWhole(tasks, seen);
    expect(seen.filter(({ event }) => isEnding(event.type))).toHaveLength(100);
    expect(seen.at(-1)?.id.length).toBeLessThan(400);

    const after = await listen(server, path, { headers: { 'last-event-id': seen.at(-1)?.id ?? '' } });
    await after.closed;
    expect(after.status).toBe(204);
  });

  test('the order of the ids does not matter to the cursor, nor does naming one twice', async () => {
    const tasks = await Promise.all([server.submit(), server.submit()]);
    const first = await listen(server, pathOf(tasks));
    await first.until(() => first.events.length === 4);
    first.abort();
    const id = first.events.at(-1)?.id ?? '';
    const second = await listen(server, `${pathOf(tasks.toReversed().concat(tasks))}&last_event_id=${id}`);
    for (const task of tasks) await task.finish();
    await second.closed;
    const sequences = second.events
      .filter(({ event }) => event.data.task_id === tasks[0]?.taskId)
      .map(({ event }) => event.data.sequence);
    expect(sequences[0]).toBe(3);
  });

  test.each(['junk', '7', '0123456789ab-1.1', 'x'.repeat(9000)])(
    'a cursor that is none (%s) is answered as if it had sent none',
    async (cursor) => {
      const tasks = await Promise.all([server.submit(), server.submit()]);
      const listener = await listen(server, `${pathOf(tasks)}&last_event_id=${cursor}`);
      await listener.until(() => listener.events.length === 4);
      expect(listener.events.map(({ event }) => event.data.sequence)).toEqual([1, 2, 1, 2]);
      listener.abort();
    },
  );

  test('a reader that stands still has the newest of each key of each task wait', async () => {
    const tasks = await Promise.all([server.submit(2), server.submit(2)]);
    for (const task of tasks) await task.claim();
    const listener = await listen(server, pathOf(tasks));
    await listener.until(() => listener.events.length >= 6);
    listener.pause();
    const filler = '…'.repeat(8000);
    for (let change = 1; change < 4000 && server.hub.stats().waiting === 0; change += 1) {
      await tasks[change % 2]?.report(50, `${change} ${filler}`, change % 4 < 2 ? 0 : 1);
      if (change % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(server.hub.stats().waiting).toBe(1);
    for (let change = 1; change <= 1000; change += 1) {
      await tasks[change % 2]?.report(60, `Late ${change}`);
    }
    for (const task of tasks) await task.finish();
    listener.resume();
    expect(await listener.closed).toBe(true);
    await expectAllWhole(tasks, listener.events);
    // Of the thousand late ones none came, since each had an ending of its file to wait for.
    expect(listener.events.filter(({ event }) => /Late [1-9]\d\b/.test(JSON.stringify(event)))).toHaveLength(0);
  });

  test('leaves no feed behind when its client goes', async () => {
    const tasks = await Promise.all(Array.from({ length: 20 }, () => server.submit()));
    const listener = await listen(server, pathOf(tasks));
    await listener.until(() => listener.events.length === 40);
    expect(server.hub.stats()).toMatchObject({ open: 1, tasks: 20 });
    listener.abort();
    await eventually(() => server.hub.stats().open === 0);
    expect(server.hub.stats().tasks).toBe(0);
  });
});

describe('what is refused before any stream', () => {
  test('none, too many, malformed, unknown or foreign tasks', async () => {
    const mine = await server.submit();
    const foreign = await server.submit(1, { owner: 'another' });
    const many = Array.from({ length: 101 }, () => ({ taskId: uuid() }));
    const cases: [number, string, string][] = [
      [400, 'INVALID_REQUEST', '/api/v1/status/stream'],
      [400, 'INVALID_REQUEST', pathOf(many)],
      [400, 'INVALID_ID', `${pathOf([mine])}&task_id=x`],
      [404, 'TASK_NOT_FOUND', pathOf([mine, { taskId: uuid() }])],
      [404, 'TASK_NOT_FOUND', pathOf([mine, foreign])],
    ];
    for (const [status, code, path] of cases) {
      const listener = await listen(server, path);
      await listener.closed;
      expect(JSON.parse(listener.text()), path).toMatchObject({ status, code });
    }
    expect(server.hub.stats().open).toBe(0);
  });
});
