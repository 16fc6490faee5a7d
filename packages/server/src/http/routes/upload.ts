import { createHash, randomUUIDv7 } from 'node:crypto';
import { maxFilesPerUpload, message, uploadSchema } from '@image2model/protocol';
import type { Message, Upload } from '@image2model/protocol';
import type { FastifyRequest } from 'fastify';
import type { IdempotencyRecord, NewFile } from '../../engine/contract.ts';
import { ApiError } from '../errors.ts';
import { discard, receiveImage } from '../../jobs/intake.ts';
import type { ReceivedImage } from '../../jobs/intake.ts';
import { matchMasks, misfit, toStored } from '../../jobs/masks.ts';
import type { ReceivedMask } from '../../jobs/masks.ts';
import { submitJob } from '../../jobs/submit.ts';
import type { Submission } from '../../jobs/submit.ts';
import { boundBody, maxUploadBytes } from './bound-body.ts';
import { requireRoomInQueue } from './context.ts';
import type { Api, RouteContext } from './context.ts';
import { masksField, maskTexts, readParts } from './form-parts.ts';
import type { FileField } from './form-parts.ts';
import { presentMessage } from './present.ts';
import { refuse, unusedMasks } from './refuse.ts';
import { readForm } from './upload-form.ts';
import type { UploadForm, UploadProblem } from './upload-form.ts';

/** Accepts images and makes a job of them: all of them, or none. */
export function uploadRoutes(app: Api, context: RouteContext): void {
  app.post(
    '/upload',
    {
      config: { upload: true },
      schema: {
        summary: 'Upload images and start making models of them',
        description: 'A rejected upload stores nothing; `errors` then names every file that is wrong.',
        tags: ['Upload'],
        response: { 200: uploadSchema },
      },
    },
    async (request, reply) => {
      const key = idempotencyKey(request);
      const isRepeated = key !== undefined && (await context.engine.idempotency(request.owner, key)) !== undefined;
      // A repetition adds nothing to the queue.
      if (!isRepeated) await requireRoomInQueue(context);
      await context.files.requireRoom();
      boundBody(request, reply, maxUploadBytes);
      const received: Received = { images: [], masks: [] };
      const { submission, bodyHash } = await receive(request, context, received).catch(async (error: unknown) => {
        // Nothing is left of an upload that is refused.
        await discard(context.files, [...received.images, ...received.masks]);
        throw error;
      });
      const idempotency = key === undefined ? undefined : { key, bodyHash };
      const submitted = await submitJob(context, { ...submission, idempotency });
      return 'answer' in submitted ? submitted.answer : repeat(submitted.earlier, bodyHash);
    },
  );
}

/** A name that the client gave to this upload, so that sending it again does it once. */
function idempotencyKey(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && /^[\x20-\x7E]{1,255}$/.test(key)) return key;
  throw new ApiError('INVALID_REQUEST', message('error.idempotency_key_invalid'));
}

/** The first answer again, where this is the same upload. */
function repeat(earlier: IdempotencyRecord, bodyHash: string): Upload {
  if (earlier.bodyHash === bodyHash) return uploadSchema.parse(JSON.parse(earlier.answer));
  throw new ApiError('IDEMPOTENCY_KEY_REUSED', message('error.idempotency_key_reused'));
}

/** Of what the upload says, not of its bytes: the boundaries of a form are drawn again each time that it is sent. */
function hashBody({ model, options, faceLimit, reuse }: UploadForm, files: readonly NewFile[]): string {
  const sent = files.map(({ filename, sha256, mask }) => [filename, sha256, ...(mask ? [mask.sha256] : [])]);
  const said = [model, options, faceLimit, sent, ...(reuse === null ? [] : [reuse])];
  return createHash('sha256').update(JSON.stringify(said)).digest('hex');
}

/** What came in with a form and is not in the store yet. */
interface Received {
  images: ReceivedImage[];
  masks: ReceivedMask[];
}

