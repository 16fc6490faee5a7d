import type { ModelFormat, Placement } from '@image2model/mesh';
import { downloadFormats, maxSizeMm, minSizeMm, origins } from '@image2model/protocol';
import { z } from 'zod';

const wrongSize = `must be a number of millimetres from ${minSizeMm} to ${maxSizeMm}`;
const oneOf = <const Values extends readonly string[]>(values: Values) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });

/** What a model is asked for as. */
export const formatQuery = {
  format: oneOf(downloadFormats).default('glb').describe('What to convert the model to'),
  size_mm: z.coerce
    .number({ error: wrongSize })
    .min(minSizeMm, { error: wrongSize })
    .max(maxSizeMm, { error: wrongSize })
    .optional()
    .describe(
      'The longest side of the object in millimetres; without it 100 as STL and 3MF, otherwise as the model is',
    ),
  origin: oneOf(origins).optional().describe('Where the origin is: under the middle of the object, or in its middle'),
};

/** A format, and how large and where the model is to be in it. */
export interface Form {
  format: ModelFormat;
  placement: Placement;
}

/** The form that a query asks for. */
export function formOf(query: z.output<z.ZodObject<typeof formatQuery>>): Form {
  return { format: query.format, placement: { sizeMm: query.size_mm, origin: query.origin } };
}

/** Whether it is the model as it was stored. */
export function isStored({ format, placement: { sizeMm, origin } }: Form): boolean {
  return format === 'glb' && sizeMm === undefined && origin === undefined;
}

/** Names the bytes of a model in this form, for those of the model itself. */
export function tagOf(modelTag: string, { format, placement: { sizeMm, origin } }: Form): string {
  return `${modelTag}-${format}-${sizeMm ?? 'default'}-${origin ?? 'default'}`;
}
