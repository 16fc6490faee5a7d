import type { Engine, IdempotencyRecord, NewJob, StoredResult } from '../engine/contract.ts';
import { StorageFullError, StorageGoneError } from '../files/contract.ts';
import type { FileStore, SpooledFile } from '../files/contract.ts';
import { ShortageError } from '../shortage.ts';
import { jobPrefix, unfinishedUploadKey } from '../files/keys.ts';
import { writeManifest } from './manifest.ts';
import { discard } from './intake.ts';
import type { ReceivedImage } from './intake.ts';
import { allDone } from '../all-done.ts';
import { reuseResults } from './reuse.ts';

interface SubmitContext {
  engine: Pick<Engine, 'submit' | 'unknownJobs' | 'idempotency' | 'earlierResult' | 'job' | 'task'>;
  files: FileStore;
}

/** A job that is to be made of images that were received and are good. */
export interface Submission<Answer> {
  job: Omit<NewJob, 'files' | 'results'>;
  images: readonly ReceivedImage[];
  /** Whether earlier results of the same work will do. */
  reuse: boolean;
  /** What the client is answered, given how many results are reused. */
  answer(reused: number): Answer;
  /** The client's own name for this upload, where it has one; the answer is stored with it. */
  idempotency?: Pick<IdempotencyRecord, 'key' | 'bodyHash'> | undefined;
}

/**
 * Puts the images into the store and submits the job. Where this owner has used the idempotency key before, nothing is
 * kept and the earlier record comes back. When this rejects, there is no job and nothing is left of its images, save
 * where the engine cannot say whether it has the job: then they are left to the sweep of orphans.
 */
export async function submitJob<Answer>(
  context: SubmitContext,
  submission: Submission<Answer>,
): Promise<{ answer: Answer } | { earlier: IdempotencyRecord }> {
  const { engine, files } = context;
  const { images, reuse, idempotency } = submission;
  const job: NewJob = { ...submission.job, files: images.map(({ file }) => file) };
  const results = await storeFiles(context, job, submission).catch(async (error: unknown) => {
    await discard(files, images.flatMap(partsOf));
    await files.removePrefix(jobPrefix(job.jobId));
    throw error;
  });
  const answer = submission.answer(results.size);
  const record = idempotency && { ...idempotency, answer: JSON.stringify(answer) };
  let earlier: IdempotencyRecord | undefined;
  try {
    earlier = await engine.submit({ ...job, results }, record);
  } catch (error) {
    if (!(await wasAccepted(engine, job.jobId, error))) {
      // Or it was not accepted because this upload is a repetition, and the answer that says so was lost.
      earlier = record && (await engine.idempotency(job.owner, record.key).catch(() => undefined));
      if (earlier === undefined) {
        await files.removePrefix(jobPrefix(job.jobId));
        throw error;
      }
    }
  }
  if (earlier === undefined) {
    // The job is there: what keeps this from being written must not refuse it. Its ending writes it again.
    await writeManifest(context, job.jobId).catch(() => undefined);
    if (reuse) await files.remove(unfinishedUploadKey(job.jobId)).catch(() => undefined);
    return { answer };
  }
  await files.removePrefix(jobPrefix(job.jobId));
  return { earlier };
}

/** Everything of a new job that lies in the store: its images and their masks, and copies of earlier results. */
async function storeFiles<Answer>(
  context: SubmitContext,
  job: NewJob,
  { images, reuse }: Submission<Answer>,
): Promise<Map<string, StoredResult>> {
  // Together, so that they share the syncs of their folders.
  await allDone(images.flatMap(partsOf).map(({ key, spooled }) => context.files.put(key, spooled)));
  return reuse ? await reuseResults(context, job) : new Map<string, StoredResult>();
}

/** An image, and its mask. */
function partsOf({ file, spooled, mask }: ReceivedImage): { key: string; spooled: SpooledFile }[] {
  const image = { key: file.storageKey, spooled };
  return mask && file.mask ? [image, { key: file.mask.storageKey, spooled: mask.spooled }] : [image];
}

/**
 * Whether a submit that was rejected was written all the same: over a network a commit can succeed and its answer be
 * lost. Throws the error of the submit where the engine cannot be asked either.
 */
async function wasAccepted(engine: Pick<Engine, 'unknownJobs'>, jobId: string, error: unknown): Promise<boolean> {
  if (isNothingWritten(error)) return false;
  const unknown = await engine.unknownJobs([jobId]).catch(() => {
    throw error;
  });
  return unknown.length === 0;
}

/** The engine's word that a change was not made. Of any other rejection nobody knows. */
export function isNothingWritten(error: unknown): boolean {
  return error instanceof StorageFullError || error instanceof StorageGoneError || error instanceof ShortageError;
}
