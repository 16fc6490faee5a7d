import { writeObj } from './convert/obj.ts';
import { writePly } from './convert/ply.ts';
import { readParts } from './convert/read-parts.ts';
import { writeStl } from './convert/stl.ts';
import { writeUsdz } from './convert/usdz.ts';

/** What a GLB can be converted to; `obj` is a ZIP of OBJ, MTL and textures. */
export type ModelFormat = 'obj' | 'stl' | 'ply' | 'usdz';

/** A file in another format. */
export interface ConvertedModel {
  bytes: Uint8Array;
  contentType: string;
  /** Without the dot. */
  extension: string;
}

/**
 * Converts the triangles of a GLB. Node transforms are applied; animations, skins and lights are left out.
 * OBJ, PLY and USDZ stay in metres with Y up; STL is in millimetres with Z up, as slicers expect.
 * @throws Error where the bytes are not a GLB, or have no triangles.
 */
export async function convertModel(glb: Uint8Array, format: ModelFormat): Promise<ConvertedModel> {
  const parts = await readParts(glb);
  switch (format) {
    case 'obj':
      return { bytes: writeObj(parts), contentType: 'application/zip', extension: 'zip' };
    case 'stl':
      return { bytes: writeStl(parts), contentType: 'model/stl', extension: 'stl' };
    case 'ply':
      return { bytes: await writePly(parts), contentType: 'application/octet-stream', extension: 'ply' };
    case 'usdz':
      return { bytes: await writeUsdz(parts), contentType: 'model/vnd.usdz+zip', extension: 'usdz' };
  }
}
