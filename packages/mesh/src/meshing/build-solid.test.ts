import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meshMessage } from '../messages.ts';
import type { Heights } from '../height/raise-shape.ts';
import { inflate } from '../height/inflate.ts';
import { buildObject } from './build-solid.ts';
import type { Grid } from './grid.ts';
import { nextCorner } from './half-edges.ts';
import type { Solid } from './solid.ts';

describe('buildObject', () => {
  it('closes any blob, without a fold, within any limit', async () => {
    await fc.assert(
      fc.asyncProperty(blobs, fc.integer({ min: 100, max: 3000 }), fc.boolean(), async (grid, faceLimit, smooth) => {
        const { solid } = await buildObject({ grid, raise: (kept) => alike(inflate(kept, 'full')), faceLimit, smooth });
        expect(solid.triangles.length / 3).toBeLessThanOrEqual(faceLimit);
        expect(openEdges(solid)).toEqual([]);
        expect(folds(solid)).toEqual([]);
        expect(touching(solid)).toEqual([]);
      }),
      { numRuns: 150, seed: 7 },
    );
  });

  it('closes random specks too, one node wide and touching at corners', async () => {
    const specks = fc
      .array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 18 * 18, maxLength: 18 * 18 })
      .map((values) => frame(Float32Array.from(values), 18, 18))
      .filter((grid) => grid.field.some((f) => f > 0.5));
    await fc.assert(
      fc.asyncProperty(specks, fc.integer({ min: 100, max: 4000 }), async (grid, faceLimit) => {
        const { solid } = await buildObject({
          grid,
          raise: (kept) => alike(inflate(kept, 'soft')),
          faceLimit,
          smooth: true,
        });
        expect(solid.triangles.length / 3).toBeLessThanOrEqual(faceLimit);
        expect(openEdges(solid)).toEqual([]);
        expect(folds(solid)).toEqual([]);
        expect(touching(solid)).toEqual([]);
      }),
      { numRuns: 100, seed: 11 },
    );
  });
});

describe('a hole that does not fit the limit', () => {
  it('is closed without a trace', async () => {
    const field = new Float32Array(48 * 48).fill(0);
    for (let at = 0; at < field.length; at++) {
      const distance = Math.hypot((at % 48) - 24, Math.floor(at / 48) - 24);
      field[at] = distance > 1.5 && distance < 18 ? 1 : 0;
    }
    const plan = { raise: (kept: Grid) => alike(inflate(kept, 'full')), smooth: true, grid: frame(field, 48, 48) };
    const closed = await buildObject({ ...plan, faceLimit: 40 });
    expect(closed.warnings).toEqual([meshMessage('mesh.holes_closed_one')]);
    expect(closed.heights.front[24 * 48 + 24]!).toBe(Math.max(...closed.heights.front));
    const open = await buildObject({ ...plan, faceLimit: 1000 });
    expect(open.warnings).toEqual([]);
    expect(open.heights.front[24 * 48 + 24]!).toBe(0);
  });
});

/** Sums of a few smooth bumps and dents, with parts, holes, necks and cusps. */
const blobs = fc
  .array(
    fc.record({
      x: fc.integer({ min: 4, max: 44 }),
      y: fc.integer({ min: 4, max: 34 }),
      radius: fc.integer({ min: 2, max: 14 }),
      sign: fc.constantFrom(1, 1, -1),
    }),
    { minLength: 1, maxLength: 9 },
  )
  .map((bumps) => {
    const [columns, rows] = [48, 38];
    const field = new Float32Array(columns * rows);
    for (let at = 0; at < field.length; at++) {
      let sum = 0;
      for (const { x, y, radius, sign } of bumps) {
        sum += sign * Math.exp(-(((at % columns) - x) ** 2 + (Math.floor(at / columns) - y) ** 2) / radius ** 2);
      }
      field[at] = Math.min(Math.max(sum, 0), 1);
    }
    return frame(field, columns, rows);
  })
  .filter((grid) => grid.field.some((f) => f > 0.5));

/** Heights of a solid whose back is as its front. */
function alike(heights: Float32Array): Heights {
  return { front: heights, back: heights };
}

function frame(field: Float32Array, columns: number, rows: number): Grid {
  for (let at = 0; at < field.length; at++) {
    const [i, j] = [at % columns, Math.floor(at / columns)];
    if (i < 1 || j < 1 || i >= columns - 1 || j >= rows - 1) field[at] = 0;
  }
  return { columns, rows, cell: 1, originX: 0, originY: 0, field };
}

/** Edges, between positions and not indices, that are not used once each way. */
function openEdges({ positions, triangles }: Solid): string[] {
  const at = (v: number) => `${positions[3 * v]},${positions[3 * v + 1]},${positions[3 * v + 2]}`;
  const uses = new Map<string, number>();
  for (let edge = 0; edge < triangles.length; edge++) {
    const key = `${at(triangles[edge]!)} ${at(triangles[nextCorner(edge)]!)}`;
    uses.set(key, (uses.get(key) ?? 0) + 1);
  }
  return [...uses.keys()].filter((key) => uses.get(key) !== 1 || uses.get(key.split(' ').toReversed().join(' ')) !== 1);
}

/** Front faces that look away from the viewer, and back faces that do not. */
function folds({ positions, triangles, groups }: Solid): number[] {
  const faces = Array.from(groups, (_, face) => face);
  return faces.filter((face) => {
    const [a, b, c] = [0, 1, 2].map((k) => 3 * triangles[3 * face + k]!) as [number, number, number];
    const area =
      (positions[b]! - positions[a]!) * (positions[c + 1]! - positions[a + 1]!) -
      (positions[c]! - positions[a]!) * (positions[b + 1]! - positions[a + 1]!);
    return groups[face] === 0 ? area <= 0 : area >= 0;
  });
}

/** Faces without thickness behind them: all three corners on the boundary. */
function touching({ positions, triangles, groups }: Solid): number[] {
  const faces = Array.from(groups, (_, face) => face);
  return faces.filter((face) => [0, 1, 2].every((k) => positions[3 * triangles[3 * face + k]! + 2] === 0));
}
