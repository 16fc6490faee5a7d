import { softBlur } from '../image/blur.ts';
import type { Picture } from '../image/decode-image.ts';
import { toLab } from '../image/lab.ts';
import { bilinear } from '../image/resample.ts';
import type { Grid } from '../meshing/grid.ts';

/**
 * The photo's lightness at each node, 0 to 1, blurred by a radius in cells. Only lightness inside the outline counts, so
 * that a bright background leaves no halo along it.
 */
export function lightnessInside(grid: Grid, picture: Picture): (radius: number) => Float32Array {
  const { columns, rows, cell, originX, originY, field } = grid;
  const lab = toLab(picture.rgb);
  const plane = new Float32Array(picture.width * picture.height);
  for (let i = 0; i < plane.length; i++) plane[i] = lab[3 * i]! / 100;
  const weighted = new Float32Array(field.length);
  const inside = new Float32Array(field.length);
  for (let at = 0; at < field.length; at++) {
    if (field[at]! <= 0.5) continue;
    const x = originX + (at % columns) * cell - 0.5;
    const y = originY + Math.floor(at / columns) * cell - 0.5;
    weighted[at] = bilinear(plane, picture.width, picture.height, x, y);
    inside[at] = 1;
  }
  return (radius) => {
    const sum = softBlur(weighted, columns, rows, radius);
    const share = softBlur(inside, columns, rows, radius);
    return sum.map((s, i) => s / Math.max(share[i]!, 1e-3));
  };
}
