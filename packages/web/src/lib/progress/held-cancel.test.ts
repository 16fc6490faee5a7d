import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HeldCancel, undoMs } from './held-cancel.svelte.ts';

let sent: boolean[] = [];
let cancel: HeldCancel;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  cancel = new HeldCancel((leaving) => sent.push(leaving));
});
afterEach(() => vi.useRealTimers());

test('a cancellation is sent once the time to undo it is up, and once only', () => {
  cancel.ask();
  vi.advanceTimersByTime(undoMs - 1);
  // Asking twice does not hold it back for longer.
  cancel.ask();
  expect([cancel.held, sent]).toEqual([true, []]);
  vi.advanceTimersByTime(1);
  expect([cancel.held, sent]).toEqual([false, [false]]);
  cancel.leave();
  vi.advanceTimersByTime(undoMs);
  expect(sent).toEqual([false]);
});

test('an undone cancellation is never sent, not even on leaving the page', () => {
  cancel.ask();
  vi.advanceTimersByTime(undoMs - 1);
  cancel.undo();
  cancel.leave();
  vi.advanceTimersByTime(undoMs);
  expect([cancel.held, sent]).toEqual([false, []]);
  cancel.ask();
  vi.advanceTimersByTime(undoMs);
  expect(sent).toEqual([false]);
});

test('whoever leaves the page has it sent at once', () => {
  cancel.ask();
  cancel.leave();
  cancel.leave();
  vi.advanceTimersByTime(undoMs);
  expect(sent).toEqual([true]);
});
