import type { Picture } from '../image/decode-image.ts';
import type { Grid } from '../meshing/grid.ts';
import { lightnessInside } from './lightness.ts';

/** How far shading may move the surface, as a share of the object's size. */
const maxShift = 0.012;

/**
 * Embosses the picture's own shading into the surface, in place: the lightness of details up to about 2 % of the object's
 * size. Dark print becomes a groove too, which is why this is gentle and optional. Nothing moves at the outline.
 */
export function emboss(heights: Float32Array, grid: Grid, picture: Picture, detail: number): void {
  if (detail <= 0) return;
  const size = Math.max(grid.columns, grid.rows);
  const lightness = lightnessInside(grid, picture);
  const fine = lightness(0.003 * size);
  const broad = lightness(0.02 * size);
  const fullHeight = 0.04 * size;
  for (let at = 0; at < heights.length; at++) {
    if (grid.field[at]! <= 0.5) continue;
    const fade = Math.min(heights[at]! / fullHeight, 1) ** 2;
    const push = detail * maxShift * size * Math.tanh(6 * (fine[at]! - broad[at]!)) * fade;
    heights[at] = Math.max(heights[at]! + push, 0.5 * heights[at]!);
  }
}
