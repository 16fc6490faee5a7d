import { expect, test } from 'vitest';
import { countCrossings } from './crossings.ts';
import { countParts, isClosed, thickness, weld } from './solid.ts';
import type { Solid } from './solid.ts';

/** A box as 12 triangles, each with three corners of its own. */
function box(low: number[], high: number[]): Solid {
  const faces = ['0132', '4576', '0451', '2673', '0264', '1375'].map((face, i) =>
    i % 2 === 0 ? face.split('').toReversed().map(Number) : face.split('').map(Number),
  );
  const corners = faces.flatMap((face) => [0, 1, 2, 0, 2, 3].map((k) => face[k]!));
  const positions = corners.flatMap((corner) => [0, 1, 2].map((k) => ((corner >> k) & 1 ? high[k]! : low[k]!)));
  return { positions: Float32Array.from(positions), triangles: Uint32Array.from(corners, (_, i) => i) };
}

function together(...solids: Solid[]): Solid {
  const positions = solids.flatMap((solid) => [...solid.positions]);
  return {
    positions: Float32Array.from(positions),
    triangles: Uint32Array.from({ length: positions.length / 3 }, (_, i) => i),
  };
}

test('boxes apart are closed parts that do not cross, as deep as they are', () => {
  const solid = weld(together(box([0, 0, 0], [1, 2, 0.5]), box([3, 0, 0], [4, 2, 0.5])));
  expect(solid.positions).toHaveLength(16 * 3);
  expect(countParts(solid)).toBe(2);
  expect(countCrossings(solid)).toBe(0);
  expect(thickness(weld(box([0, 0, 0], [1, 2, 0.5])))).toBeCloseTo(0.5);
});

test('a box without one of its triangles is open', () => {
  const solid = weld(box([0, 0, 0], [1, 1, 1]));
  expect(isClosed(solid)).toBe(true);
  expect(isClosed({ ...solid, triangles: solid.triangles.slice(3) })).toBe(false);
});

test('each pair of triangles that go through each other is counted once', () => {
  const wall = { positions: Float32Array.of(0, 0, 0, 4, 0, 0, 0, 4, 0), triangles: Uint32Array.of(0, 1, 2) };
  const needle = { positions: Float32Array.of(1, 1, -1, 1.2, 1, 1, 1, 1.2, 1), triangles: Uint32Array.of(0, 1, 2) };
  const beside = { positions: Float32Array.of(5, 5, -1, 5.2, 5, 1, 5, 5.2, 1), triangles: Uint32Array.of(0, 1, 2) };
  expect(countCrossings(together(wall, needle, beside))).toBe(1);
  expect(countCrossings(together(wall, needle, needle))).toBe(2);
  expect(
    countCrossings(weld(together(box([0, 0, 0], [1, 1, 1]), box([0.3, 0.4, 0.2], [2, 0.7, 0.5])))),
  ).toBeGreaterThan(4);
});
