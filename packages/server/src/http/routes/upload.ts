import { createHash, randomUUIDv7 } from 'node:crypto';
import { maxFileSizeBytes, maxFilesPerUpload, uploadSchema } from '@image2model/protocol';
import type { ErrorCode, ModelFile, ProblemItem, Upload } from '@image2model/protocol';
import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IdempotencyRecord, NewFile, NewJob } from '../../engine/contract.ts';
import { ApiError } from '../errors.ts';
import type { FileStore } from '../../files/contract.ts';
import { imageKey, jobPrefix } from '../../files/keys.ts';
import { cleanFilename } from '../../files/names.ts';
import { reuseResults } from '../../jobs/reuse.ts';
import { requireRoomInQueue } from './context.ts';
import type { Api, RouteContext } from './context.ts';
import { readForm } from './upload-form.ts';
import type { UploadForm } from './upload-form.ts';

/** Bytes of a whole upload: all its images at their largest, and something for the form around them. */
export const maxUploadBytes = maxFilesPerUpload * maxFileSizeBytes + 1024 * 1024;

/** Takes images and makes a job of them: all of them, or none. */
export function uploadRoutes(app: Api, context: RouteContext): void {
  app.post(
    '/upload',
    {
      config: { upload: true },
      schema: {
        summary: 'Upload images and start making models of them',
        description: 'A refused upload stores nothing; `errors` then names every file that is at fault.',
        tags: ['Upload'],
        response: { 200: uploadSchema },
      },
    },
    async (request, reply) => {
      const key = idempotencyKey(request);
      const isRepeated = key !== undefined && (await context.engine.idempotency(request.owner, key)) !== undefined;
      // A repetition adds nothing to the queue.
      if (!isRepeated) await requireRoomInQueue(context);
      await context.files.check();
      boundBody(request, reply);
      const jobId = randomUUIDv7();
      try {
        const { job, answer, bodyHash } = await receive(request, context, jobId);
        const record = key === undefined ? undefined : { key, bodyHash, answer: JSON.stringify(answer) };
        const earlier = await context.engine.submit(job, record);
        if (earlier === undefined) return answer;
        await context.files.removePrefix(jobPrefix(jobId));
        return repeat(earlier, bodyHash);
      } catch (error) {
        await context.files.removePrefix(jobPrefix(jobId));
        throw error;
      }
    },
  );
}

/** A name that the client gave to this upload, so that sending it again does it once. */
function idempotencyKey(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && /^[\x20-\x7E]{1,255}$/.test(key)) return key;
  throw new ApiError('INVALID_REQUEST', 'The Idempotency-Key must be 1 to 255 printable ASCII characters.');
}

/** The first answer again, where this is the same upload. */
function repeat(earlier: IdempotencyRecord, bodyHash: string): Upload {
  if (earlier.bodyHash === bodyHash) return uploadSchema.parse(JSON.parse(earlier.answer));
  throw new ApiError('IDEMPOTENCY_KEY_REUSED', 'Another upload was sent with this Idempotency-Key before.');
}

/** Of what the upload says, not of its bytes: the boundaries of a form are made anew each time that it is sent. */
function hashBody({ model, options, faceLimit, files }: NewJob, { reuse }: UploadForm): string {
  const sent = files.map(({ filename, sha256 }) => [filename, sha256]);
  const said = [model, options, faceLimit, sent, ...(reuse === null ? [] : [reuse])];
  return createHash('sha256').update(JSON.stringify(said)).digest('hex');
}

async function receive(
  request: FastifyRequest,
  context: RouteContext,
  jobId: string,
): Promise<{ job: NewJob; answer: Upload; bodyHash: string }> {
  const { files, fields, problems } = await receiveParts(request, context.files, jobId);
  const form = readForm(fields, context.models, context.defaultModel);
  const count = files.length + problems.length;
  if (count === 0) throw new ApiError('NO_FILES', 'The form has no image in a field named `files`.');
  refuse([...form.problems, ...problems], count);

  const job: NewJob = {
    jobId,
    taskId: randomUUIDv7(),
    owner: request.owner,
    model: form.model,
    options: form.options,
    faceLimit: form.faceLimit,
    files,
  };
  const reuse = form.reuse ?? context.models.get(form.model)?.reusable ?? false;
  const results = reuse ? await reuseResults(context, job) : new Map<string, ModelFile>();
  return { job: { ...job, results }, answer: presentUpload(job, results.size), bodyHash: hashBody(job, form) };
}

interface Received {
  files: NewFile[];
  fields: Map<string, unknown[]>;
  problems: FileProblem[];
}

type FileProblem = ProblemItem & { code: ErrorCode };

