import type { ModelReport } from '../models/contract.ts';

/** Reports of one file that are stored are at least so far apart, unless the stage changes. */
export const reportEveryMs = 100;
/** Stages that may wait while a write is under way; beyond it the oldest is dropped. */
const maxWaiting = 16;

/** Lets through what is worth storing of a model's reports. */
export interface Throttle {
  /** Accepts a report; never waits and never throws. */
  report(report: ModelReport): void;
  /** Resolves when all that is still held back has been written. */
  flush(): Promise<void>;
  /** Lets go of everything; nothing is written after it. */
  drop(): void;
}

/**
 * Throttles a burst of reports to ten a second. The first, each change of stage and the last are always written; between
 * them the newest counts, and it is written when its time comes even if no other follows. `write` is never called
 * while an earlier call of it is pending, so the order is kept; what it throws goes to `onError`.
 */
export function createThrottle(
  write: (report: ModelReport) => Promise<unknown>,
  onError: (error: unknown) => void,
): Throttle {
  /** Held back: the newest report of each stage that has begun since the last write. */
  let waiting: ModelReport[] = [];
  let lastStage: string | undefined;
  let lastAt = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  let dropped = false;

  function next(hurry: boolean): void {
    clearTimeout(timer);
    const [report] = waiting;
    if (writing || !report || dropped) return;
    const dueIn = report.stage === lastStage && !hurry ? lastAt + reportEveryMs - performance.now() : 0;
    if (dueIn > 0) {
      timer = setTimeout(() => next(true), dueIn);
      return;
    }
    waiting.shift();
    lastStage = report.stage;
    lastAt = performance.now();
    writing = put(report);
  }

  async function put(report: ModelReport): Promise<void> {
    try {
      await Promise.try(write, report);
    } catch (error) {
      onError(error);
    }
    writing = undefined;
    next(false);
  }

  return {
    report(report) {
      if (dropped) return;
      const last = waiting.at(-1);
      // A stage that is over has nothing more to say once the next one has begun.
      if (last && (last.stage === report.stage || last.stage === lastStage)) waiting.pop();
      waiting.push(report);
      if (waiting.length > maxWaiting) waiting.shift();
      next(false);
    },
    async flush() {
      for (;;) {
        next(true);
        if (!writing) return;
        await writing;
      }
    },
    drop() {
      dropped = true;
      waiting = [];
      clearTimeout(timer);
    },
  };
}
