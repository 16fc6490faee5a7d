import { z } from 'zod';
import type { Model } from './contract.ts';

/** Options with defaults filled in, or one sentence for each thing that is wrong. */
export function checkOptions(schema: z.ZodObject, given: unknown): ReturnType<Model['checkOptions']> {
  const parsed = schema.safeParse(given ?? {});
  if (parsed.success) return { options: parsed.data };
  return {
    problems: parsed.error.issues.map(({ path, message }) =>
      path.length > 0 ? `${path.join('.')}: ${message}` : message,
    ),
  };
}

/** A schema of options as a client reads it: JSON Schema of what may be sent, where everything has a default. */
export function optionsJsonSchema(schema: z.ZodObject): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: 'input' });
}
