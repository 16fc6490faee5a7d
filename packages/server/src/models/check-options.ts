import { message } from '@image2model/protocol';
import type { Message } from '@image2model/protocol';
import { z } from 'zod';
import type { Model } from './contract.ts';

/** What a JSON Schema may say of one option. Schemas of options say no more. */
interface OptionSchema {
  type?: string;
  minimum?: number;
  maximum?: number;
  enum?: readonly (string | number)[];
  anyOf?: readonly OptionSchema[];
}

/** Characters of a name that is repeated to whoever sent it. */
const maxNameLength = 60;

/** Options with defaults filled in, or one sentence for each option that is wrong, with what it may be. */
export function checkOptions(schema: z.ZodObject, given: unknown): ReturnType<Model['checkOptions']> {
  const parsed = schema.safeParse(given ?? {});
  if (parsed.success) return { options: parsed.data };
  const known = Object.entries(optionsJsonSchema(schema)['properties'] ?? {}) as [string, OptionSchema][];
  const names = known.map(([name]) => name).join(', ');
  const problems = new Map<string, Message>();
  for (const issue of parsed.error.issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        problems.set(key, message('option.unknown', { option: key.slice(0, maxNameLength), names }));
      }
      continue;
    }
    const option = String(issue.path[0] ?? '');
    const [, own = {}] = known.find(([name]) => name === option) ?? [];
    const said = option === '' ? message('option.object') : whatItMayBe(option, own);
    problems.set(option, said ?? { text: `${option}: ${issue.message}` });
  }
  return { problems: [...problems.values()] };
}

/** A schema of options as a client reads it: JSON Schema of what may be sent, where everything has a default. */
export function optionsJsonSchema(schema: z.ZodObject): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: 'input' });
}

/** A sentence that says all that an option may be; undefined for a kind that there is no sentence for. */
function whatItMayBe(option: string, own: OptionSchema): Message | undefined {
  const kinds = own.anyOf ?? [own];
  const names = kinds.flatMap((kind) => kind.enum ?? []).join(', ');
  const number = kinds.find(({ type }) => type === 'number' || type === 'integer');
  const { minimum: min, maximum: max } = number ?? {};
  if (min !== undefined && max !== undefined) {
    if (names !== '') return message('option.number_or_choice', { option, min, max, names });
    return message(number?.type === 'integer' ? 'option.whole_number' : 'option.number', { option, min, max });
  }
  if (number !== undefined) return undefined;
  if (names !== '') return message('option.choice', { option, names });
  return own.type === 'boolean' ? message('option.boolean', { option }) : undefined;
}
