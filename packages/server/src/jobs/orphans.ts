import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Engine } from '../engine/contract.ts';
import type { FileStore } from '../files/contract.ts';
import { jobPrefix, jobsPrefix } from '../files/keys.ts';

interface OrphanContext {
  engine: Pick<Engine, 'unknownJobs'>;
  files: Pick<FileStore, 'list' | 'removePrefix' | 'spool'>;
}

interface OrphanOptions {
  /** Younger files may belong to an upload that is under way in some process; in ms. */
  minAgeMs?: number | undefined;
  signal: AbortSignal;
  now?: () => number;
}

/** An hour, in ms: the request of an upload is cut off long before. */
export const defaultOrphanAgeMs = 3_600_000;

/** Ids asked about at once. */
const step = 100;

/**
 * Removes the files of uploads that never became a job, because their process died between storing and submitting them;
 * says how many there were. A job's id says when its upload began, so what is younger than `minAgeMs` is left alone.
 * Files of a job that was deleted are no orphans: a cleanup removes them.
 */
export async function removeOrphans({ engine, files }: OrphanContext, options: OrphanOptions): Promise<number> {
  const { minAgeMs = defaultOrphanAgeMs, signal, now = Date.now } = options;
  const before = now() - minAgeMs;
  let removed = 0;
  const clear = async (ids: readonly string[]): Promise<void> => {
    for (const jobId of await engine.unknownJobs(ids)) {
      if (signal.aborted) return;
      await files.removePrefix(jobPrefix(jobId));
      removed += 1;
    }
    // An engine may answer without waiting for anything: requests come first.
    await nextTurn();
  };

  await files.spool.sweep(minAgeMs);
  let ids: string[] = [];
  for await (const name of files.list(jobsPrefix)) {
    if (signal.aborted) return removed;
    const begun = beginning(name);
    if (begun === undefined || begun >= before) continue;
    ids.push(name);
    if (ids.length < step) continue;
    await clear(ids);
    ids = [];
  }
  await clear(ids);
  return removed;
}

/** When a UUIDv7 was made, in ms since the epoch (RFC 9562, 5.7); undefined for what is none. */
function beginning(id: string): number | undefined {
  if (!/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(id)) return undefined;
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
