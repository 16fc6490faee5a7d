import { modelFileSchema } from '@image2model/protocol';
import { z } from 'zod';
import type { Engine, JobRow } from '../engine/contract.ts';
import { FileMissingError } from '../files/contract.ts';
import type { FileStore } from '../files/contract.ts';
import { manifestKey } from '../files/keys.ts';

interface ManifestContext {
  engine: Pick<Engine, 'job' | 'task'>;
  files: Pick<FileStore, 'write'>;
}

const messageSchema = z.object({
  text: z.string(),
  id: z.string().optional(),
  values: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});

const fileSchema = z.object({
  fileId: z.uuid(),
  filename: z.string(),
  contentType: z.string(),
  sizeBytes: z.number(),
  sha256: z.string(),
  pixels: z.number().nullable(),
  storageKey: z.string(),
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

/**
 * Writes down how a job stands, once it was accepted and whenever a task of it has ended. Models that are finished in
 * between lie under names that say whose they are. Nothing is written of a job that is deleted meanwhile.
 */
export async function writeManifest({ engine, files }: ManifestContext, jobId: string): Promise<void> {
  const job = await engine.job(jobId);
  if (job === undefined) return;
  const data = Buffer.from(`${JSON.stringify(manifestOf(job))}\n`);
  await files.write(manifestKey(jobId), data, { onlyBeside: true });
}

/** The same where the task has ended. */
export async function noteEnding(context: ManifestContext, taskId: string): Promise<void> {
  const task = await context.engine.task(taskId);
  if (task !== undefined && task.finishedAt !== null) await writeManifest(context, task.jobId);
}

/** The manifest of a job; undefined where it has none, or none that can be read. */
export async function readManifest(files: Pick<FileStore, 'read'>, jobId: string): Promise<Manifest | undefined> {
  try {
    const parsed = manifestSchema.safeParse(JSON.parse(Buffer.from(await files.read(manifestKey(jobId))).toString()));
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
    const { status, message: said, attemptId, result } = file;
    const photo = { fileId, filename, contentType, sizeBytes, sha256, pixels, storageKey };
    return { ...photo, status, message: said, attemptId, result };
  });
  return { version: 1, jobId, taskIds, owner, model, options, faceLimit, createdAt, finishedAt, files };
}
