/** What a GLB can be turned into; `obj` is a ZIP of OBJ, MTL and texture. */
export type ModelFormat = 'obj' | 'stl' | 'ply' | 'usdz';

/** A file in another format. */
export interface ConvertedModel {
  bytes: Uint8Array;
  contentType: string;
  /** Without a dot. */
  extension: string;
}

export async function convertModel(glb: Uint8Array, format: ModelFormat): Promise<ConvertedModel> {
  throw new Error(`Not built yet: ${format} from ${glb.byteLength} bytes`);
}
