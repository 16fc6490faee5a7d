import { eventListSchema, isEnding } from '@image2model/protocol';
import { beforeEach, describe, expect, test } from 'vitest';
import { combinedPathOf, eventsOf, pathOf, pollerOf } from './poller.ts';
import type { Poller } from './poller.ts';
import { completed, eventually, expectWhole, listen, startFeed, timers } from './support.ts';
import type { FeedServer } from './support.ts';

let server: FeedServer;
let poller: Poller;
beforeEach(async () => {
  await startWith();
});

async function startWith(...options: Parameters<typeof startFeed>): Promise<void> {
  server = await startFeed(...options);
  poller = pollerOf(server);
}

describe('a chain of polls', () => {
  test('while a task works brings each event once, in order, its ending last, then 204', async () => {
    const task = await server.submit(3);
    const followers = [poller.follow(pathOf(task)), poller.follow(pathOf(task)), poller.follow(pathOf(task), '1')];
    await task.claim();
    for (let progress = 1; progress <= 60; progress += 1) {
      await task.report(progress, `Step ${progress}`, progress % 3);
      if (progress % 7 === 0) await eventually(() => server.hub.stats().open > 0);
    }
    await task.finish();
    const all = (await server.engine.entries(task.taskId, 0)) ?? [];
    for (const follower of followers) {
      const events = await follower;
      await expectWhole(server.engine, task.taskId, eventsOf(events));
      expect(events.at(-1)?.event).toBe('task_completed');
      for (const { id, data } of events) expect(id).toBe(String(data.sequence));
    }
    // From the first entry on nothing is left out.
    const whole = await followers[2];
    expect(whole?.map(({ data }) => data.sequence)).toEqual(all.slice(1).map(({ sequence }) => sequence));
    expect(server.hub.stats()).toMatchObject({ open: 0, tasks: 0 });
  });

  test('gathers mere progress for a tick from one answer to the next, and is told at once what has ended', async () => {
    // A tick of this wheel is longer than the test may last.
    await startWith({ heartbeatMs: 60 * 120_000 });
    const task = await server.submit(2);
    await task.claim();
    const first = await poller.poll(pathOf(task));
    await task.report(10);
    const asked = poller.poll(pathOf(task), first?.last_event_id);
    await poller.waiting();
    await task.report(20);
    // It is there for whoever does not wait.
    const now = await poller.poll(pathOf(task), first?.last_event_id, '&wait=0');
    expect(now?.events.at(-1)?.data).toMatchObject({ progress: 10 });
    expect(server.hub.stats().open).toBe(1);
    for (const lease of task.leases) await server.engine.finish(lease.token, completed(lease));
    const second = await asked;
    const rest = await poller.follow(pathOf(task), second?.last_event_id);
    await expectWhole(
      server.engine,
      task.taskId,
      eventsOf([first, second].flatMap((page) => page?.events ?? []).concat(rest)),
    );
    expect(second?.events.slice(0, now?.events.length)).toEqual(now?.events);
    expect(second?.events.some(({ data }) => 'status' in data && data.status === 'completed')).toBe(true);
  });

  test('waits for what comes next, however soon it is asked for', async () => {
    await startWith({ heartbeatMs: 60 * 100 });
    const task = await server.submit();
    await task.claim();
    const first = await poller.poll(pathOf(task));
    const asked = poller.poll(pathOf(task), first?.last_event_id);
    await poller.waiting();
    // Some ticks of this wheel.
    await new Promise((resolve) => setTimeout(resolve, 300));
    await task.report(10);
    const second = await asked;
    expect(second?.events.map(({ data }) => 'progress' in data && data.progress)).toContain(10);
  });

  test('takes turns with the other polls of its owner while there is mere progress alone', async () => {
    // A tick of this wheel is longer than the test may last.
    await startWith({ heartbeatMs: 60 * 120_000 });
    const [first, second, foreign] = [
      await server.submit(),
      await server.submit(),
      await server.submit(1, { owner: 'another' }),
    ];
    for (const task of [first, second, foreign]) await task.claim();
    await poller.poll(pathOf(first));
    const asked = poller.poll(pathOf(second), String(await second.newest()));
    const askedByAnother = poller.ask(`${pathOf(foreign)}?after=${await foreign.newest()}`, { 'x-owner': 'another' });
    await poller.waiting(2);
    for (const task of [second, foreign]) await task.report(10);
    expect((await askedByAnother).status).toBe(200);
    expect(server.hub.stats().open).toBe(1);
    await second.finish();
    const progress = (await asked)?.events.map(({ data }) => 'progress' in data && data.progress);
    expect(progress).toEqual(expect.arrayContaining([10, 100]));
  });

  test('over several tasks brings each of them whole, and ends with the last', async () => {
    const tasks = await Promise.all([1, 2, 3].map((files) => server.submit(files)));
    await tasks[0]?.finish();
    const path = combinedPathOf(tasks.toReversed());
    const follower = poller.follow(path);
    await poller.waiting();
    for (const task of tasks.slice(1)) {
      await task.claim();
      for (const progress of [10, 20, 30]) await task.report(progress);
      await task.finish();
    }
    const events = await follower;
    for (const { taskId } of tasks) {
      const own = eventsOf(events).filter(({ data }) => data.task_id === taskId);
      await expectWhole(server.engine, taskId, own);
    }
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });
});

