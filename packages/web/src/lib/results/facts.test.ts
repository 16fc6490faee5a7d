import { expect, test } from 'vitest';
import { factsOf, formatBytes } from './facts.ts';

test('facts are in the words of the reader, and only those that there are', () => {
  const statistics = { faces: 19_998, width: 0.5, height: 1, depth: 0.25, seconds: 1.26 };
  expect(factsOf({ size: 512_300, statistics }, 'en')).toEqual([
    { key: 'faces', value: '19,998' },
    { key: 'size', value: '50 × 100 × 25 cm' },
    { key: 'file', value: '512.3 kB' },
    { key: 'time', value: '1.3 s' },
  ]);
  expect(factsOf({ size: 2_500_000, statistics: {} }, 'de')).toEqual([{ key: 'file', value: '2,5 MB' }]);
});

test('bytes turn from kilobytes to megabytes at a million', () => {
  expect(formatBytes(999_000, 'en')).toBe('999 kB');
  expect(formatBytes(1_000_000, 'en')).toBe('1 MB');
});
