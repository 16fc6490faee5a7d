import { maxFilesPerUpload, message, messageRef } from '@image2model/protocol';
import type { Message } from '@image2model/protocol';
import type { Multipart } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { FileStore } from '../../files/contract.ts';
import { cleanFilename } from '../../files/names.ts';
import { problem } from '../../jobs/intake.ts';
import type { ImageProblem, SentImage } from '../../jobs/intake.ts';
import { receiveMask } from '../../jobs/masks.ts';
import type { ReceivedMask } from '../../jobs/masks.ts';
import { ApiError } from '../errors.ts';
import type { UploadProblem } from './upload-form.ts';

/** How the files in a field of a form are received. */
export interface FileField {
  /** Files at most; more are an error. */
  max: number;
  tooMany(count: number): ApiError;
  /** Receives the file with this place among those of the field, and says what is wrong with it. */
  take(sent: SentImage, index: number): Promise<ImageProblem | undefined>;
}

/** What a form says beside its files, and what is wrong with those. */
export interface Form {
  fields: Map<string, unknown[]>;
  problems: UploadProblem[];
}

/**
 * Receives each file of a form, one after the other, by the name of its field. Reads to the end whatever is wrong.
 * @param misplaced What is said of a file in any other field, by its name.
 */
export async function readParts(
  request: FastifyRequest,
  fileFields: ReadonlyMap<string, FileField>,
  misplaced: (filename: string) => Message,
): Promise<Form> {
  const form: Form = { fields: new Map(), problems: [] };
  const counts = new Map<string, number>();
  for await (const part of request.parts()) {
    const { fieldname } = part;
    if (part.type === 'field') {
      form.fields.set(fieldname, [...(form.fields.get(fieldname) ?? []), fieldValue(part)]);
      continue;
    }
    const field = fileFields.get(fieldname);
    const index = counts.get(fieldname) ?? 0;
    counts.set(fieldname, index + 1);
    if (field === undefined || index >= field.max) {
      // Not kept, but read: a client that is still sending would not see the answer otherwise.
      part.file.resume();
      const filename = cleanFilename(part.filename ?? '');
      if (field === undefined) form.problems.push(problem('INVALID_REQUEST', misplaced(filename), filename));
      continue;
    }
    const sent = { filename: part.filename ?? '', data: part.file, isCut: () => part.file.truncated };
    const wrong = await field.take(sent, index);
    if (wrong !== undefined) form.problems.push(wrong);
  }
  for (const [name, field] of fileFields) {
    const count = counts.get(name) ?? 0;
    if (count > field.max) throw field.tooMany(count);
  }
  return form;
}

/** The field of a form that has masks; those received are added to `masks` as they come. */
export function masksField(store: FileStore, masks: ReceivedMask[]): FileField {
  return {
    max: maxFilesPerUpload,
    tooMany: (count) => new ApiError('TOO_MANY_FILES', message('mask.too_many', { count, max: maxFilesPerUpload })),
    take: async (sent) => {
      const received = await receiveMask(store, sent);
      // What a page sends of a field for a file that was left blank.
      if ('code' in received)
        return sent.filename === '' && received.message_id === 'image.empty' ? undefined : received;
      masks.push(received);
      return undefined;
    },
  };
}

/** Masks that were sent as text: without a file's name nobody knows whose they are. */
export function maskTexts(fields: ReadonlyMap<string, readonly unknown[]>): UploadProblem[] {
  const said = message('mask.not_a_file');
  return fields.get('masks')?.some((value) => value !== '')
    ? [{ code: 'INVALID_REQUEST', field: 'masks', detail: said.text, ...messageRef(said) }]
    : [];
}

function fieldValue(part: Extract<Multipart, { type: 'field' }>): unknown {
  if (part.valueTruncated) {
    throw new ApiError('BODY_TOO_LARGE', message('error.field_too_long', { field: part.fieldname }));
  }
  return part.value;
}
