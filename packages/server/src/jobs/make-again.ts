import type { Engine, JobRow, RetryOutcome, RetryTask, StoredMask } from '../engine/contract.ts';
import type { FileStore } from '../files/contract.ts';
import { jobPrefix } from '../files/keys.ts';
import { allDone } from '../all-done.ts';
import { noteMasks } from './manifest.ts';
import { toStored } from './masks.ts';
import type { ReceivedMask } from './masks.ts';

interface MakeAgainContext {
  engine: Pick<Engine, 'retry' | 'addCleanup' | 'job' | 'task'>;
  files: FileStore;
}

/** A mask that was stored and never became its file's goes after so long, in ms: a request is over long before. */
const strayMs = 3_600_000;

/**
 * Puts new masks into the store, beside those of before, and files of a job into a new task of it. Where that is refused
 * nothing is left of the masks; where nobody knows, a cleanup looks which ones are used.
 */
export async function makeAgain(
  context: MakeAgainContext,
  { jobId }: Pick<JobRow, 'jobId'>,
  task: Omit<RetryTask, 'masks'>,
  received: ReadonlyMap<string, ReceivedMask>,
): Promise<RetryOutcome> {
  const { engine, files } = context;
  const masks = await storeMasks(context, jobId, received);
  const outcome = await engine.retry(jobId, { ...task, masks });
  if (masks.size === 0) return outcome;
  if (outcome === 'retried') {
    // It runs: what keeps this from being written must not refuse it. Its ending writes it again.
    await noteMasks(context, jobId).catch(() => undefined);
  } else if (outcome === 'unknown') {
    await files.removePrefix(jobPrefix(jobId));
  } else {
    await Promise.all([...masks.values()].map(({ storageKey }) => files.remove(storageKey)));
  }
  return outcome;
}

async function storeMasks(
  { engine, files }: MakeAgainContext,
  jobId: string,
  received: ReadonlyMap<string, ReceivedMask>,
): Promise<Map<string, StoredMask>> {
  const masks = new Map<string, StoredMask>();
  for (const [fileId, mask] of received) {
    const stored = toStored(jobId, fileId, mask);
    const { storageKey } = stored;
    await engine.addCleanup({ type: 'remove_mask', jobId, fileId, storageKey }, strayMs);
    masks.set(fileId, stored);
  }
  await allDone([...masks].map(([fileId, { storageKey }]) => files.put(storageKey, received.get(fileId)!.spooled)));
  return masks;
}
