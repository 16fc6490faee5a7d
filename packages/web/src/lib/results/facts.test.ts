import { expect, test } from 'vitest';
import { money } from '../messages/numbers.ts';
import { factsOf, formatBytes } from './facts.ts';

test('facts are in the language of the reader, and only those that are known', () => {
  const statistics = { faces: 19_998, vertices: 9_999, width: 0.5, height: 1, depth: 0.25, seconds: 1.26 };
  const cost = { units: 1, unit: 'generations', amount: 0.2, currency: 'USD' };
  expect(factsOf({ size: 512_300, statistics, cost }, 'en', 2)).toEqual([
    { key: 'faces', value: '19,998' },
    { key: 'vertices', value: '9,999' },
    { key: 'size', value: '50 × 100 × 25 cm' },
    { key: 'file', value: '512.3 kB' },
    { key: 'time', value: '1.3 sec' },
    { key: 'cost', value: '$0.20' },
    { key: 'attempts', value: '2' },
  ]);
  expect(factsOf({ size: 2_500_000, statistics: {} }, 'de')).toEqual([{ key: 'file', value: '2,5 MB' }]);
});

test('a cost without a known price is shown in units', () => {
  const cost = { units: 1.5, unit: 'megapixels', amount: null, currency: 'USD' };
  expect(factsOf({ size: 1000, statistics: {}, cost }, 'de').at(-1)).toEqual({ key: 'cost', value: '1,5 megapixels' });
  // And one in something that is no currency is shown as it is.
  const credits = { units: 1, unit: 'requests', amount: 1.5, currency: 'credits' };
  expect(factsOf({ size: 1000, statistics: {}, cost: credits }, 'de').at(-1)).toEqual({
    key: 'cost',
    value: '1,5 credits',
  });
});

test('bytes are megabytes from a million on, and small amounts of money keep their digits', () => {
  expect(formatBytes(999_000, 'en')).toBe('999 kB');
  expect(formatBytes(1_000_000, 'en')).toBe('1 MB');
  expect(money(0.0375, 'USD', 'en')).toBe('$0.0375');
  expect(money(12, 'USD', 'en')).toBe('$12.00');
});
