import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Entry } from '../engine/contract.ts';
import { Feed } from '../engine/feed.ts';
import { Feeds } from './feeds.ts';
import { Wheel } from './wheel.ts';
import type { Batch } from './wire.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

interface Arrival {
  at: number;
  sequences: number[];
}

/** One entry of mere progress every so many ms, 50 in all, to so many readers; what one of them was given, and when. */
async function follow(readers: number, everyMs: number): Promise<{ arrivals: Arrival[]; writtenAt: number[] }> {
  const feed = new Feed((error) => expect.unreachable(String(error)));
  const engine = {
    task: () => expect.unreachable(),
    entries: () => expect.unreachable(),
    subscribe: async (task: string, listener: (entries: readonly Entry[]) => void) => feed.subscribe(task, listener),
  };
  const feeds = new Feeds(engine, { gatherMs: 20, wheel: new Wheel({ tickMs: 250, slots: 61 }) });
  const arrivals: Arrival[] = [];
  const all = Array.from({ length: readers }, (_, index) => ({
    deliver(_task: string, { entries }: Batch): void {
      if (index === 0) arrivals.push({ at: performance.now(), sequences: entries.map(({ sequence }) => sequence) });
    },
  }));
  for (const reader of all) await feeds.join('task', reader);
  const writtenAt: number[] = [];
  for (let sequence = 1; sequence <= 50; sequence += 1) {
    writtenAt[sequence] = performance.now();
    feed.publish('task', [progress(sequence)]);
    // What leaves at once leaves before the next task of the loop.
    await Promise.resolve();
    vi.advanceTimersByTime(everyMs);
  }
  vi.advanceTimersByTime(20);
  for (const reader of all) feeds.leave('task', reader);
  expect(vi.getTimerCount()).toBe(0);
  expect(arrivals.flatMap(({ sequences }) => sequences)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  return { arrivals, writtenAt };
}

const progress = (sequence: number): Entry => ({
  taskId: 'task',
  key: 'file',
  sequence,
  type: 'file_update',
  data: `{"status":"processing","sequence":${sequence}}`,
});

test.each([1, 2, 5, 13, 19])(
  'many readers are given what comes every %i ms together, none later than 20 ms',
  async (ms) => {
    const { arrivals, writtenAt } = await follow(100, ms);
    // Two at least, but for the first and the last.
    expect(arrivals.length).toBeLessThanOrEqual(27);
    const late = arrivals.flatMap(({ at, sequences }) => sequences.map((sequence) => at - (writtenAt[sequence] ?? 0)));
    expect(Math.max(...late)).toBeLessThanOrEqual(20);
  },
);

test.each([
  [99, 5],
  [100, 41],
])('%i readers are given what comes every %i ms at once', async (readers, ms) => {
  const { arrivals, writtenAt } = await follow(readers, ms);
  expect(arrivals).toHaveLength(50);
  for (const { at, sequences } of arrivals) expect(at).toBeCloseTo(writtenAt[sequences[0] ?? 0] ?? -1, 6);
});
