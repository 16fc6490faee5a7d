import { expect, it } from 'vitest';
import { countCrossings } from '../../test/crossings.ts';
import { draw } from '../../test/pictures.ts';
import { readModel } from '../../test/read-model.ts';
import { findDefects } from '../../test/check-model.ts';
import { generateModel } from '../index.ts';
import { findOverlaps } from './overlaps.ts';
import type { Sheet } from './sheet.ts';

/** Separate triangles in the plane, each given by its corners, anticlockwise. */
function sheetOf(...triangles: [number, number][][]): Sheet {
  const vertices = Float32Array.from(triangles.flat().flatMap(([x, y]) => [x, y, 0]));
  return { vertices, triangles: Uint32Array.from(vertices.keys()).slice(0, vertices.length / 3) };
}

const large: [number, number][] = [
  [0, 0],
  [40, 0],
  [0, 40],
];

it('finds triangles that cross, touch, or lie inside others', () => {
  const moved = (x: number, y: number, size: number): [number, number][] =>
    large.map(([px, py]) => [x + px * size, y + py * size]);
  expect(findOverlaps(sheetOf(large))).toEqual([]);
  expect(findOverlaps(sheetOf(large, moved(41, 0, 1)))).toEqual([]);
  expect(findOverlaps(sheetOf(large, moved(10, 10, 1))).length).toBeGreaterThan(0);
  expect(findOverlaps(sheetOf(large, moved(5, 5, 0.2))).length).toBeGreaterThan(0);
  expect(findOverlaps(sheetOf(large, moved(20, 20, 1))).length).toBeGreaterThan(0);
});

it('the oracle counts triangles that pass through each other, and no neighbours', () => {
  const flat = [0, 0, 0, 4, 0, 0, 0, 4, 0];
  expect(countCrossings([...flat, 1, 1, -1, 1, 1, 1, 2, 3, 1], [0, 1, 2, 3, 4, 5])).toBe(1);
  expect(countCrossings([...flat, 1, 1, 0.5, 1, 1, 1, 2, 3, 1], [0, 1, 2, 3, 4, 5])).toBe(0);
  expect(countCrossings([...flat, 4, 4, 0], [0, 1, 2, 2, 1, 3])).toBe(0);
});

/** Outlines that lie close to themselves: with few faces, each was laid over itself. */
const winding = {
  spiral: `<path d="${spiral(4)}" fill="none" stroke="#333" stroke-width="22"/>`,
  rings: rings(6),
  combs: combs(9),
};

it.each(['spiral', 'rings', 'combs'] as const)(
  'a %s never passes through itself, however few faces it has',
  async (name) => {
    const picture = await draw(400, 400, winding[name]);
    for (const faceLimit of [100, 320]) {
      const { glb, statistics } = await generateModel(picture, { faceLimit, depth: 'full' });
      const { model } = await readModel(glb);
      expect(countCrossings(model.positions, model.triangles)).toBe(0);
      expect(statistics.faces).toBeLessThanOrEqual(faceLimit);
      expect(await findDefects(glb)).toEqual([]);
    }
  },
);

function spiral(turns: number): string {
  const points = Array.from({ length: turns * 24 + 1 }, (_, k) => {
    const [angle, radius] = [(k * Math.PI) / 12, 8 + (k * 170) / (turns * 24)];
    return `${200 + radius * Math.cos(angle)} ${200 + radius * Math.sin(angle)}`;
  });
  return `M${points.join('L')}`;
}

function rings(count: number): string {
  return Array.from(
    { length: count },
    (_, k) => `<circle cx="200" cy="200" r="${20 + (k * 160) / count}" fill="none" stroke="#333" stroke-width="12"/>`,
  ).join('');
}

function combs(teeth: number): string {
  const each = Array.from({ length: teeth }, (_, k) => `M${30 + 40 * k} 20 v300 M${50 + 40 * k} 80 v300`).join(' ');
  return `<path d="${each}" stroke="#333" stroke-width="14"/><path d="M23 24 h335 M43 376 h335" stroke="#333" stroke-width="12"/>`;
}
