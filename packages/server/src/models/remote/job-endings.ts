/**
 * Who waits for the endings of jobs that a provider reports by itself. An ending may be reported before anybody waits
 * for it: a webhook can overtake the answer to the submit.
 */
export interface JobEndings {
  /** A job has ended. */
  report(jobId: string): void;
  /** `ended` resolves when the job's ending is reported, and never where it is not; `forget` ends the waiting. */
  wait(jobId: string): { ended: Promise<void>; forget: () => void };
}

/** Endings remembered; the oldest is forgotten first. */
const maxRemembered = 2000;

export function createJobEndings(): JobEndings {
  const reported = new Set<string>();
  const waiting = new Map<string, () => void>();
  return {
    report(jobId) {
      addBounded(reported, jobId, maxRemembered);
      waiting.get(jobId)?.();
    },
    wait(jobId) {
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      if (reported.has(jobId)) resolve();
      waiting.set(jobId, resolve);
      const forget = (): void => {
        if (waiting.get(jobId) === resolve) waiting.delete(jobId);
      };
      return { ended, forget };
    },
  };
}

/** Adds a value to a set of at most `max`; the oldest goes. */
export function addBounded(set: Set<string>, value: string, max: number): void {
  set.add(value);
  const [oldest] = set;
  if (set.size > max && oldest !== undefined) set.delete(oldest);
}
