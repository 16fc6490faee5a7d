import { z } from 'zod';

/** The local model's own options, with the defaults of the generator written out. */
export const localOptionsSchema = z.strictObject({
  depth: z
    .enum(['medal', 'soft', 'full'])
    .default('full')
    .describe('How thick the object becomes: like a coin, like a cushion, or as thick as its outline suggests'),
  detail: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('How strongly the shading of the photo is embossed into the surface'),
  parts: z
    .enum(['all', 'largest'])
    .default('all')
    .describe('Whether separate parts of the object are kept, or only the largest one'),
  mode: z
    .enum(['auto', 'object', 'relief'])
    .default('auto')
    .describe('Whether to cut out an object, make a relief of the whole photo, or decide by the photo'),
});
