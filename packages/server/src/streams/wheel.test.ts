import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Wheel } from './wheel.ts';
import type { Visited } from './wheel.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const item = (visit: (now: number) => number): Visited => ({ slot: -1, visit });

test('an item is visited when it is due and again when it says so', () => {
  const wheel = new Wheel({ tickMs: 10, slots: 8 });
  const visits: number[] = [];
  wheel.add(
    item((now) => {
      visits.push(now);
      return visits.length < 3 ? 2 : 0;
    }),
    3,
  );
  vi.advanceTimersByTime(200);
  expect(visits).toEqual([3, 5, 7]);
  expect(wheel.size).toBe(0);
});

test('an item that is due later than a turn is visited once a turn', () => {
  const wheel = new Wheel({ tickMs: 10, slots: 5 });
  const visits: number[] = [];
  wheel.add(
    item((now) => {
      visits.push(now);
      return 1000;
    }),
    1000,
  );
  vi.advanceTimersByTime(130);
  expect(visits).toEqual([4, 8, 12]);
});

test('one timer serves all items, and runs only while there are some', () => {
  const wheel = new Wheel({ tickMs: 10, slots: 5 });
  expect(vi.getTimerCount()).toBe(0);
  const items = Array.from({ length: 100 }, () => item(() => 2));
  for (const one of items) wheel.add(one, 2);
  expect(vi.getTimerCount()).toBe(1);
  for (const one of items) {
    wheel.remove(one);
    wheel.remove(one);
  }
  expect(vi.getTimerCount()).toBe(0);
  wheel.add(
    item(() => 0),
    1,
  );
  vi.advanceTimersByTime(10);
  expect(vi.getTimerCount()).toBe(0);
});

test('an item taken off by the visit of another is not visited', () => {
  const wheel = new Wheel({ tickMs: 10, slots: 5 });
  const visit = vi.fn<(now: number) => number>(() => 0);
  const second = item(visit);
  wheel.add(
    item(() => {
      wheel.remove(second);
      return 0;
    }),
    1,
  );
  wheel.add(second, 1);
  vi.advanceTimersByTime(100);
  expect(visit).not.toHaveBeenCalled();
});
