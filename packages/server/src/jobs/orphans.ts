import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Engine } from '../engine/contract.ts';
import type { Ages } from '../files/ages.ts';
import type { FileStore } from '../files/contract.ts';
import { jobPrefix, jobsPrefix } from '../files/keys.ts';

interface OrphanContext {
  engine: Pick<Engine, 'unknownJobs'>;
  files: Pick<FileStore, 'list' | 'removePrefix' | 'areRemovalsHeld' | 'spool'>;
}

interface OrphanOptions {
  /** What was found more recently may belong to an upload that is under way in some process; in ms. */
  minAgeMs?: number | undefined;
  signal: AbortSignal;
  /** Remembers from one look to the next since when there is something without a job. */
  ages: Ages;
}

/** An hour, in ms: the request of an upload is cut off long before. */
export const defaultOrphanAgeMs = 3_600_000;

/** Ids asked about at once. */
const step = 100;

/**
 * Removes the files of uploads that never became a job, because their process died between storing and submitting them;
 * says how many there were. Nothing is removed before it has been without a job for `minAgeMs` of this process's time:
 * neither an id nor a file says by which clock it was stamped. Files of a job that was deleted are no orphans: a cleanup
 * removes them.
 */
export async function removeOrphans({ engine, files }: OrphanContext, options: OrphanOptions): Promise<number> {
  const { minAgeMs = defaultOrphanAgeMs, signal, ages } = options;
  let removed = 0;
  const clear = async (ids: readonly string[]): Promise<void> => {
    for (const jobId of await engine.unknownJobs(ids)) {
      if (signal.aborted) return;
      // A backup may still have the job.
      if (ages.of(jobId) < minAgeMs || (await files.areRemovalsHeld())) continue;
      await files.removePrefix(jobPrefix(jobId));
      removed += 1;
    }
    // An engine may answer without waiting for anything: requests come first.
    await nextTurn();
  };

  await files.spool.sweep(minAgeMs);
  ages.begin();
  let ids: string[] = [];
  for await (const name of files.list(jobsPrefix)) {
    if (signal.aborted) return removed;
    if (isJobId(name)) ids.push(name);
    if (ids.length < step) continue;
    await clear(ids);
    ids = [];
  }
  await clear(ids);
  return removed;
}

/** Whether it is a UUIDv7 (RFC 9562, 5.7): what is none was put there by somebody else. */
function isJobId(name: string): boolean {
  return /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(name);
}
