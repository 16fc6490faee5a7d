import { convertModel } from '@image2model/mesh';
import type { ConvertedModel, ModelFormat } from '@image2model/mesh';

export interface ConvertTask {
  glb: Uint8Array;
  format: ModelFormat;
}

/** One conversion, in a thread of its own. */
export default async function convert({ glb, format }: ConvertTask): Promise<ConvertedModel> {
  return await convertModel(glb, format);
}
