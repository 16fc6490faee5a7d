import { writeObj } from './convert/obj.ts';
import { placeGlb } from './convert/place-glb.ts';
import { printSizeMm } from './convert/placement.ts';
import type { Placement } from './convert/placement.ts';
import { partsForPrint, placeParts } from './convert/place-parts.ts';
import { writePly } from './convert/ply.ts';
import { readModel } from './convert/read-parts.ts';
import { writeStl } from './convert/stl.ts';
import { writeThreeMf } from './convert/three-mf.ts';
import { writeUsdz } from './convert/usdz.ts';

/** What a GLB can be had as; `obj` is a ZIP of OBJ, MTL and textures. */
export const modelFormats = ['glb', 'obj', 'stl', 'ply', 'usdz', '3mf'] as const;
export type ModelFormat = (typeof modelFormats)[number];

/** A file in another format. */
export interface ConvertedModel {
  bytes: Uint8Array;
  contentType: string;
  /** Without the dot. */
  extension: string;
}

/**
 * Converts the triangles of a GLB. Node transforms are applied; animations, skins and lights are left out.
 * OBJ, PLY and USDZ are in metres with Y up, as large and where the GLB is unless `placement` says otherwise. STL and 3MF
 * are in millimetres with Z up, as slicers expect, {@link printSizeMm} long and standing on the plate; reliefs lie on
 * their backs. `glb` is the GLB itself, moved and scaled. `name` is what the files of an OBJ are called, without an
 * extension.
 * @throws Error where the bytes are not a GLB, or have no triangles; RangeError where the format is unknown or the
 * placement not valid.
 */
export async function convertModel(
  glb: Uint8Array,
  format: ModelFormat,
  placement: Placement = {},
  name = 'model',
): Promise<ConvertedModel> {
  if (!modelFormats.includes(format)) throw new RangeError(`format must be one of: ${modelFormats.join(', ')}`);
  const model = await readModel(glb);
  const { sizeMm = printSizeMm, origin = 'bottom' } = placement;
  const forPrint = { sizeMm, origin };
  switch (format) {
    case 'glb':
      return { bytes: placeGlb(glb, model, placement), contentType: 'model/gltf-binary', extension: 'glb' };
    case 'obj':
      return { bytes: writeObj(placeParts(model, placement), name), contentType: 'application/zip', extension: 'zip' };
    case 'stl':
      return { bytes: writeStl(partsForPrint(model, forPrint)), contentType: 'model/stl', extension: 'stl' };
    case '3mf':
      return { bytes: await writeThreeMf(partsForPrint(model, forPrint)), contentType: 'model/3mf', extension: '3mf' };
    case 'ply': {
      const bytes = await writePly(placeParts(model, placement));
      return { bytes, contentType: 'application/octet-stream', extension: 'ply' };
    }
    case 'usdz': {
      const bytes = await writeUsdz(placeParts(model, placement));
      return { bytes, contentType: 'model/vnd.usdz+zip', extension: 'usdz' };
    }
  }
}
