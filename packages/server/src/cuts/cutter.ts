import { message } from '@image2model/protocol';
import { ApiError } from '../http/errors.ts';
import { Threads } from '../threads/threads.ts';
import type { CutResult, CutTask } from './cut-worker.ts';

/** Finds the outlines that the objects of photos could have. */
export interface Cutter {
  /** Throws `QUEUE_FULL` where too many photos wait already. */
  requireRoom(): void;
  /** Cuts out the image in a file. Aborting ends it at once. Rejects where too many wait. */
  cut(task: CutTask, signal: AbortSignal): Promise<CutResult>;
  close(): Promise<void>;
}

/** Photos that may wait, on the disk; with what one takes, this is some ten seconds. */
const maxWaiting = 30;
/** The maximum heap of a thread; pictures lie outside of it. Exceeding it ends the thread, not the process. */
const threadHeapMb = 512;

/**
 * A cutter with threads of its own, so that a model that is being made never keeps anybody waiting who is choosing. They
 * are a quarter of those that make models, since their work is short and comes on top.
 */
export function createCutter({ concurrency, worker }: { concurrency: number; worker?: URL }): Cutter {
  const pool = new Threads<CutTask, CutResult>({
    module: worker ?? new URL('cut-worker.ts', import.meta.url),
    max: Math.max(1, Math.floor(concurrency / 4)),
    resourceLimits: { maxOldGenerationSizeMb: threadHeapMb },
  });
  const requireRoom = (): void => {
    if (pool.waiting >= maxWaiting) throw new ApiError('QUEUE_FULL', message('error.cuts_busy'));
  };
  return {
    requireRoom,
    async cut(task, signal) {
      requireRoom();
      return await pool.run(task, { signal });
    },
    close: () => pool.close(),
  };
}
