import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Engine } from '../engine/contract.ts';
import type { Ages } from '../files/ages.ts';
import type { FileStore } from '../files/contract.ts';
import { jobBegan } from './job-id.ts';
import { hasManifest } from './manifest.ts';
import { jobPrefix, jobsPrefix, resultsPrefix, unfinishedUploadKey } from '../files/keys.ts';

interface OrphanContext {
  engine: Pick<Engine, 'unknownJobs'>;
  files: Pick<FileStore, 'list' | 'stat' | 'trash' | 'areRemovalsHeld' | 'spool'>;
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

/** What became of files that are of no job. */
interface Orphans {
  /** Uploads whose files were put into the trash. */
  trashed: number;
  /** Jobs that were accepted once, though the engine does not know them: their files are not ours to remove. */
  left: string[];
}

/**
 * Puts the files of uploads that never became a job, because their process died between storing and submitting them,
 * into the trash. Nothing goes there before it has been without a job for `minAgeMs` of this process's time: neither an
 * id nor a file says by which clock it was stamped. Files of a job that was deleted are no orphans: a cleanup removes them.
 */
export async function trashOrphans({ engine, files }: OrphanContext, options: OrphanOptions): Promise<Orphans> {
  const { minAgeMs = defaultOrphanAgeMs, signal, ages } = options;
  const found: Orphans = { trashed: 0, left: [] };
  const clear = async (ids: readonly string[]): Promise<void> => {
    for (const jobId of await engine.unknownJobs(ids)) {
      if (signal.aborted) return;
      // A backup may still have the job.
      if (ages.of(jobId) < minAgeMs || (await files.areRemovalsHeld())) continue;
      if (await wasAccepted(files, jobId)) {
        found.left.push(jobId);
        continue;
      }
      await files.trash(jobPrefix(jobId));
      found.trashed += 1;
    }
    // An engine may answer without waiting for anything: requests come first.
    await nextTurn();
  };

  await files.spool.sweep(minAgeMs);
  ages.begin();
  let ids: string[] = [];
  for await (const name of files.list(jobsPrefix)) {
    if (signal.aborted) return found;
    if (jobBegan(name) !== undefined) ids.push(name);
    if (ids.length < step) continue;
    await clear(ids);
    ids = [];
  }
  await clear(ids);
  return found;
}

async function wasAccepted(files: OrphanContext['files'], jobId: string): Promise<boolean> {
  if (await hasManifest(files, jobId)) return true;
  // Copies of earlier results, made for an upload that did not come to its end.
  if ((await files.stat(unfinishedUploadKey(jobId))) !== undefined) return false;
  const results = await Array.fromAsync(files.list(resultsPrefix(jobId)));
  return results.length > 0;
}
