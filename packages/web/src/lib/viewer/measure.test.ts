import { expect, test } from 'vitest';
import { formatLength, gridStep } from './measure.ts';

test('lengths are in the unit and the language of the reader', () => {
  expect(formatLength(0.954, 'en')).toBe('95.4\u00a0cm');
  expect(formatLength(0.05, 'de')).toBe('5\u00a0cm');
  expect(formatLength(12.5, 'de')).toBe('12,5\u00a0m');
  expect(formatLength(0.0625, 'de', true)).toBe('62,5\u00a0mm');
  expect(formatLength(12.5, 'en', true)).toBe('12,500\u00a0mm');
});

test('a grid has some squares to count, whatever the size', () => {
  for (const size of [0.01, 0.2, 0.95, 3, 80]) {
    const across = size / gridStep(size);
    expect(across).toBeGreaterThanOrEqual(5);
    expect(across).toBeLessThanOrEqual(50);
  }
  expect(gridStep(0.95)).toBe(0.1);
});
