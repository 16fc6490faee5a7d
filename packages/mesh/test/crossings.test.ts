import { expect, test } from 'vitest';
import { countCrossings } from './crossings.ts';

/** Triangles with corners of their own. */
function together(...corners: number[][]): [number[], number[]] {
  const positions = corners.flat();
  return [positions, Array.from({ length: positions.length / 3 }, (_, v) => v)];
}

test('each pair of triangles that go through each other is counted once', () => {
  const wall = [0, 0, 0, 4, 0, 0, 0, 4, 0];
  const needle = [1, 1, -1, 1.2, 1, 1, 1, 1.2, 1];
  const beside = [5, 5, -1, 5.2, 5, 1, 5, 5.2, 1];
  expect(countCrossings(...together(wall, needle, beside))).toBe(1);
  expect(countCrossings(...together(wall, needle, needle))).toBe(2);
});

test('triangles that meet along an edge do not cross', () => {
  expect(countCrossings(...together([0, 0, 0, 4, 0, 0, 0, 4, 0], [0, 0, 0, 4, 0, 0, 0, 0, 4]))).toBe(0);
});