/** Streams each image to the store, one after the other, and judges it there. Reads to the end whatever is wrong. */
async function receiveParts(request: FastifyRequest, store: FileStore, jobId: string): Promise<Received> {
  const received: Received = { files: [], fields: new Map(), problems: [] };
  const ids = orderedIds(maxFilesPerUpload);
  let count = 0;
  for await (const part of request.parts()) {
    if (part.type === 'field') {
      received.fields.set(part.fieldname, [...(received.fields.get(part.fieldname) ?? []), fieldValue(part)]);
      continue;
    }
    const fileId = part.fieldname === 'files' ? ids[count] : undefined;
    if (part.fieldname === 'files') count += 1;
    if (fileId === undefined) {
      // Not kept, but read: a client that is still sending would not see the answer otherwise.
      part.file.resume();
      if (part.fieldname !== 'files') received.problems.push(wrongField(part));
      continue;
    }
    const result = await receiveFile(part, store, jobId, fileId);
    if ('code' in result) received.problems.push(result);
    else received.files.push(result);
  }
  if (count > maxFilesPerUpload) {
    throw new ApiError('TOO_MANY_FILES', `${count} images were sent; at most ${maxFilesPerUpload} are taken at once.`);
  }
  return received;
}

async function receiveFile(
  part: MultipartFile,
  store: FileStore,
  jobId: string,
  fileId: string,
): Promise<NewFile | FileProblem> {
  const filename = cleanFilename(part.filename ?? '');
  const storageKey = imageKey(jobId, fileId);
  // Before each image: what came in meanwhile may have used up the room there was.
  await store.check();
  const { sizeBytes, sha256 } = await store.write(storageKey, part.file);
  if (part.file.truncated) {
    const detail = `${filename} is larger than ${maxFileSizeBytes / 1024 / 1024} MiB.`;
    return { code: 'FILE_TOO_LARGE', detail, filename };
  }
  if (sizeBytes === 0) return { code: 'IMAGE_UNDECODABLE', detail: `${filename} is empty.`, filename };
  // Loaded with the first upload: the image library is a quarter of the memory of a server at rest.
  const { ImageError, inspectImage } = await import('@image2model/mesh');
  try {
    const image = store.path === undefined ? await store.read(storageKey) : store.path(storageKey);
    const { contentType, width, height } = await inspectImage(image);
    return { fileId, filename, contentType, sizeBytes, sha256, pixels: width * height, storageKey };
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return { code: error.code, detail: error.message, filename };
  }
}

/** One thing wrong is said as it is; several are counted, and all are listed. */
function refuse(problems: readonly FileProblem[], fileCount: number): void {
  const [first] = problems;
  if (first === undefined) return;
  const errors = [...problems];
  if (problems.length === 1) throw new ApiError(first.code, first.detail, { errors });
  throw new ApiError(first.code, `${problems.length} things are wrong with this upload of ${fileCount} files.`, {
    errors,
  });
}

/** Ends a body that is larger than any good upload before it fills the disk. */
function boundBody(request: FastifyRequest, reply: FastifyReply): void {
  const tooLarge = (): ApiError => {
    // What is still on its way is not read, so the connection cannot be used again.
    reply.header('connection', 'close');
    return new ApiError('BODY_TOO_LARGE', `An upload may have ${maxUploadBytes / 1024 / 1024} MiB in all.`);
  };
  if (Number(request.headers['content-length'] ?? 0) > maxUploadBytes) throw tooLarge();
  let seen = 0;
  const count = (chunk: Buffer): void => {
    seen += chunk.byteLength;
    if (seen <= maxUploadBytes) return;
    request.raw.off('data', count).pause();
    // What ends the parser, and so the loop over its parts; destroying the request would take the answer with it.
    request.raw.emit('error', tooLarge());
  };
  request.raw.on('data', count);
}

function presentUpload(job: NewJob, reused: number): Upload {
  const count = job.files.length;
  return {
    batch_id: job.jobId,
    job_id: job.jobId,
    task_id: job.taskId,
    face_limit: job.faceLimit,
    total_files: count,
    status: 'uploaded',
    message: uploadMessage(count, reused),
    uploaded_files: job.files.map(({ fileId, filename, sizeBytes, contentType }) => ({
      file_id: fileId,
      filename,
      file_size: sizeBytes,
      content_type: contentType,
      status: 'uploaded',
    })),
  };
}

function uploadMessage(count: number, reused: number): string {
  if (reused === count) return `${images(count)} uploaded and made before: the earlier models are taken`;
  if (reused > 0)
    return `${images(count)} uploaded; ${reused} of them were made before, the others wait for their turn`;
  return `${images(count)} uploaded and ${count === 1 ? 'waits' : 'wait'} for ${count === 1 ? 'its' : 'their'} turn`;
}

function images(count: number): string {
  return count === 1 ? '1 image was' : `${count} images were`;
}

/** Ids that sort in the order in which they are used, whatever happens within one millisecond. */
function orderedIds(count: number): string[] {
  return Array.from({ length: count }, () => randomUUIDv7()).toSorted();
}

function fieldValue(part: Extract<Multipart, { type: 'field' }>): unknown {
  if (part.valueTruncated) throw new ApiError('BODY_TOO_LARGE', `The field ${part.fieldname} is too long.`);
  return part.value;
}

function wrongField(part: MultipartFile): FileProblem {
  const filename = cleanFilename(part.filename ?? '');
  return { code: 'INVALID_REQUEST', detail: `${filename} must be sent in a field named \`files\`.`, filename };
}
