import { expect, test } from 'vitest';
import { overlap, overlapMoved } from './overlap.ts';

test('two masks overlap by what they share, of what either has', () => {
  expect(overlap([1, 1, 0, 0], [0, 1, 1, 0])).toBeCloseTo(1 / 3);
  expect(overlap([1, 0], [0, 1])).toBe(0);
  expect(overlap([0, 0], [0, 0])).toBe(1);
});

test('a mask that is moved onto the other covers it, and what leaves the picture counts as missing', () => {
  const a = Uint8Array.of(1, 1, 0, 0, /* row */ 0, 0, 0, 0);
  const b = Uint8Array.of(0, 0, 0, 0, /* row */ 0, 1, 1, 0);
  expect(overlapMoved(a, b, 4, 0, 0)).toBe(0);
  expect(overlapMoved(a, b, 4, 1, 1)).toBe(1);
  expect(overlapMoved(b, a, 4, -2, -1)).toBeCloseTo(1 / 3);
});
