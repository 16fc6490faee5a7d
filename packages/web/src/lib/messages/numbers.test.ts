import { expect, test } from 'vitest';
import { number, percent, unbroken } from './numbers.ts';

test('percentages and numbers are written as in the language', () => {
  expect([percent(0, 'en'), percent(45.9, 'en'), percent(100, 'en')]).toEqual(['0%', '45%', '100%']);
  expect(percent(45.9, 'de')).toBe('45\u00a0%');
  expect([number(0.95, 'de'), number(12_345, 'en')]).toEqual(['0,95', '12,345']);
});

test('no line breaks between a number and its unit', () => {
  expect(unbroken('482.2 kB')).toBe('482.2\u00a0kB');
});
