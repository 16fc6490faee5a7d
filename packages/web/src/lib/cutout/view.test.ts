import { expect, test } from 'vitest';
import { moved, pictureAt, showing, wholeView, zoomed } from './view.ts';

const picture = { width: 320, height: 160 };
const stage = { width: 664, height: 400 };
const whole = wholeView(picture, stage);

test('the whole picture is in the middle of its stage', () => {
  expect(whole).toEqual({ scale: 2, left: 12, top: 40 });
  expect(pictureAt(whole, [12, 40])).toEqual([0, 0]);
});

test('zooming keeps the point that it is about where it is, and has limits', () => {
  const point = [332, 200] as const;
  const near = zoomed(whole, 3, point, picture, stage);
  expect(near.scale).toBe(6);
  expect(pictureAt(near, point)).toEqual(pictureAt(whole, point));
  expect(zoomed(near, 1000, point, picture, stage).scale).toBe(24);
  expect(zoomed(near, 1e-3, point, picture, stage)).toEqual(whole);
});

test('a picture cannot be moved off its stage', () => {
  expect(moved(whole, 500, -500, picture, stage)).toEqual(whole);
  const near = zoomed(whole, 4, [332, 200], picture, stage);
  expect(moved(near, 1e6, 1e6, picture, stage)).toEqual({ scale: 8, left: 12, top: 12 });
  expect(moved(near, -1e6, -1e6, picture, stage)).toEqual({ scale: 8, left: 664 - 12 - 2560, top: 400 - 12 - 1280 });
});

test('a point out of sight is brought into sight, one in sight moves nothing', () => {
  const near = zoomed(whole, 4, [332, 200], picture, stage);
  expect(showing(near, [160, 80], picture, stage)).toEqual(near);
  const corner = showing(near, [0, 0], picture, stage);
  expect(corner).toEqual({ scale: 8, left: 12, top: 12 });
});
