import { describe, expect, it } from 'vitest';
import { layGrid } from '../meshing/grid.ts';
import type { Grid } from '../meshing/grid.ts';
import { inflate, inflateRound, solvePoisson } from './inflate.ts';

describe('solvePoisson', () => {
  it.each([12.3, 40.7, 190.4])('gives a ball over a disc of radius %d, within a thousandth of the radius', (radius) => {
    const { field, columns, rows } = discField(radius);
    const u = solvePoisson(field, columns, rows);
    const centre = (columns - 1) / 2;
    let error = 0;
    let count = 0;
    for (let at = 0; at < field.length; at++) {
      const squared = radius ** 2 - ((at % columns) - centre) ** 2 - (Math.floor(at / columns) - centre) ** 2;
      if (field[at]! <= 0.5 || squared <= 0) continue;
      error += Math.abs(Math.sqrt(u[at]!) - Math.sqrt(squared));
      count++;
    }
    expect(error / count / radius).toBeLessThan(1e-3);
  });

  it('gives a parabola across a long bar', () => {
    const [columns, rows, half] = [401, 45, 16.5];
    const field = new Float32Array(columns * rows);
    for (let j = 0; j < rows; j++) {
      for (let i = 5; i < columns - 5; i++) field[j * columns + i] = half - Math.abs(j - 22) + 0.5;
    }
    const u = solvePoisson(field, columns, rows);
    for (const dy of [0, 5, 12]) expect(u[(22 + dy) * columns + 200]! / (2 * (half ** 2 - dy ** 2))).toBeCloseTo(1, 2);
  });
});

describe('inflate', () => {
  it('orders the presets by thickness and leaves the background flat', () => {
    const coverage = new Float32Array(200 * 200);
    for (let y = 0; y < 200; y++)
      for (let x = 0; x < 200; x++) if (Math.hypot(x - 99.5, y - 99.5) < 70) coverage[y * 200 + x] = 1;
    const grid = layGrid(coverage, 200, 200)!;
    const top = (['medal', 'soft', 'full'] as const).map((depth) => Math.max(...inflate(grid, depth)));
    expect(top).toEqual(top.toSorted((a, b) => a - b));
    const heights = inflate(grid, 'full');
    for (let at = 0; at < heights.length; at++) expect(heights[at]! > 0).toBe(grid.field[at]! > 0.5);
  });
});

/** A field that crosses one half exactly on the circle, linearly in the distance. */
function discField(radius: number): Grid {
  const columns = 2 * Math.ceil(radius + 3) + 1;
  const centre = (columns - 1) / 2;
  const field = Float32Array.from({ length: columns * columns }, (_, at) => {
    const distance = Math.hypot((at % columns) - centre, Math.floor(at / columns) - centre);
    return 0.5 + (radius - distance) / 4;
  });
  return { columns, rows: columns, cell: 1, originX: 0, originY: 0, field };
}

describe('inflateRound', () => {
  it('makes a disc nearly as deep as it is wide', () => {
    const { field, columns, rows } = discField(120);
    const top = Math.max(...inflateRound({ field, columns, rows, cell: 1, originX: 0, originY: 0 }));
    expect(top / 120).toBeGreaterThan(0.92);
    expect(top / 120).toBeLessThan(1.01);
  });

  it('makes a long bar hardly deeper than it is wide', () => {
    const [columns, rows, half] = [401, 65, 24];
    const field = new Float32Array(columns * rows);
    for (let j = 0; j < rows; j++) {
      for (let i = 5; i < columns - 5; i++)
        field[j * columns + i] = Math.min(Math.max(half - Math.abs(j - 32) + 0.5, 0), 1);
    }
    const top = Math.max(...inflateRound({ field, columns, rows, cell: 1, originX: 0, originY: 0 }));
    expect(top / half).toBeGreaterThan(0.9);
    expect(top / half).toBeLessThan(1.1);
  });
});
