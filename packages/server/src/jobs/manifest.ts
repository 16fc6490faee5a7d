import { modelFileSchema } from '@image2model/protocol';
import { z } from 'zod';
import type { Engine, JobRow } from '../engine/contract.ts';
import { FileMissingError } from '../files/contract.ts';
import type { FileStore } from '../files/contract.ts';
import { endingKey, manifestKey } from '../files/keys.ts';

interface ManifestContext {
  engine: Pick<Engine, 'job' | 'task'>;
  files: Pick<FileStore, 'write'>;
}

const messageSchema = z.object({
  text: z.string(),
  id: z.string().optional(),
  values: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});

const maskSchema = z.object({
  filename: z.string(),
  contentType: z.string(),
  sizeBytes: z.number(),
  sha256: z.string(),
  storageKey: z.string(),
});

const fileSchema = z.object({
  fileId: z.uuid(),
  filename: z.string(),
  contentType: z.string(),
  sizeBytes: z.number(),
  sha256: z.string(),
  pixels: z.number().nullable(),
  storageKey: z.string(),
  mask: maskSchema.optional(),
  status: z.string(),
  message: messageSchema,
  attemptId: z.string().nullable(),
  result: modelFileSchema.nullable(),
});

const manifestSchema = z.object({
  /** Of this format. */
  version: z.literal(1),
  jobId: z.uuid(),
  /** Oldest first. */
  taskIds: z.array(z.uuid()).min(1),
  owner: z.string(),
  model: z.string(),
  options: z.record(z.string(), z.unknown()),
  faceLimit: z.number().nullable(),
  /** Ms since the epoch, like the other times. */
  createdAt: z.number(),
  finishedAt: z.number().nullable(),
  files: z.array(fileSchema).min(1),
});

/** What lies beside the files of a job, so that it can be taken up again without the database. */
export type Manifest = z.infer<typeof manifestSchema>;

/** Writes down what a job is, once it was accepted. Nothing is written of a job that is deleted meanwhile. */
export async function writeManifest(context: ManifestContext, jobId: string): Promise<void> {
  await write(context, jobId, { key: manifestKey(jobId), isSynced: true });
}

/**
 * Writes down that files of a job have new masks: those of before go. In place of what was written when its last task had
 * ended, which is what is read first.
 */
export async function noteMasks(context: ManifestContext, jobId: string): Promise<void> {
  await write(context, jobId, { key: endingKey(jobId), isSynced: true });
}

/**
 * Writes down how a job stands whenever a task of it has ended: beside its manifest, and waiting for no disk. Models lie
 * under names that say whose they are, so what a power cut takes back of it can be found out again.
 */
export async function noteEnding(context: ManifestContext, taskId: string): Promise<void> {
  const task = await context.engine.task(taskId);
  if (task === undefined || task.finishedAt === null) return;
  await write(context, task.jobId, { key: endingKey(task.jobId), isSynced: false });
}

async function write(
  { engine, files }: ManifestContext,
  jobId: string,
  { key, isSynced }: { key: string; isSynced: boolean },
): Promise<void> {
  const job = await engine.job(jobId);
  if (job === undefined) return;
  const data = Buffer.from(`${JSON.stringify(manifestOf(job))}\n`);
  await files.write(key, data, { onlyBeside: true, isSynced });
}

/** Whether a job was accepted once, by what lies beside its files. */
export async function hasManifest(files: Pick<FileStore, 'stat'>, jobId: string): Promise<boolean> {
  const found = await Promise.all([manifestKey(jobId), endingKey(jobId)].map((key) => files.stat(key)));
  return found.some((file) => file !== undefined);
}

/** What was written down of a job last; undefined where nothing was, or nothing that can be read. */
export async function readManifest(files: Pick<FileStore, 'read'>, jobId: string): Promise<Manifest | undefined> {
  return (await read(files, jobId, endingKey(jobId))) ?? (await read(files, jobId, manifestKey(jobId)));
}

async function read(files: Pick<FileStore, 'read'>, jobId: string, key: string): Promise<Manifest | undefined> {
  try {
    const parsed = manifestSchema.safeParse(JSON.parse(Buffer.from(await files.read(key)).toString()));
    return parsed.success && parsed.data.jobId === jobId ? parsed.data : undefined;
  } catch (error) {
    if (error instanceof FileMissingError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function manifestOf(job: JobRow): Manifest {
  const { jobId, taskIds, owner, model, options, faceLimit, createdAt, finishedAt } = job;
  const files = job.files.map((file) => {
    const { fileId, filename, contentType, sizeBytes, sha256, pixels, storageKey } = file;
    const { mask, status, message: said, attemptId, result } = file;
    const photo = { fileId, filename, contentType, sizeBytes, sha256, pixels, storageKey, ...(mask && { mask }) };
    return { ...photo, status, message: said, attemptId, result };
  });
  return { version: 1, jobId, taskIds, owner, model, options, faceLimit, createdAt, finishedAt, files };
}
