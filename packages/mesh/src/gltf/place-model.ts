import type { Picture } from '../image/decode-image.ts';
import type { Grid } from '../meshing/grid.ts';
import type { Surface } from '../meshing/normals.ts';
import type { Drawable } from '../render/rasterise.ts';
import type { Atlas } from '../texturing/atlas.ts';

/**
 * From cells to glTF's space: metres, Y up, the front towards +Z, the longest side of the picture one metre, the
 * middle of the underside of the bounding box at the origin.
 */
export function toDrawable(surface: Surface, grid: Grid, atlas: Atlas, picture: Picture): Drawable {
  const { cell, originX, originY } = grid;
  const scale = cell / Math.max(picture.width, picture.height);
  const count = surface.positions.length / 3;
  const [left, right] = range(surface.positions, 0);
  const [bottom] = range(surface.positions, 1);
  const [back, front] = range(surface.positions, 2);
  const shift = [(left + right) / 2, bottom, (back + front) / 2];
  const positions = new Float32Array(count * 3);
  const uvs = new Float32Array(count * 2);
  for (let v = 0; v < count; v++) {
    for (let c = 0; c < 3; c++) positions[3 * v + c] = (surface.positions[3 * v + c]! - shift[c]!) * scale;
    const x = originX + surface.positions[3 * v]! * cell;
    const y = originY - surface.positions[3 * v + 1]! * cell;
    uvs.set(atlas.uvAt(surface.groups[v]!, x, y), 2 * v);
  }
  return { positions, normals: surface.normals, uvs, triangles: surface.triangles };
}

/** Extents in metres. */
export function sizeOf(model: Drawable): { width: number; height: number; depth: number } {
  const [width, height, depth] = [0, 1, 2].map((axis) => {
    const [low, high] = range(model.positions, axis);
    return high - low;
  }) as [number, number, number];
  return { width, height, depth };
}

function range(positions: Float32Array, axis: number): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let i = axis; i < positions.length; i += 3) {
    low = Math.min(low, positions[i]!);
    high = Math.max(high, positions[i]!);
  }
  return [low, high];
}
