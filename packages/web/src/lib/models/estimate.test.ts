import { expect, test } from 'vitest';
import { duration } from '../messages/duration.ts';
import { priceText, timeText } from './estimate.ts';

const usd = (amount: number, unit = 'generations') => ({ amount, currency: 'USD', unit });

test('a price is multiplied only if it is per photo, and shown only if it is known', () => {
  expect(priceText(usd(0), 3)).toBe('Free');
  expect(priceText(null, 3)).toBe('Price unknown');
  expect(priceText(usd(0.2), 1)).toMatch(/0\.20$/);
  expect(priceText(usd(0.2), 3)).toMatch(/0\.60.*0\.20/);
  expect(priceText(usd(0.002, 'seconds'), 3)).toMatch(/0\.002 per second$/);
  expect(priceText({ ...usd(4), currency: 'credits' }, 1)).toContain('4 credits');
});

test('a time is shown only if there is a history', () => {
  expect(timeText(null, 3)).toBe('');
  expect(timeText(3, 1)).toContain(duration(3));
  expect(timeText(3, 4)).toContain(duration(12));
});
