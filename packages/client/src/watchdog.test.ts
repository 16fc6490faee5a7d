import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createWatchdog } from './watchdog.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('silence is noticed in time although the clock is set back an hour', () => {
  let stalls = 0;
  const watchdog = createWatchdog(45_000, () => (stalls += 1));
  vi.advanceTimersByTime(10_000);
  watchdog.touch();
  vi.setSystemTime(Date.now() - 3_600_000);
  vi.advanceTimersByTime(44_999);
  expect([stalls, watchdog.idleMs()]).toEqual([0, 44_999]);
  vi.advanceTimersByTime(1);
  expect(stalls).toBe(1);
});

test('sleep counts as silence, though the monotonic clock slept too', () => {
  const watchdog = createWatchdog(45_000, () => undefined);
  vi.setSystemTime(Date.now() + 3_600_000);
  expect(watchdog.idleMs()).toBe(3_600_000);
  watchdog.stop();
});