/** Reads and judges the whole form. What is received is added to `received` as it comes. */
async function receive(
  request: FastifyRequest,
  context: RouteContext,
  received: Received,
): Promise<{ submission: Submission<Upload>; bodyHash: string }> {
  const ids = { jobId: randomUUIDv7(), taskId: randomUUIDv7() };
  const { images, masks } = received;
  const refused: SentPhoto[] = [];
  const fileFields = new Map([
    ['files', photosField(context, ids.jobId, images, refused)],
    ['masks', masksField(context.files, masks)],
  ]);
  const { fields, problems } = await readParts(request, fileFields, misplaced);
  const form = readForm(fields, context.models, context.config.model);
  if (images.length + problems.length === 0) throw new ApiError('NO_FILES', message('error.no_files'));

  const { model, options, faceLimit } = form;
  const unmatched = placeMasks(ids.jobId, received, refused);
  const unused = masks.length > 0 ? unusedMasks(context.models, model) : [];
  const files = images.length + refused.length;
  refuse([...form.problems, ...problems, ...maskTexts(fields), ...unmatched, ...unused], files + masks.length);

  const job = { ...ids, owner: request.owner, model, options, faceLimit };
  const good = images.map(({ file }) => file);
  const reuse = form.reuse ?? context.models.get(model)?.reusable ?? false;
  const answer = (reused: number): Upload => presentUpload(job, good, reused);
  return { submission: { job, images, reuse, answer }, bodyHash: hashBody(form, good) };
}

function misplaced(filename: string): Message {
  return message('error.wrong_field', { filename });
}

/** A photo as it was sent, be it good or not. */
type SentPhoto = Pick<NewFile, 'fileId' | 'filename'>;

/** The field of a form that has the photos: good ones are added to `images`, the names of the others to `refused`. */
function photosField(
  { files: store }: RouteContext,
  jobId: string,
  images: ReceivedImage[],
  refused: SentPhoto[],
): FileField {
  const ids = orderedIds(maxFilesPerUpload);
  return {
    max: maxFilesPerUpload,
    tooMany: (count) =>
      new ApiError('TOO_MANY_FILES', message('error.too_many_files', { count, max: maxFilesPerUpload })),
    take: async (sent, index) => {
      const fileId = ids[index] ?? '';
      const received = await receiveImage(store, { jobId, fileId }, sent);
      if (!('code' in received)) {
        images.push(received);
        return undefined;
      }
      refused.push({ fileId, filename: received.filename ?? '' });
      return received;
    },
  };
}

/** Gives each photo its mask, and says which masks are of no use. */
function placeMasks(jobId: string, { images, masks }: Received, refused: readonly SentPhoto[]): UploadProblem[] {
  const { matched, problems } = matchMasks(masks, [...images.map(({ file }) => file), ...refused]);
  for (const image of images) {
    const { fileId } = image.file;
    const mask = matched.get(fileId);
    if (mask === undefined) continue;
    image.mask = mask;
    image.file.mask = toStored(jobId, fileId, mask);
    problems.push(...misfit(mask, image.size));
  }
  return problems;
}

function presentUpload(
  { jobId, taskId, faceLimit }: Submission<Upload>['job'],
  files: readonly NewFile[],
  reused: number,
): Upload {
  return {
    batch_id: jobId,
    job_id: jobId,
    task_id: taskId,
    face_limit: faceLimit,
    total_files: files.length,
    status: 'uploaded',
    ...presentMessage(uploadMessage(files.length, reused)),
    uploaded_files: files.map(({ fileId, filename, sizeBytes, contentType, mask }) => ({
      file_id: fileId,
      filename,
      file_size: sizeBytes,
      content_type: contentType,
      status: 'uploaded',
      ...(mask && { has_mask: true }),
    })),
  };
}

function uploadMessage(total: number, reused: number): Message {
  if (total === 1) return message(reused === 1 ? 'upload.reused_one' : 'upload.queued_one');
  if (reused === total) return message('upload.reused', { total });
  if (reused > 0) return message('upload.partly_reused', { total, reused });
  return message('upload.queued', { total });
}

/** Ids that sort in the order in which they are used, whatever happens within one millisecond. */
function orderedIds(count: number): string[] {
  return Array.from({ length: count }, () => randomUUIDv7()).toSorted();
}
