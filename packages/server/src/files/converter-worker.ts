import { createHash } from 'node:crypto';
import { convertModel } from '@image2model/mesh';
import type { ConvertedModel, ModelFormat, Placement } from '@image2model/mesh';

export interface ConvertTask {
  glb: Uint8Array;
  format: ModelFormat;
  placement: Placement;
  /** What files inside are called; without an extension. */
  name: string;
}

/** A file in another format, and the SHA-256 of its bytes in lower-case hex. */
export interface Converted extends ConvertedModel {
  sha256: string;
}

/** One conversion, in a thread of its own. */
export default async function convert({ glb, format, placement, name }: ConvertTask): Promise<Converted> {
  const converted = await convertModel(glb, format, placement, name);
  return { ...converted, sha256: createHash('sha256').update(converted.bytes).digest('hex') };
}
