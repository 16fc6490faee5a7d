import { beforeEach, expect, test, vi } from 'vitest';
import { Announcer } from './announcer.svelte.ts';

beforeEach(() => {
  vi.useFakeTimers();
  return () => void vi.useRealTimers();
});

test('the first sentence is announced at once, and of those that follow soon only the newest, after a pause', () => {
  const announcer = new Announcer(1000);
  announcer.announce('1 of 3 done');
  expect(announcer.text).toBe('1 of 3 done');
  announcer.announce('2 of 3 done');
  announcer.announce('3 of 3 done');
  expect(announcer.text).toBe('1 of 3 done');
  vi.advanceTimersByTime(1000);
  expect(announcer.text).toBe('3 of 3 done');
  announcer.close();
});

test('an ending is announced at once, and what waited before it is dropped', () => {
  const announcer = new Announcer(1000);
  announcer.announce('1 of 3 done');
  announcer.announce('2 of 3 done');
  announcer.announceNow('All are ready');
  expect(announcer.text).toBe('All are ready');
  vi.advanceTimersByTime(5000);
  expect(announcer.text).toBe('All are ready');
});

test('nothing is announced after it was closed', () => {
  const announcer = new Announcer(1000);
  announcer.announce('1 of 3 done');
  announcer.announce('2 of 3 done');
  announcer.close();
  vi.advanceTimersByTime(5000);
  expect(announcer.text).toBe('1 of 3 done');
});
