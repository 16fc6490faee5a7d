import { expect, test } from 'vitest';
import { scaleToFit } from './fit-picture.ts';

test('a picture is never made larger, and its pixels become at most as many as they may be', () => {
  expect(scaleToFit(100, 1000)).toBe(1);
  expect(6000 * scaleToFit(6000 * 4000, 6_000_000)).toBe(3000);
});
