import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Engine } from '../engine/contract.ts';
import type { FileStore } from '../files/contract.ts';
import { jobPrefix, jobsPrefix } from '../files/keys.ts';

interface OrphanContext {
  engine: Pick<Engine, 'unknownJobs'>;
  files: Pick<FileStore, 'list' | 'removePrefix' | 'sweep'>;
}

/** Ids asked about at once. */
const step = 100;

/**
 * Removes the files of uploads that never became a job, because the process died between storing and submitting them,
 * and those of jobs whose removal was interrupted; says how many there were. Only what was begun before `time` (ms since
 * the epoch) is looked at: a job's id says when its upload began, so an upload that is under way is never touched.
 */
export async function removeOrphans(context: OrphanContext, time: number, signal: AbortSignal): Promise<number> {
  const { engine, files } = context;
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

  await files.sweep(time);
  let ids: string[] = [];
  for await (const name of files.list(jobsPrefix)) {
    if (signal.aborted) return removed;
    const begun = beginning(name);
    if (begun === undefined || begun >= time) continue;
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
