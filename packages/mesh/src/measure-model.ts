import { boxOf, sidesOf } from './convert/box.ts';
import { measureSurface } from './convert/measure-surface.ts';
import type { Measures } from './convert/measure-surface.ts';
import { readModel } from './convert/read-parts.ts';
import { weldParts } from './convert/weld.ts';

/** Measures of a model, with its extents; metres. */
export interface ModelMeasures extends Measures {
  width: number;
  height: number;
  depth: number;
}

/**
 * Measures any GLB as `generateModel` measures its own: its size, and whether it can be printed.
 * @throws Error where the bytes are not a GLB, or have no triangles.
 */
export async function measureModel(glb: Uint8Array): Promise<ModelMeasures> {
  const { points, triangles } = weldParts((await readModel(glb)).parts);
  const [width, height, depth] = sidesOf(boxOf(points));
  return { width, height, depth, ...measureSurface(points, triangles) };
}
