import { softBlur } from '../image/blur.ts';
import type { Picture } from '../image/decode-image.ts';
import { toLab } from '../image/lab.ts';
import { bilinear } from '../image/resample.ts';
import type { Grid } from '../meshing/grid.ts';

/** How far shading may move the surface, as a share of the object's size. */
const maxShift = 0.012;

/**
 * Embosses the picture's own shading into the surface, in place: the lightness of details up to about 2 % of the object's
 * size. Dark print becomes a groove too, which is why this is gentle and optional. Nothing moves at the outline.
 */
export function emboss(heights: Float32Array, grid: Grid, picture: Picture, detail: number): void {
  if (detail <= 0) return;
  const { columns, rows, cell, originX, originY, field } = grid;
  const lab = toLab(picture.rgb);
  const plane = new Float32Array(picture.width * picture.height);
  for (let i = 0; i < plane.length; i++) plane[i] = lab[3 * i]! / 100;
  // Only lightness inside counts, so that a bright background leaves no halo along the outline.
  const weighted = new Float32Array(field.length);
  const inside = new Float32Array(field.length);
  for (let at = 0; at < field.length; at++) {
    if (field[at]! <= 0.5) continue;
    const x = originX + (at % columns) * cell - 0.5;
    const y = originY + Math.floor(at / columns) * cell - 0.5;
    weighted[at] = bilinear(plane, picture.width, picture.height, x, y);
    inside[at] = 1;
  }
  const size = Math.max(columns, rows);
  const blur = (radius: number): Float32Array => {
    const sum = softBlur(weighted, columns, rows, radius);
    const share = softBlur(inside, columns, rows, radius);
    return sum.map((s, i) => s / Math.max(share[i]!, 1e-3));
  };
  const fine = blur(0.003 * size);
  const broad = blur(0.02 * size);
  const fullHeight = 0.04 * size;
  for (let at = 0; at < heights.length; at++) {
    if (inside[at] === 0) continue;
    const fade = Math.min(heights[at]! / fullHeight, 1) ** 2;
    const push = detail * maxShift * size * Math.tanh(6 * (fine[at]! - broad[at]!)) * fade;
    heights[at] = Math.max(heights[at]! + push, 0.5 * heights[at]!);
  }
}
