import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Wake } from './wake.ts';

describe('the timer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function setUp(next: (late: number) => number | undefined = () => undefined) {
    const rings: number[] = [];
    const wake = new Wake(Date.now, (late) => {
      rings.push(Date.now());
      return next(late);
    });
    return { wake, rings, start: Date.now() };
  }

  it('rings at the earliest of the times that it was given, once', () => {
    const { wake, rings, start } = setUp();
    for (const ms of [500, 100, 900]) wake.by(start + ms);
    vi.advanceTimersByTime(2000);
    expect(rings).toEqual([start + 100]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rings again when it is told to, also for a time that has passed', () => {
    let left = 2;
    const { wake, rings, start } = setUp(() => ((left -= 1) >= 0 ? start + 100 : undefined));
    wake.by(start + 100);
    vi.advanceTimersByTime(1000);
    expect(rings).toHaveLength(3);
  });

  it('waits longer than a timer of Node can', () => {
    const { wake, rings, start } = setUp();
    const month = 31 * 24 * 3_600_000;
    wake.by(start + month);
    vi.advanceTimersByTime(month - 1);
    expect(rings).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(rings).toEqual([start + month]);
  });

  it('is silent once it is closed', () => {
    const { wake, rings, start } = setUp();
    wake.by(start + 100);
    wake.close();
    wake.by(start + 200);
    vi.advanceTimersByTime(1000);
    expect(rings).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
