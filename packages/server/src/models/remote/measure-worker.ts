import { measureModel } from '@image2model/mesh';
import type { ModelMeasures } from '@image2model/mesh';

/** One model, in a thread of its own. */
export default async function measure(glb: Uint8Array): Promise<ModelMeasures> {
  return await measureModel(glb);
}
