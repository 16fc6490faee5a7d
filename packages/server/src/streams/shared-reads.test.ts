import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Entry, TaskRow } from '../engine/contract.ts';
import { Feed } from '../engine/feed.ts';
import { Feeds } from './feeds.ts';
import { Wheel } from './wheel.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const reader = { deliver: () => undefined };

/** An engine with one task, that counts what is read of it. */
function createStore() {
  const feed = new Feed((error) => expect.unreachable(String(error)));
  const reads = { task: 0, entries: 0 };
  const entries: Entry[] = [];
  const store = { reads, status: 'processing' as TaskRow['status'], fails: false, write };
  function write(): void {
    const sequence = entries.length + 1;
    entries.push({ taskId: 'task', key: 'file', sequence, type: 'file_update', data: '{}' });
    feed.publish('task', entries.slice(-1));
  }
  const feeds = new Feeds(
    {
      async task(taskId) {
        reads.task += 1;
        const row = { taskId, jobId: 'job', owner: 'owner', createdAt: 0, startedAt: null, finishedAt: null };
        return { ...row, status: store.status };
      },
      async entries() {
        reads.entries += 1;
        if (store.fails) throw new Error('locked');
        return entries.slice(-1);
      },
      subscribe: async (taskId, listener) => feed.subscribe(taskId, listener),
    },
    { gatherMs: 20, wheel: new Wheel({ tickMs: 250, slots: 61 }) },
  );
  return { feeds, store, reads, write };
}

test('a task that is followed is read once for all who open it together', async () => {
  const { feeds, reads, write } = createStore();
  write();
  await feeds.join('task', reader);
  const opened = Array.from({ length: 10 }, () => Promise.all([feeds.task('task'), feeds.newest('task')]));
  for (const [task, entries] of await Promise.all(opened)) {
    expect(task?.owner).toBe('owner');
    expect(entries?.map(({ sequence }) => sequence)).toEqual([1]);
  }
  expect(reads).toEqual({ task: 1, entries: 1 });
});

test('with the next entry of a task it is read again', async () => {
  const { feeds, write } = createStore();
  await feeds.join('task', reader);
  for (let sequence = 1; sequence <= 3; sequence += 1) {
    write();
    expect((await feeds.newest('task'))?.at(-1)?.sequence).toBe(sequence);
  }
});

test('a task that nobody follows is read each time', async () => {
  const { feeds, reads } = createStore();
  await feeds.join('task', reader);
  await feeds.task('task');
  feeds.leave('task', reader);
  await Promise.all([feeds.task('task'), feeds.task('task')]);
  expect(reads.task).toBe(3);
  expect(vi.getTimerCount()).toBe(0);
});

test('a task that has ended is read each time', async () => {
  const { feeds, reads, store } = createStore();
  await feeds.join('task', reader);
  store.status = 'completed';
  await feeds.task('task');
  await feeds.task('task');
  expect(reads.task).toBe(2);
});

test('what is read is kept for a second at most', async () => {
  const { feeds, reads } = createStore();
  await feeds.join('task', reader);
  await feeds.newest('task');
  vi.advanceTimersByTime(999);
  await feeds.newest('task');
  expect(reads.entries).toBe(1);
  vi.advanceTimersByTime(1);
  await feeds.newest('task');
  expect(reads.entries).toBe(2);
});

test('a read that fails is not shared with those who come later', async () => {
  const { feeds, store } = createStore();
  await feeds.join('task', reader);
  store.fails = true;
  await expect(feeds.newest('task')).rejects.toThrow('locked');
  store.fails = false;
  expect(await feeds.newest('task')).toEqual([]);
});
