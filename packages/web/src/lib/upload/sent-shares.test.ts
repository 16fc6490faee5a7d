import { expect, test } from 'vitest';
import { sentShares } from './sent-shares.ts';

test('photos are sent one after the other, each behind its head', () => {
  const at = (loaded: number) => sentShares([100, 300], loaded, 440);
  expect(at(0)).toEqual([0, 0]);
  expect(at(20)).toEqual([0, 0]);
  expect(at(70)).toEqual([0.5, 0]);
  expect(at(140)).toEqual([1, 0]);
  expect(at(290)).toEqual([1, 0.5]);
  expect(at(440)).toEqual([1, 1]);
});

test('the end of the form is the end of every photo, and nothing to send is no error', () => {
  expect(sentShares([100], 90, 90)).toEqual([1]);
  expect(sentShares([], 10, 20)).toEqual([]);
});
