import type { BaseLogger } from 'pino';
import type { Engine } from '../engine/contract.ts';
import { Ages } from '../files/ages.ts';
import type { FileStore } from '../files/contract.ts';
import { removeOrphans } from './orphans.ts';
import { removeJob } from './remove-job.ts';

interface RetentionOptions {
  engine: Pick<Engine, 'finishedJobs' | 'deleteJob' | 'unknownJobs' | 'exclusively'>;
  files: Pick<FileStore, 'removePrefix' | 'areRemovalsHeld' | 'list' | 'spool'>;
  retentionHours: number;
  /** Files of no job are removed when this process has seen them for so long, in ms. */
  orphanAgeMs?: number | undefined;
  log: Pick<BaseLogger, 'info' | 'error'>;
  /** How often to look, in ms. */
  everyMs?: number | undefined;
}

/** How often finished jobs are looked through, in ms: ten minutes. */
export const defaultSweepMs = 600_000;
/** Jobs read at once; what is removed is never in memory as a whole. */
const step = 50;
const hourMs = 3_600_000;

/**
 * Removes jobs that are older than they are kept, and files that belong to none: now and from then on every so often, by
 * one process of the store at a time. A job that cannot be removed is left to the next time. `close` resolves when the job
 * at hand is done, and may be called twice.
 */
export function startRetention(options: RetentionOptions): { close(): Promise<void> } {
  const { engine, retentionHours, orphanAgeMs: minAgeMs, log, everyMs = defaultSweepMs } = options;
  const ages = new Ages();
  const stop = new AbortController();
  const { signal } = stop;
  const cleanUp = async (): Promise<void> => {
    const orphans = await removeOrphans(options, { signal, minAgeMs, ages });
    if (orphans > 0) log.info({ orphans }, 'removed files of uploads that were interrupted');
    const removed = await removeFinished(options, retentionHours * hourMs, signal);
    if (removed > 0) log.info({ removed }, 'removed jobs that were kept long enough');
  };
  const sweep = async (): Promise<void> => {
    try {
      await engine.exclusively('clean-up', cleanUp);
    } catch (error) {
      log.error({ err: error }, 'jobs could not be removed');
    }
  };
  let running = sweep();
  const timer = setInterval(() => {
    running = running.then(sweep);
  }, everyMs);
  return {
    async close() {
      clearInterval(timer);
      stop.abort();
      await running;
    },
  };
}

/** Removes the jobs that ended at least `ageMs` ago and says how many they were. */
export async function removeFinished(
  context: {
    engine: Pick<Engine, 'finishedJobs' | 'deleteJob'>;
    files: Pick<FileStore, 'removePrefix' | 'areRemovalsHeld'>;
  },
  ageMs: number,
  signal: AbortSignal,
): Promise<number> {
  let removed = 0;
  while (!signal.aborted) {
    const due = await context.engine.finishedJobs(ageMs, step);
    let gone = 0;
    for (const jobId of due) {
      if (signal.aborted) break;
      if ((await removeJob(context, jobId)) !== 'running') gone += 1;
    }
    removed += gone;
    // A job that was started again meanwhile stays; nothing new to do means that all is done.
    if (due.length < step || gone === 0) break;
  }
  return removed;
}
