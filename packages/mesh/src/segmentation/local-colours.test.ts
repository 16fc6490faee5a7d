import { expect, it } from 'vitest';
import { compareLocalColours } from './local-colours.ts';

const [width, height] = [160, 120];

it('tells a colour of the object from the same colour of the ground elsewhere', () => {
  // Brown on the left, where the object has it, and on the right, where the ground has it; green between.
  const lab = plane((x) => (x < 50 || x > 110 ? [45, 15, 25] : [60, -30, 30]));
  const object = Float32Array.from({ length: width * height }, (_, i) => (i % width < 50 ? 1 : 0));
  const ratio = compareLocalColours(lab, width, height, object);
  expect(ratio.every(Number.isFinite)).toBe(true);
  for (const y of [0, 60, 119]) {
    expect(ratio[y * width + 10]).toBeGreaterThan(2);
    expect(ratio[y * width + 80]).toBeLessThan(-2);
    expect(ratio[y * width + 150]).toBeLessThan(-2);
  }
});

it('says that a pixel was overlooked where its colour is that of the object around it', () => {
  const lab = plane((x) => (x < 80 ? [80, 60, 0] : [20, 0, -40]));
  const overlooked = (x: number, y: number): boolean => x > 30 && x < 36 && y > 50 && y < 56;
  const object = Float32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x < 80 && !overlooked(x, y) ? 1 : 0;
  });
  expect(compareLocalColours(lab, width, height, object)[53 * width + 33]).toBeGreaterThan(1);
});

it('takes colours beyond any gamut, and pictures of one pixel', () => {
  const lab = Float32Array.from([-5, 200, -200]);
  expect(compareLocalColours(lab, 1, 1, Float32Array.from([1]))[0]).toBeGreaterThan(0);
  expect(compareLocalColours(lab, 1, 1, Float32Array.from([0]))[0]).toBeLessThan(0);
});

function plane(colour: (x: number) => readonly [number, number, number]): Float32Array {
  return Float32Array.from({ length: 3 * width * height }, (_, k) => colour(Math.floor(k / 3) % width)[k % 3]!);
}
