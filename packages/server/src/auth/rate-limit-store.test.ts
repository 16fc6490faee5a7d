import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RateLimitStore } from './rate-limit-store.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'Date'] }));
afterEach(() => void vi.useRealTimers());

function count(store: RateLimitStore, key = 'key'): { current: number; ttl: number } | undefined {
  let found: { current: number; ttl: number } | undefined;
  store.incr(key, (_, result) => (found = result), 60_000);
  return found;
}

it('counts a minute whole, and then anew, though the clock was set back an hour meanwhile', () => {
  const store = new RateLimitStore().child();
  expect(count(store)).toEqual({ current: 1, ttl: 60_000 });
  vi.advanceTimersByTime(20_000);
  vi.setSystemTime(Date.now() - 3_600_000);
  expect(count(store)).toEqual({ current: 2, ttl: 40_000 });
  vi.advanceTimersByTime(40_000);
  expect(count(store)).toEqual({ current: 1, ttl: 60_000 });
});

it('does not forgive a client because the clock is set forward', () => {
  const store = new RateLimitStore();
  count(store);
  vi.setSystemTime(Date.now() + 3_600_000);
  expect(count(store)).toEqual({ current: 2, ttl: 60_000 });
});

it('counts clients apart, and no more than 5 000 of them', () => {
  const store = new RateLimitStore();
  for (let client = 0; client <= 5000; client += 1) count(store, `client ${client}`);
  expect(count(store, 'client 5000')?.current).toBe(2);
  expect(count(store, 'client 0')?.current).toBe(1);
});
