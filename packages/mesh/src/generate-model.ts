import type { GenerateContext, GeneratedModel, GenerateOptions } from './types.ts';
export async function generateModel(
  image: Uint8Array,
  options: GenerateOptions = {},
  context: GenerateContext = {},
): Promise<GeneratedModel> {
  context.signal?.throwIfAborted();
  throw new Error(`Not built yet: ${image.byteLength} bytes, ${Object.keys(options).length} options`);
}