describe('a cursor', () => {
  test('is understood as after, as last_event_id and as the header, which wins', async () => {
    const task = await server.submit();
    await task.claim();
    for (const progress of [1, 2, 3, 4]) await task.report(progress);
    const last = await task.newest();
    const ways: [string, Record<string, string>][] = [
      [`?after=${last - 1}`, {}],
      [`?last_event_id=${last - 1}`, {}],
      [`?lastEventId=${last - 1}`, {}],
      [`?evs_last_event_id=${last - 1}`, {}],
      ['', { 'last-event-id': String(last - 1) }],
      ['?after=1', { 'last-event-id': String(last - 1) }],
    ];
    for (const [query, headers] of ways) {
      const page = eventListSchema.parse(await (await poller.ask(pathOf(task) + query, headers)).json());
      expect(page.events.map(({ data }) => data.sequence)).toEqual([last]);
      expect(page.last_event_id).toBe(String(last));
    }
  });

  test.each(['-1', '1e3', 'x', '99999999', '9007199254740993', '9'.repeat(5000), '007', '%00'])(
    'that is none (%s) counts as none',
    async (cursor) => {
      const task = await server.submit(2);
      const page = await poller.poll(pathOf(task), cursor);
      const newest = (await server.engine.entries(task.taskId)) ?? [];
      expect(page?.events.map(({ data }) => data.sequence)).toEqual(newest.map(({ sequence }) => sequence));
      const both = await poller.poll(combinedPathOf([task, await server.submit()]), cursor);
      expect(both?.events).toHaveLength(5);
    },
  );

  test('is good for the stream, and one of the stream for a poll, of several tasks too', async () => {
    const tasks = await Promise.all([server.submit(), server.submit()]);
    const [page, both] = [await poller.poll(pathOf(tasks[0])), await poller.poll(combinedPathOf(tasks))];
    for (const task of tasks) await task.finish();
    const single = await listen(server, `${tasks[0].path}?last_event_id=${page?.last_event_id}`);
    await single.closed;
    const rest = await poller.follow(pathOf(tasks[0]), page?.last_event_id);
    expect(single.events.map(({ id }) => id)).toEqual(rest.map(({ id }) => id));
    const combined = await listen(
      server,
      `${combinedPathOf(tasks).replace('/events', '/stream')}&last_event_id=${both?.last_event_id}`,
    );
    await combined.closed;
    const others = await poller.follow(combinedPathOf(tasks), both?.last_event_id);
    expect(combined.events.map(({ id }) => id)).toEqual(others.map(({ id }) => id));
    expect(await poller.poll(combinedPathOf(tasks), combined.events.at(-1)?.id)).toBeUndefined();
  });

  test('that is far behind gets the newest of each key and the exact tail', async () => {
    const task = await server.submit();
    await task.claim();
    for (let step = 1; step <= 1300; step += 1) await task.report(50, `Step ${step}`);
    const kept = (await server.engine.entries(task.taskId, 1)) ?? [];
    expect(kept[0]?.sequence).toBeGreaterThan(2);
    const seen: number[] = [];
    for (let cursor = '1'; seen.at(-1) !== kept.at(-1)?.sequence;) {
      const page = await poller.poll(pathOf(task), cursor);
      seen.push(...(page?.events ?? []).map(({ data }) => data.sequence));
      cursor = page?.last_event_id ?? '';
    }
    expect(seen).toEqual(kept.map(({ sequence }) => sequence));
  });

  test('after a great deal is answered in parts, none of which leaves anything out', async () => {
    const tasks = await Promise.all([server.submit(), server.submit()]);
    for (const task of tasks) {
      await task.claim();
      for (let step = 1; step <= 200; step += 1) await task.report(50, `Step ${step} ${'…'.repeat(9000)}`);
    }
    const first = await poller.poll(combinedPathOf(tasks), undefined, '&wait=0');
    let pages = 0;
    const seen = new Set<string>();
    for (let page = await poller.poll(pathOf(tasks[0]), '0', '&wait=0'); page?.events.length; pages += 1) {
      for (const { id } of page.events) seen.add(id);
      expect(JSON.stringify(page).length).toBeLessThan(1_100_000);
      page = await poller.poll(pathOf(tasks[0]), page.last_event_id, '&wait=0');
    }
    expect(pages).toBeGreaterThan(1);
    expect(seen.size).toBe((await server.engine.entries(tasks[0].taskId, 0))?.length);
    for (const task of tasks) await task.finish();
    const rest = eventsOf([
      ...(first?.events ?? []),
      ...(await poller.follow(combinedPathOf(tasks), first?.last_event_id)),
    ]);
    for (const { taskId } of tasks) {
      await expectWhole(
        server.engine,
        taskId,
        rest.filter(({ data }) => data.task_id === taskId),
      );
    }
  });
});

