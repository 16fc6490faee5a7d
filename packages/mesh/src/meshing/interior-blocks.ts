import type { Grid } from './grid.ts';
import type { GrowingArray } from './growing-array.ts';

/** Cells along the side of a block that is triangulated coarsely. */
export const blockSide = 4;

/** Square blocks of cells well inside the outline. */
export interface InteriorBlocks {
  /** Whether a cell lies in a block; false outside the grid. */
  has(i: number, j: number): boolean;
}

/**
 * Aligned blocks with all their nodes, and those of all neighbouring blocks, inside. The surface is smooth there, and
 * four triangles replace thirty-two: the simplifier, which takes most of this stage's time, gets a fifth of the triangles.
 */
export function findInteriorBlocks({ columns, rows, field }: Grid): InteriorBlocks {
  const across = Math.ceil(columns / blockSide);
  const down = Math.ceil(rows / blockSide);
  const full = new Uint8Array(across * down);
  for (let bj = 0; bj < down; bj++) {
    for (let bi = 0; bi < across; bi++) {
      let inside = (bi + 1) * blockSide < columns && (bj + 1) * blockSide < rows;
      for (let j = 0; inside && j <= blockSide; j++) {
        for (let i = 0; inside && i <= blockSide; i++)
          inside = field[(bj * blockSide + j) * columns + bi * blockSide + i]! > 0.5;
      }
      full[bj * across + bi] = inside ? 1 : 0;
    }
  }
  const interior = new Uint8Array(full.length);
  for (let bj = 1; bj < down - 1; bj++) {
    for (let bi = 1; bi < across - 1; bi++) {
      let surrounded = 1;
      for (let dj = -1; dj <= 1; dj++)
        for (let di = -1; di <= 1; di++) surrounded &= full[(bj + dj) * across + bi + di]!;
      interior[bj * across + bi] = surrounded;
    }
  }
  return {
    has: (i, j) => i >= 0 && j >= 0 && interior[Math.floor(j / blockSide) * across + Math.floor(i / blockSide)] === 1,
  };
}

/** A fan around the centre; sides that meet finer cells keep all their nodes, so that no crack opens. */
export function emitBlock(
  i: number,
  j: number,
  interior: InteriorBlocks,
  columns: number,
  node: (at: number) => number,
  triangles: GrowingArray<Uint32Array>,
): void {
  const boundary: number[] = [];
  const side = (fromI: number, fromJ: number, di: number, dj: number, coarse: boolean): void => {
    for (let k = 0; k < blockSide; k += coarse ? blockSide : 1)
      boundary.push(node((fromJ + k * dj) * columns + fromI + k * di));
  };
  side(i, j, 0, 1, interior.has(i - 1, j));
  side(i, j + blockSide, 1, 0, interior.has(i, j + blockSide));
  side(i + blockSide, j + blockSide, 0, -1, interior.has(i + blockSide, j));
  side(i + blockSide, j, -1, 0, interior.has(i, j - 1));
  const centre = node((j + blockSide / 2) * columns + i + blockSide / 2);
  for (let k = 0; k < boundary.length; k++) triangles.push(boundary[k]!, boundary[(k + 1) % boundary.length]!, centre);
}
