import type { Engine, JobRow, RetryOutcome, RetryTask, StoredMask } from '../engine/contract.ts';
import type { FileStore } from '../files/contract.ts';
import { jobPrefix } from '../files/keys.ts';
import { allDone } from '../all-done.ts';
import { noteMasks } from './manifest.ts';
import { toStored } from './masks.ts';
import type { ReceivedMask } from './masks.ts';
import { isNothingWritten } from './submit.ts';

/** What a retry changes about masks, by file ids. */
export interface NewMasks {
  masks: ReadonlyMap<string, ReceivedMask>;
  /** Files that have no mask any more. */
  dropped: readonly string[];
}

interface MakeAgainContext {
  engine: Pick<Engine, 'retry' | 'addCleanup' | 'job' | 'task'>;
  files: FileStore;
}

/** A mask that was stored and never became its file's goes after so long, in ms: a request is over long before. */
const strayMs = 3_600_000;

/**
 * Puts new masks into the store, beside those of before, and files of a job into a new task of it. Where that is refused
 * nothing is left of the masks; where nobody knows, or the process dies, a cleanup looks which ones are used.
 */
export async function makeAgain(
  context: MakeAgainContext,
  { jobId }: Pick<JobRow, 'jobId'>,
  task: Omit<RetryTask, 'masks'>,
  { masks: received, dropped }: NewMasks,
): Promise<RetryOutcome> {
  const { engine, files } = context;
  const masks = new Map([...received].map(([fileId, mask]) => [fileId, toStored(jobId, fileId, mask)]));
  const remove = async (): Promise<void> => {
    await Promise.all([...masks.values()].map(({ storageKey }) => files.remove(storageKey)));
  };
  await storeMasks(context, jobId, masks, received).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  const changed = new Map([...masks, ...dropped.map((fileId) => [fileId, null] as const)]);
  const outcome = await engine.retry(jobId, { ...task, masks: changed }).catch(async (error: unknown) => {
    if (isNothingWritten(error)) await remove();
    throw error;
  });
  if (changed.size === 0) return outcome;
  if (outcome === 'retried') {
    // It runs: what keeps this from being written must not refuse it. Its ending writes it again.
    await noteMasks(context, jobId).catch(() => undefined);
  } else if (outcome === 'unknown') {
    await files.removePrefix(jobPrefix(jobId));
  } else {
    await remove();
  }
  return outcome;
}

async function storeMasks(
  { engine, files }: MakeAgainContext,
  jobId: string,
  masks: ReadonlyMap<string, StoredMask>,
  received: ReadonlyMap<string, ReceivedMask>,
): Promise<void> {
  for (const [fileId, { storageKey }] of masks) {
    await engine.addCleanup({ type: 'remove_mask', jobId, fileId, storageKey }, strayMs);
  }
  await allDone([...received].map(([fileId, { spooled }]) => files.put(masks.get(fileId)!.storageKey, spooled)));
}
