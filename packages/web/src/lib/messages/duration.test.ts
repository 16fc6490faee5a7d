import { expect, test } from 'vitest';
import { duration, timeLeft } from './duration.ts';

test.each([
  [0.2, '1 second'],
  [42.4, '42 seconds'],
  [89, '89 seconds'],
  [95, '2 minutes'],
  [3000, '50 minutes'],
  [7300, '2 hours'],
])('%s seconds are %s', (seconds, said) => {
  expect(duration(seconds, 'en')).toBe(said);
});

test('it is in the language of the page', () => {
  expect(duration(600, 'de')).toBe('10 Minuten');
});

test.each([
  [1, '5 seconds'],
  [11, '10 seconds'],
  [28, '30 seconds'],
  [48, '50 seconds'],
  [52, '50 seconds'],
  [95, '2 minutes'],
  [130, '2 minutes'],
  [7300, '2 hours'],
])('%s seconds that are left are %s', (seconds, said) => {
  expect(timeLeft(seconds, 'en')).toBe(said);
});
