import { boxOf } from '../convert/box.ts';
import { modelSizeMm, moveTo } from '../convert/placement.ts';
import type { Placement } from '../convert/placement.ts';
import type { Picture } from '../image/decode-image.ts';
import type { Grid } from '../meshing/grid.ts';
import type { Surface } from '../meshing/normals.ts';
import type { Drawable } from '../render/rasterise.ts';
import type { Atlas } from '../texturing/atlas.ts';

/** A model in glTF's space, and where the picture would be in it. */
export interface Placed {
  model: Drawable;
  /** Edges of the picture in metres; its right and its lower edge follow from its proportions. */
  picture: { left: number; top: number; width: number };
}

/**
 * From cells to glTF's space: metres, Y up, the front towards +Z. Unless `placement` says otherwise, the longest side of
 * the object is one metre, and the middle of the underside of its bounding box is at the origin.
 */
export function toDrawable(
  surface: Surface,
  grid: Grid,
  atlas: Atlas,
  picture: Picture,
  { sizeMm = modelSizeMm, origin = 'bottom' }: Placement = {},
): Placed {
  const { cell, originX, originY } = grid;
  const { scale, shift } = moveTo(boxOf(surface.positions), { sizeMm, origin }, 1, 1000);
  const count = surface.positions.length / 3;
  const positions = surface.positions.map((value, i) => value * scale + shift[i % 3]!);
  const uvs = new Float32Array(count * 2);
  for (let v = 0; v < count; v++) {
    const x = originX + surface.positions[3 * v]! * cell;
    const y = originY - surface.positions[3 * v + 1]! * cell;
    uvs.set(atlas.uvAt(surface.groups[v]!, x, y), 2 * v);
  }
  const pixel = scale / cell;
  return {
    model: { positions, normals: surface.normals, uvs, triangles: surface.triangles },
    picture: { left: shift[0] - originX * pixel, top: shift[1] + originY * pixel, width: picture.width * pixel },
  };
}
