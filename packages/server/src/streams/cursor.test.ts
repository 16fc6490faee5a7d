import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CombinedCursor, parseCombinedCursor, parseCursor } from './cursor.ts';

const ids = ['01a20412-a5de-7059-8577-2899e119db47', '01a20412-a5de-7059-8577-2899e119db48'];

test.each(['', ' ', '-1', '+1', '01', '1.0', '1e3', '0x1', '٣', '9007199254740992', '99999999999999999', '1\n'])(
  '%j is no cursor of a task',
  (text) => {
    expect(parseCursor(text)).toBeUndefined();
  },
);

test('a whole number is a cursor of a task', () => {
  expect([parseCursor('0'), parseCursor('7'), parseCursor(String(Number.MAX_SAFE_INTEGER))]).toEqual([
    0,
    7,
    Number.MAX_SAFE_INTEGER,
  ]);
});

test('a combined cursor gives back what was put into it', () => {
  const sequence = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
  fc.assert(
    fc.property(fc.array(sequence, { minLength: 1, maxLength: 100 }), (sequences) => {
      const tasks = sequences.map((_, index) => `task-${index}`);
      const cursor = new CombinedCursor(tasks);
      let text = '';
      for (const [index, one] of sequences.entries()) text = cursor.advance(index, one);
      expect(parseCombinedCursor(text, tasks)).toEqual(sequences);
      expect(text).toMatch(/^[\w.-]+$/);
    }),
  );
});

test('a combined cursor over other tasks is none', () => {
  const text = new CombinedCursor(ids).advance(0, 5);
  expect(parseCombinedCursor(text, ids)).toEqual([5, 0]);
  expect(parseCombinedCursor(text, ids.slice(1))).toBeUndefined();
  expect(parseCombinedCursor(text, [...ids, 'another'])).toBeUndefined();
});

test('what is no combined cursor is none', () => {
  const good = new CombinedCursor(ids).advance(1, 36);
  expect(good).toMatch(/-0\.10$/);
  const start = good.slice(0, -4);
  for (const rest of ['', '0', '0.1.2', '0.-1', '0.01', '0.A', '0.1 ', '0.zzzzzzzzzzz', `0.${'1'.repeat(2000)}`]) {
    expect(parseCombinedCursor(start + rest, ids), rest).toBeUndefined();
  }
  fc.assert(fc.property(fc.string(), (text) => parseCombinedCursor(text, ids) === undefined));
});
