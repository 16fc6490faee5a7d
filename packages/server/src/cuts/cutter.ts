import { message } from '@image2model/protocol';
import { ApiError } from '../http/errors.ts';
import { Threads } from '../threads/threads.ts';
import type { CutResult, CutTask } from './cut-worker.ts';
import { FairQueue } from './fair-queue.ts';

/** Finds the outlines that the objects of photos could have. */
export interface Cutter {
  /** Throws `QUEUE_FULL` where too many photos wait already, `RATE_LIMITED` where too many of them are this owner's. */
  requireRoom(owner: string): void;
  /**
   * Cuts out the image in a file. Aborting ends it at once. Rejects as `requireRoom` throws, also later, where others need
   * its place.
   */
  cut(task: CutTask, options: CutOptions): Promise<CutResult>;
  close(): Promise<void>;
}

interface CutOptions {
  owner: string;
  signal: AbortSignal;
}

/** Something to cut out, before it has a thread: called once it may begin, or cannot. */
interface Waiting {
  owner: string;
  begin: () => void;
  refuse: (reason: unknown) => void;
}

/** Photos that may wait, on the disk; with what one takes, this is some ten seconds. Owners share these places. */
const maxWaiting = 30;
/** The maximum heap of a thread; pictures lie outside of it. Exceeding it ends the thread, not the process. */
const threadHeapMb = 512;

/**
 * A cutter with threads of its own, so that a model that is being made never keeps anybody waiting who is choosing. They
 * are a quarter of those that make models, since their work is short and comes on top.
 */
export function createCutter({ concurrency, worker }: { concurrency: number; worker?: URL }): Cutter {
  const max = Math.max(1, Math.floor(concurrency / 4));
  const pool = new Threads<CutTask, CutResult>({
    module: worker ?? new URL('cut-worker.ts', import.meta.url),
    max,
    resourceLimits: { maxOldGenerationSizeMb: threadHeapMb },
  });
  const queue = new FairQueue<Waiting>(maxWaiting);
  let running = 0;

  const refusal = (owner: string): ApiError =>
    queue.isShared(owner)
      ? new ApiError('RATE_LIMITED', message('error.key_cuts_busy'))
      : new ApiError('QUEUE_FULL', message('error.cuts_busy'));

  function next(): void {
    while (running < max) {
      const waiting = queue.take();
      if (waiting === undefined) return;
      running += 1;
      waiting.begin();
    }
  }

  async function turn({ owner, signal }: CutOptions): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve: begin, reject: refuse } = Promise.withResolvers<void>();
    const waiting: Waiting = { owner, begin, refuse };
    const gone = queue.push(waiting);
    gone?.refuse(refusal(gone.owner));
    next();
    const abort = (): void => {
      queue.remove(waiting);
      refuse(signal.reason);
    };
    signal.addEventListener('abort', abort);
    await promise.finally(() => signal.removeEventListener('abort', abort));
  }

  return {
    requireRoom(owner) {
      if (!queue.hasRoom(owner)) throw refusal(owner);
    },
    async cut(task, options) {
      await turn(options);
      try {
        return await pool.run(task, { signal: options.signal });
      } finally {
        running -= 1;
        next();
      }
    },
    async close() {
      for (let waiting = queue.take(); waiting; waiting = queue.take()) {
        waiting.refuse(new Error('The cutter is closed'));
      }
      await pool.close();
    },
  };
}
