import { expect, test } from 'vitest';
import { duration } from './duration.ts';

test.each([
  [0.2, '1 sec'],
  [42.4, '42 sec'],
  [89, '89 sec'],
  [95, '2 min'],
  [3000, '50 min'],
  [7300, '2 hr'],
])('%s seconds are said as %s', (seconds, said) => {
  expect(duration(seconds, 'en')).toBe(said);
});

test('it speaks the language of the page', () => {
  expect(duration(600, 'de')).toBe('10 Min.');
});
