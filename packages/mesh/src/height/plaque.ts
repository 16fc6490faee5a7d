import { softBlur } from '../image/blur.ts';
import type { Picture } from '../image/decode-image.ts';
import type { Grid } from '../meshing/grid.ts';
import { raiseEvenly } from './even.ts';
import { lightnessInside } from './lightness.ts';

/** Share of the relief in the thickness of a plaque. */
const reliefShare = 0.3;
/** Width of the level rim, as a share of the object's size. */
const rimShare = 0.025;

/** A slab whose front follows the photo; its back is level. Heights in cells, from the plane between them. */
export interface Plaque {
  front: Float32Array;
  back: Float32Array;
}

/** @param thickness In cells, of slab and relief together. */
export function raisePlaque(grid: Grid, picture: Picture, thickness: number, detail: number): Plaque {
  const { columns, rows } = grid;
  const size = Math.max(columns, rows);
  const back = raiseEvenly(grid, ((1 - reliefShare) * thickness) / 2);
  const lightness = lightnessInside(grid, picture);
  const fine = lightness(0.004 * size);
  const middle = lightness(0.02 * size);
  const broad = lightness(0.08 * size);
  const inside = Float32Array.from(grid.field, (share) => (share > 0.5 ? 1 : 0));
  const depth = softBlur(inside, columns, rows, rimShare * size);
  const surface = new Float32Array(back.length);
  let highest = 1e-3;
  for (let at = 0; at < surface.length; at++) {
    if (inside[at] === 0) continue;
    const shapes = Math.tanh(4 * (middle[at]! - broad[at]!));
    const texture = (0.5 + detail) * Math.tanh(4 * (fine[at]! - middle[at]!));
    const toRim = Math.min(Math.max((depth[at]! - 0.6) / 0.35, 0), 1);
    const fade = toRim * toRim * (3 - 2 * toRim);
    surface[at] = Math.min(Math.max(0.5 + 0.35 * shapes + 0.25 * texture, 0), 1) * fade;
    highest = Math.max(highest, surface[at]!);
  }
  const scale = (reliefShare * thickness) / highest;
  const front = back.map((height, at) => height + scale * surface[at]!);
  return { front, back };
}
