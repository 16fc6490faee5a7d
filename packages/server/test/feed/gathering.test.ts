import { expect, test } from 'vitest';
import { engineState, eventually, listen, startFeed, timers } from './support.ts';
import type { FeedServer, Listener, Submitted } from './support.ts';

/** From so many on, progress may gather. */
const many = 100;

/** So long that nothing leaves because its time is over. */
const forEver = 3_600_000;

let server: FeedServer;

interface Watched {
  task: Submitted;
  listeners: Listener[];
  report: (progress: number, file?: number) => Promise<number>;
}

/** A task that so many read, all of them live; what they have seen so far is forgotten. */
async function watched(readers: number, files = 2): Promise<Watched> {
  const task = await server.submit(files);
  await task.claim();
  const listeners = await Promise.all(Array.from({ length: readers }, () => listen(server, task.path)));
  const report = async (progress: number, file = 0): Promise<number> => {
    await task.report(progress, `At ${progress}`, file);
    return await task.newest();
  };
  // The first entry of each key tells its status, so it does not wait.
  let last = 0;
  for (let file = 0; file < files; file += 1) last = await report(1, file);
  await all(listeners, last);
  return { task, listeners, report };
}

async function all(listeners: Listener[], sequence: number): Promise<void> {
  await Promise.all(listeners.map(async (one) => await one.until(() => newest(one) >= sequence)));
}

const newest = (listener: Listener | undefined): number => Number(listener?.events.at(-1)?.id ?? 0);

/** Resolves when an entry that does not wait, written after all that has been written so far, has arrived. */
async function passes(): Promise<void> {
  const { listeners, report } = await watched(1);
  await all(listeners, await report(2));
  for (const listener of listeners) listener.abort();
}

test('where a task has many readers, progress right after other progress waits, for them alone', async () => {
  server = await startFeed({ gatherMs: forEver });
  const { listeners, report } = await watched(many);
  const before = newest(listeners[0]);
  const held = await report(10);
  await passes();
  expect(held).toBeGreaterThan(before);
  expect(listeners.map(newest)).toEqual(listeners.map(() => before));
});

test('where it has fewer, nothing ever waits', async () => {
  server = await startFeed({ gatherMs: forEver });
  const { listeners, report } = await watched(many - 1);
  for (let progress = 2; progress < 50; progress += 1) {
    const last = await report(progress);
    await all(listeners, last);
    expect(newest(listeners[0])).toBe(last);
  }
});

test('what waited leaves when its time is over, all of it and in order', async () => {
  server = await startFeed({ gatherMs: 20 });
  const { task, listeners, report } = await watched(many);
  let last = 0;
  for (let progress = 2; progress < 60; progress += 1) last = await report(progress, progress % 2);
  await all(listeners, last);
  const expected = (await server.engine.entries(task.taskId, 0))?.map(({ sequence }) => sequence) ?? [];
  for (const { events } of listeners) {
    const ids = events.map(({ id }) => Number(id));
    expect(ids).toEqual(expected.filter((sequence) => sequence >= (ids[0] ?? 0)));
  }
});

test('an ending waits for nothing, and what waited goes before it', async () => {
  server = await startFeed({ gatherMs: forEver });
  const { task, listeners, report } = await watched(many);
  await report(10);
  await report(20, 1);
  await report(30);
  await task.finish();
  const expected = (await server.engine.entries(task.taskId, 0))?.map(({ sequence }) => sequence) ?? [];
  const state = await engineState(server.engine, task.taskId);
  for (const listener of listeners) {
    expect(await listener.closed).toBe(true);
    const ids = listener.events.map(({ id }) => Number(id));
    expect(ids).toEqual(expected.filter((sequence) => sequence >= (ids[0] ?? 0)));
    expect(listener.events.at(-1)?.type).toBe('task_completed');
    expect(listener.state(task.taskId)).toEqual(state);
  }
});

test('a changed status waits for nothing, and what waited goes before it', async () => {
  server = await startFeed({ gatherMs: forEver });
  const { task, listeners, report } = await watched(many);
  const held = await report(10);
  await server.engine.cancel(task.taskId, task.leases[1]?.file.fileId);
  await Promise.all(
    listeners.map(async (one) => {
      await one.until(() =>
        one.events.some(({ event }) => 'status' in event.data && event.data.status === 'cancelled'),
      );
    }),
  );
  for (const { events } of listeners) {
    const ids = events.map(({ id }) => Number(id));
    expect(ids).toContain(held);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  }
});

test('a client that comes while entries wait sees each once', async () => {
  server = await startFeed({ gatherMs: forEver });
  const { task, listeners, report } = await watched(many);
  const held = await report(10);
  const late = await listen(server, task.path);
  await late.until(() => newest(late) === held);
  await task.finish();
  await Promise.all([...listeners, late].map(async ({ closed }) => await closed));
  for (const { events } of [...listeners, late]) {
    const ids = events.map(({ id }) => id);
    expect(ids.filter((id) => id === String(held))).toHaveLength(1);
    expect(ids).toEqual([...new Set(ids)]);
  }
});

test('a server that closes sends what waits before it sends its readers away', async () => {
  server = await startFeed({ gatherMs: forEver });
  const { listeners, report } = await watched(many);
  const held = await report(10);
  await server.hub.close();
  for (const listener of listeners) {
    expect(await listener.closed).toBe(true);
    expect(newest(listener)).toBe(held);
  }
});

test('readers that leave take the waiting with them', async () => {
  server = await startFeed({ gatherMs: forEver });
  const { listeners, report } = await watched(many);
  const before = timers();
  await report(10);
  expect(timers()).toBeGreaterThan(before);
  for (const listener of listeners) listener.abort();
  await eventually(() => server.hub.stats().tasks === 0);
  expect(timers()).toBeLessThanOrEqual(before);
});