describe('a wait', () => {
  test('that brings nothing ends with no events and the cursor that was given', async () => {
    await startWith({ heartbeatMs: 600 });
    const task = await server.submit();
    const page = await poller.poll(pathOf(task));
    for (const wait of ['0', '0.1']) {
      expect(await poller.poll(pathOf(task), page?.last_event_id, `&wait=${wait}`)).toEqual({
        events: [],
        last_event_id: page?.last_event_id,
      });
    }
    const tasks = [task, await server.submit()];
    const both = await poller.poll(combinedPathOf(tasks));
    expect(await poller.poll(combinedPathOf(tasks), both?.last_event_id, '&wait=0')).toEqual({
      events: [],
      last_event_id: both?.last_event_id,
    });
    expect(server.hub.stats()).toMatchObject({ open: 0, tasks: 0 });
  });

  test.each(['-1', '26', 'x', '', '%20', '1s', 'NaN', 'Infinity', '5&wait=5'])(
    'that is none (%s) is refused',
    async (wait) => {
      const task = await server.submit();
      const response = await poller.ask(`${pathOf(task)}?wait=${wait}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: 'INVALID_REQUEST' });
    },
  );

  test('costs no timer of its own', async () => {
    const task = await server.submit();
    const page = await poller.poll(pathOf(task));
    const before = timers();
    const polls = Array.from({ length: 50 }, async () => await poller.poll(pathOf(task), page?.last_event_id));
    await poller.waiting(50);
    expect(server.hub.stats()).toMatchObject({ open: 50, tasks: 1 });
    // One for all of them. Others may run for a moment: the engine's, or of a client.
    await expect.poll(timers).toBeLessThanOrEqual(before + 1);
    await task.claim();
    for (const one of await Promise.all(polls)) expect(one?.events.length).toBeGreaterThan(0);
  });
});

test('an ending that comes between two polls is not lost', async () => {
  const task = await server.submit();
  const page = await poller.poll(pathOf(task));
  await task.finish();
  const rest = await poller.poll(pathOf(task), page?.last_event_id);
  expect(rest?.events.filter(({ event }) => isEnding(event))).toHaveLength(1);
  expect(await poller.poll(pathOf(task), rest?.last_event_id)).toBeUndefined();
  expect(server.hub.stats()).toMatchObject({ open: 0, tasks: 0 });
});
