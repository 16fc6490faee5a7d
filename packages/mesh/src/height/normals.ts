import { crossing } from '../meshing/grid.ts';
import type { Grid } from '../meshing/grid.ts';

/** Normal of the surface at a vertex of the solid, of any length; undefined where the grid has none. */
export type NormalAt = (x: number, y: number, z: number) => [number, number, number] | undefined;

/**
 * Normals of the smooth surface behind the mesh, not of its faces: at the outline the height is steep and faces are
 * long, so averages of theirs would streak the shading. The squared height q is smooth there; the surface is
 * z² = q(x, y), with the normal (−q_x, −q_y, 2 z). At the outline it lies in the picture's plane, for front and back alike.
 */
export function smoothNormals(grid: Grid, heights: Float32Array): NormalAt {
  const { columns, rows, field } = grid;
  const slopes = slopesOfSquare(grid, heights);
  return (x, y, z) => {
    const i = Math.min(Math.max(Math.floor(x), 0), columns - 2);
    const j = Math.min(Math.max(Math.floor(-y), 0), rows - 2);
    const fx = x - i;
    const fy = -y - j;
    let [across, down, total] = [0, 0, 0];
    for (let corner = 0; corner < 4; corner++) {
      const [right, lower] = [corner & 1, corner >> 1];
      const at = (j + lower) * columns + i + right;
      if (field[at]! <= 0.5) continue;
      const weight = (right ? fx : 1 - fx) * (lower ? fy : 1 - fy) + 1e-6;
      across += weight * slopes[2 * at]!;
      down += weight * slopes[2 * at + 1]!;
      total += weight;
    }
    if (total === 0 || (z === 0 && across === 0 && down === 0)) return undefined;
    // Rows run downwards and y upwards.
    return [-across / total, down / total, 2 * z];
  };
}

/** Derivatives of the squared height along columns and rows; differences end at the outline if it comes before the neighbour. */
function slopesOfSquare({ columns, rows, field }: Grid, heights: Float32Array): Float32Array {
  const slopes = new Float32Array(heights.length * 2);
  for (let j = 1; j < rows - 1; j++) {
    for (let i = 1; i < columns - 1; i++) {
      const at = j * columns + i;
      if (field[at]! <= 0.5) continue;
      slopes[2 * at] = slopeAlong(field, heights, at, 1);
      slopes[2 * at + 1] = slopeAlong(field, heights, at, columns);
    }
  }
  return slopes;
}

function slopeAlong(field: Float32Array, heights: Float32Array, at: number, step: number): number {
  const here = heights[at]! ** 2;
  const [after, before] = [at + step, at - step];
  const reachAfter = field[after]! > 0.5 ? 1 : crossing(field[at]!, field[after]!);
  const reachBefore = field[before]! > 0.5 ? 1 : crossing(field[at]!, field[before]!);
  const forward = ((field[after]! > 0.5 ? heights[after]! ** 2 : 0) - here) / reachAfter;
  const backward = (here - (field[before]! > 0.5 ? heights[before]! ** 2 : 0)) / reachBefore;
  return (forward * reachBefore + backward * reachAfter) / (reachAfter + reachBefore);
}
