import type { Engine } from '../engine/contract.ts';
import type { FileStore } from '../files/contract.ts';
import { jobPrefix } from '../files/keys.ts';
import { removeOrphans } from './orphans.ts';

interface RetentionContext {
  engine: Pick<Engine, 'finishedBefore' | 'deleteJob'>;
  files: Pick<FileStore, 'removePrefix'>;
}

interface RetentionOptions extends RetentionContext {
  engine: Pick<Engine, 'finishedBefore' | 'deleteJob' | 'unknownJobs'>;
  files: Pick<FileStore, 'removePrefix' | 'list' | 'sweep'>;
  retentionHours: number;
  /**
   * When this process opened the store (ms since the epoch), where no other works on it: of what was begun before, nothing
   * is still under way.
   */
  openedAt?: number;
  log: { info(details: object, message: string): void; error(details: object, message: string): void };
  /** How often to look, in ms. */
  everyMs?: number;
  now?: () => number;
}

/** Removes jobs that are older than they are kept, and files that belong to none. */
export interface Retention {
  /** Stops looking; resolves when the job at hand is done. May be called twice. */
  close(): Promise<void>;
}

/** How often finished jobs are looked through, in ms: ten minutes. */
export const defaultSweepMs = 600_000;
/** An upload is over after so many ms, one way or the other: its request is cut off long before. */
const longestUploadMs = 3_600_000;
/** Jobs read at once; what is removed is never in memory as a whole. */
const step = 50;
const hourMs = 3_600_000;

/** Removes what is due now, and from then on every so often. A job that cannot be removed is tried again then. */
export function startRetention(options: RetentionOptions): Retention {
  const { retentionHours, openedAt = 0, log, everyMs = defaultSweepMs, now = Date.now } = options;
  const stop = new AbortController();
  const sweep = async (): Promise<void> => {
    try {
      const orphansBefore = Math.max(openedAt, now() - longestUploadMs);
      const orphans = await removeOrphans(options, orphansBefore, stop.signal);
      if (orphans > 0) log.info({ orphans }, 'removed files of uploads that were interrupted');
      const removed = await removeFinished(options, now() - retentionHours * hourMs, stop.signal);
      if (removed > 0) log.info({ removed }, 'removed jobs that were kept long enough');
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

/** Removes the jobs that ended before `time` (ms since the epoch) and says how many they were. */
export async function removeFinished(context: RetentionContext, time: number, signal: AbortSignal): Promise<number> {
  let removed = 0;
  while (!signal.aborted) {
    const due = await context.engine.finishedBefore(time, step);
    let gone = 0;
    for (const jobId of due) {
      if (signal.aborted) break;
      if ((await context.engine.deleteJob(jobId)) === 'running') continue;
      await context.files.removePrefix(jobPrefix(jobId));
      gone += 1;
    }
    removed += gone;
    // A job that was started again meanwhile stays; nothing new to do means that all is done.
    if (due.length < step || gone === 0) break;
  }
  return removed;
}
