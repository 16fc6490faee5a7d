import { depthNames, modes, partsKept, shapeKinds } from '@image2model/mesh';
import { z } from 'zod';

/** The local model's own options, with the defaults of the generator written out. */
export const localOptionsSchema = z.strictObject({
  mode: z
    .enum(modes)
    .default('auto')
    .describe('Whether to cut out an object, make a relief of the whole photo, or decide by the photo'),
  shape: z
    .enum(['auto', ...shapeKinds])
    .default('auto')
    .describe(
      'The body that the outline becomes: round (as deep as it is wide), soft (a cushion), flat (of even thickness, ' +
        'with rounded edges), plaque (a thin slab with a slight relief), lathe (turned around its axis, such as a ' +
        'bottle), or by the photo',
    ),
  depth: z
    .union([z.number().min(1).max(100), z.enum(depthNames)], {
      error: `expected a number from 1 to 100, or one of ${depthNames.join(', ')}`,
    })
    .optional()
    .describe('How thick it becomes, in per cent of its longest side; left out, as thick as suits its shape'),
  detail: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('How strongly the shading of the photo is embossed into the surface'),
  parts: z
    .enum(partsKept)
    .default('all')
    .describe('Whether separate parts of the object are kept, or only the largest one'),
});
