import { beforeEach, expect, test, vi } from 'vitest';
import { Announcer } from './announcer.svelte.ts';

beforeEach(() => {
  vi.useFakeTimers();
  return () => void vi.useRealTimers();
});

test('the first sentence is said at once, and of those that follow soon only the newest, when its time has come', () => {
  const announcer = new Announcer(1000);
  announcer.say('1 of 3 done');
  expect(announcer.text).toBe('1 of 3 done');
  announcer.say('2 of 3 done');
  announcer.say('3 of 3 done');
  expect(announcer.text).toBe('1 of 3 done');
  vi.advanceTimersByTime(1000);
  expect(announcer.text).toBe('3 of 3 done');
  announcer.close();
});

test('an ending waits for nothing, and what waited before it is not said any more', () => {
  const announcer = new Announcer(1000);
  announcer.say('1 of 3 done');
  announcer.say('2 of 3 done');
  announcer.announceNow('All are ready');
  expect(announcer.text).toBe('All are ready');
  vi.advanceTimersByTime(5000);
  expect(announcer.text).toBe('All are ready');
});

test('after it was closed nothing more is said', () => {
  const announcer = new Announcer(1000);
  announcer.say('1 of 3 done');
  announcer.say('2 of 3 done');
  announcer.close();
  vi.advanceTimersByTime(5000);
  expect(announcer.text).toBe('1 of 3 done');
});
