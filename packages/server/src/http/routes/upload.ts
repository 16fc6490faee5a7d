import { createHash, randomUUIDv7 } from 'node:crypto';
import {
  maxFileSizeBytes,
  maxFilesPerUpload,
  message,
  messageRef,
  messageWithin,
  toMessage,
  uploadSchema,
} from '@image2model/protocol';
import type { ErrorCode, Message, ProblemItem, Upload } from '@image2model/protocol';
import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IdempotencyRecord, NewFile } from '../../engine/contract.ts';
import { ApiError } from '../errors.ts';
import type { FileStore } from '../../files/contract.ts';
import { cleanFilename } from '../../files/names.ts';
import { discardImages, receiveImage } from '../../jobs/intake.ts';
import type { ImageProblem, ReceivedImage } from '../../jobs/intake.ts';
import { submitJob } from '../../jobs/submit.ts';
import type { Submission } from '../../jobs/submit.ts';
import { requireRoomInQueue } from './context.ts';
import type { Api, RouteContext } from './context.ts';
import { presentMessage } from './present.ts';
import { readForm } from './upload-form.ts';
import type { UploadForm } from './upload-form.ts';

/** Bytes of a whole upload: all its images at their largest, and something for the form around them. */
export const maxUploadBytes = maxFilesPerUpload * maxFileSizeBytes + 1024 * 1024;

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
      boundBody(request, reply);
      const images: ReceivedImage[] = [];
      const { submission, bodyHash } = await receive(request, context, images).catch(async (error: unknown) => {
        // Nothing is left of an upload that is refused.
        await discardImages(context.files, images);
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
  const sent = files.map(({ filename, sha256 }) => [filename, sha256]);
  const said = [model, options, faceLimit, sent, ...(reuse === null ? [] : [reuse])];
  return createHash('sha256').update(JSON.stringify(said)).digest('hex');
}

/** Reads and judges the whole form. What is received is added to `images` as it comes. */
async function receive(
  request: FastifyRequest,
  context: RouteContext,
  images: ReceivedImage[],
): Promise<{ submission: Submission<Upload>; bodyHash: string }> {
  const ids = { jobId: randomUUIDv7(), taskId: randomUUIDv7() };
  const { fields, problems } = await receiveParts(request, context.files, ids.jobId, images);
  const form = readForm(fields, context.models, context.config.model);
  const count = images.length + problems.length;
  if (count === 0) throw new ApiError('NO_FILES', message('error.no_files'));
  refuse([...form.problems, ...problems], count);

  const { model, options, faceLimit } = form;
  const job = { ...ids, owner: request.owner, model, options, faceLimit };
  const files = images.map(({ file }) => file);
  const reuse = form.reuse ?? context.models.get(model)?.reusable ?? false;
  const answer = (reused: number): Upload => presentUpload(job, files, reused);
  return { submission: { job, images, reuse, answer }, bodyHash: hashBody(form, files) };
}

/** Receives each image, one after the other. Reads to the end whatever is wrong. */
async function receiveParts(
  request: FastifyRequest,
  store: FileStore,
  jobId: string,
  images: ReceivedImage[],
): Promise<{ fields: Map<string, unknown[]>; problems: ImageProblem[] }> {
  const fields = new Map<string, unknown[]>();
  const problems: ImageProblem[] = [];
  const ids = orderedIds(maxFilesPerUpload);
  let count = 0;
  for await (const part of request.parts()) {
    if (part.type === 'field') {
      fields.set(part.fieldname, [...(fields.get(part.fieldname) ?? []), fieldValue(part)]);
      continue;
    }
    const fileId = part.fieldname === 'files' ? ids[count] : undefined;
    if (part.fieldname === 'files') count += 1;
    if (fileId === undefined) {
      // Not kept, but read: a client that is still sending would not see the answer otherwise.
      part.file.resume();
      if (part.fieldname !== 'files') problems.push(wrongField(part));
      continue;
    }
    const sent = { filename: part.filename ?? '', data: part.file, isCut: () => part.file.truncated };
    const received = await receiveImage(store, { jobId, fileId }, sent);
    if ('code' in received) problems.push(received);
    else images.push(received);
  }
  if (count > maxFilesPerUpload) {
    throw new ApiError('TOO_MANY_FILES', message('error.too_many_files', { count, max: maxFilesPerUpload }));
  }
  return { fields, problems };
}

type UploadProblem = ProblemItem & { code: ErrorCode };

/** All that is wrong is listed. Many clients show nothing but the sentence, so that has the first thing in it. */
function refuse(problems: readonly UploadProblem[], files: number): void {
  const [first] = problems;
  if (first === undefined) return;
  const count = problems.length;
  const reason = named(first);
  const within = messageWithin('reason', reason);
  const ofFiles = problems.every(({ filename }) => filename !== undefined);
  const several = ofFiles
    ? message('error.files_refused', { ...within, count, files })
    : message('error.several_wrong', { ...within, count });
  throw new ApiError(first.code, count === 1 ? reason : several, { errors: [...problems] });
}

/** What is wrong, with the name of the file in it. */
function named({ detail, filename, ...ref }: ProblemItem): Message {
  const said = toMessage(detail, ref);
  if (filename === undefined || detail.includes(filename)) return said;
  return message('error.of_file', { ...messageWithin('fault', said), filename });
}

/** Ends a body that is larger than any good upload before it fills the disk. */
function boundBody(request: FastifyRequest, reply: FastifyReply): void {
  const tooLarge = (): ApiError => {
    // What is still on its way is not read, so the connection cannot be used again.
    reply.header('connection', 'close');
    return new ApiError('BODY_TOO_LARGE', message('error.upload_too_large', { max: maxUploadBytes / 1024 / 1024 }));
  };
  if (Number(request.headers['content-length'] ?? 0) > maxUploadBytes) throw tooLarge();
  let seen = 0;
  const count = (chunk: Buffer): void => {
    seen += chunk.byteLength;
    if (seen <= maxUploadBytes) return;
    request.raw.off('data', count).pause();
    // What ends the parser, and so the loop over its parts; destroying the request would lose the answer.
    request.raw.emit('error', tooLarge());
  };
  request.raw.on('data', count);
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
    uploaded_files: files.map(({ fileId, filename, sizeBytes, contentType }) => ({
      file_id: fileId,
      filename,
      file_size: sizeBytes,
      content_type: contentType,
      status: 'uploaded',
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

function fieldValue(part: Extract<Multipart, { type: 'field' }>): unknown {
  if (part.valueTruncated) {
    throw new ApiError('BODY_TOO_LARGE', message('error.field_too_long', { field: part.fieldname }));
  }
  return part.value;
}

function wrongField(part: MultipartFile): ImageProblem {
  const filename = cleanFilename(part.filename ?? '');
  const said = message('error.wrong_field', { filename });
  return { code: 'INVALID_REQUEST', detail: said.text, ...messageRef(said), filename };
}
