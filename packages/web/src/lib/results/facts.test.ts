import { expect, test } from 'vitest';
import { money } from '../messages/numbers.ts';
import { factsOf, formatBytes } from './facts.ts';
import { readSizeMm } from './model-size.ts';

test('facts are in the language of the reader, and only those that are known', () => {
  const statistics = { faces: 19_998, vertices: 9_999, width: 0.5, height: 1, depth: 0.25, seconds: 1.26 };
  const cost = { units: 1, unit: 'generations', amount: 0.2, currency: 'USD' };
  expect(factsOf({ size: 512_300, statistics, cost }, 'en', { attempts: 2 })).toEqual([
    { key: 'faces', value: '19,998' },
    { key: 'vertices', value: '9,999' },
    { key: 'size', value: '50 × 100 × 25\u00a0cm' },
    { key: 'print', value: '50 × 100 × 25\u00a0mm' },
    { key: 'file', value: '512.3\u00a0kB' },
    { key: 'time', value: '1.3\u00a0sec' },
    { key: 'cost', value: '$0.20' },
    { key: 'attempts', value: '2' },
  ]);
  expect(factsOf({ size: 2_500_000, statistics: {} }, 'de')).toEqual([{ key: 'file', value: '2,5\u00a0MB' }]);
});

test('facts about printing are those of the size that was chosen, or of the usual one', () => {
  const statistics = {
    size_mm: { width: 625, height: 1000, depth: 410 },
    parts: 1234,
    watertight: true,
    volume_mm3: 133_053_000,
    shape: 'round',
    method: 'alpha',
    cut: { method: 'alpha', score: 0.987 },
  };
  const file = { key: 'file', value: '1\u00a0kB' };
  const cut = [
    { key: 'shape', value: 'round' },
    { key: 'method', value: 'alpha' },
    { key: 'sure', value: '99%' },
  ];
  expect(factsOf({ size: 1000, statistics }, 'en')).toEqual([
    { key: 'parts', value: '1,234' },
    { key: 'size', value: '63 × 100 × 41\u00a0cm' },
    { key: 'print', value: '62.5 × 100 × 41\u00a0mm' },
    { key: 'print.volume', value: '133\u00a0cm³' },
    file,
    ...cut,
  ]);
  expect(factsOf({ size: 1000, statistics }, 'de', { sizeMm: 50 }).slice(1, 3)).toEqual([
    { key: 'size', value: '31,3 × 50 × 20,5\u00a0mm' },
    { key: 'volume', value: '16,6\u00a0cm³' },
  ]);
});

test('a size is a number within the limits, or nothing', () => {
  expect(readSizeMm('', true)).toBeUndefined();
  expect(readSizeMm('62.5', true)).toBe(62.5);
  expect(readSizeMm('100000', true)).toBe(100_000);
  for (const text of ['0', '-5', '0.9', '100001', '1e9', 'NaN', 'Infinity', 'large'])
    expect(readSizeMm(text, true), text).toBe('invalid');
  // What a browser does not take for a number is an empty text to scripts.
  expect(readSizeMm('', false)).toBe('invalid');
});

test('a cost without a known price is shown in units', () => {
  const cost = { units: 1.5, unit: 'megapixels', amount: null, currency: 'USD' };
  expect(factsOf({ size: 1000, statistics: {}, cost }, 'de').at(-1)).toEqual({
    key: 'cost',
    value: '1,5\u00a0megapixels',
  });
  // And one in something that is no currency is shown as it is.
  const credits = { units: 1, unit: 'requests', amount: 1.5, currency: 'credits' };
  expect(factsOf({ size: 1000, statistics: {}, cost: credits }, 'de').at(-1)).toEqual({
    key: 'cost',
    value: '1,5 credits',
  });
});

test('bytes are megabytes from a million on, and small amounts of money keep their digits', () => {
  expect(formatBytes(999_000, 'en')).toBe('999\u00a0kB');
  expect(formatBytes(1_000_000, 'en')).toBe('1\u00a0MB');
  expect(money(0.0375, 'USD', 'en')).toBe('$0.0375');
  expect(money(12, 'USD', 'en')).toBe('$12.00');
});
