import { maxFilesPerUpload, message } from '@image2model/protocol';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { FileStore } from '../../files/contract.ts';
import type { ReceivedMask } from '../../jobs/masks.ts';
import { ApiError } from '../errors.ts';
import { masksField, maskTexts, readParts } from './form-parts.ts';
import { refuse } from './refuse.ts';

// UUIDs compare by their text everywhere, and ours are in lower case.
const fileIds = z
  .array(z.uuid().transform((text) => text.toLowerCase()))
  .min(1)
  .max(maxFilesPerUpload);

/** What a retry may ask for, all of it optional. */
export const retryBody = z.object({
  model: z.string().optional(),
  options: z.record(z.string(), z.unknown()).optional(),
  face_limit: z.union([z.number(), z.string()]).nullish().describe('A whole number; null for none'),
  file_ids: fileIds.optional().describe('The files to run, also those that have a model'),
  drop_masks: fileIds.optional().describe('Files whose mask is taken away: the model finds their object by itself'),
});
export type RetryWish = z.infer<typeof retryBody>;

/** Reads a retry that is sent as a form. Masks that are received are added to `masks` as they come. */
export async function readRetryForm(
  request: FastifyRequest,
  files: FileStore,
  masks: ReceivedMask[],
): Promise<RetryWish> {
  const fileFields = new Map([['masks', masksField(files, masks)]]);
  const { fields, problems } = await readParts(request, fileFields, (filename) =>
    message('mask.wrong_field', { filename }),
  );
  refuse([...problems, ...maskTexts(fields)], masks.length + problems.length);
  const value = (name: string): string | undefined => {
    const all = fields.get(name) ?? [];
    if (all.length > 1) throw new ApiError('INVALID_REQUEST', message('error.field_repeated', { field: name }));
    const text = textOf(all[0]).trim();
    return text === '' ? undefined : text;
  };
  const [model, options, faceLimit] = [value('model'), value('options'), value('face_limit')];
  const ids = readIds('file_ids', fields);
  const dropped = readIds('drop_masks', fields);
  return {
    ...(model !== undefined && { model }),
    ...(options !== undefined && { options: readOptions(options) }),
    ...(faceLimit !== undefined && { face_limit: faceLimit === 'null' ? null : faceLimit }),
    ...(ids !== undefined && { file_ids: ids }),
    ...(dropped !== undefined && { drop_masks: dropped }),
  };
}

/** A JSON list, or the field once for each. Undefined where none was sent. */
function readIds(
  field: 'file_ids' | 'drop_masks',
  fields: ReadonlyMap<string, readonly unknown[]>,
): string[] | undefined {
  const sent = fields.get(field) ?? [];
  const texts = sent.map((value) => textOf(value).trim()).filter((text) => text !== '');
  if (texts.length === 0) return undefined;
  const [only = ''] = texts;
  const isList = texts.length === 1 && only.startsWith('[');
  const parsed = fileIds.safeParse(isList ? parseJson(only) : texts);
  if (!parsed.success) throw new ApiError('INVALID_REQUEST', message(`error.${field}`, { max: maxFilesPerUpload }));
  return parsed.data;
}

function readOptions(text: string): Record<string, unknown> {
  const parsed = z.record(z.string(), z.unknown()).safeParse(parseJson(text));
  if (!parsed.success) throw new ApiError('INVALID_OPTIONS', message('error.options_not_json'));
  return parsed.data;
}

/** A part that says that it is JSON arrives parsed. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
