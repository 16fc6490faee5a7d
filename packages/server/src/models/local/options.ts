import { depthNames, modes, partsKept, shapeKinds } from '@image2model/mesh';
import { z } from 'zod';

/** The local model's own options, with the defaults of the generator written out. */
export const localOptionsSchema = z.strictObject({
  mode: z
    .enum(modes)
    .default('auto')
    .describe('Cut out the object, make a relief of the whole photo, or choose automatically'),
  shape: z
    .enum(['auto', ...shapeKinds])
    .default('auto')
    .describe(
      'The body that the outline becomes: round (as deep as it is wide), soft (a cushion), flat (of even thickness, ' +
        'with rounded edges), plaque (a thin slab with a slight relief), lathe (turned around its axis, such as a ' +
        'bottle), or automatic',
    ),
  depth: z
    .union([z.number().min(1).max(100), z.enum(depthNames)])
    .optional()
    .describe('How thick it becomes, as a percentage of its longest side; if omitted, as thick as suits its shape'),
  detail: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('How strongly the photo’s light and shade are embossed on the surface'),
  parts: z.enum(partsKept).default('all').describe('Keep every separate part of the object, or only the largest'),
});
