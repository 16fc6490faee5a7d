import type { FileState } from './task-state.ts';

/** What went down with a file in work: its worker, the server with this file alone, or the server with several. */
export type Casualty = 'worker' | 'serverAlone' | 'server';

/**
 * How much it counts against a file. A worker dies of its one file; a server takes down whatever was in work, mostly for
 * reasons of its own, and a file that was alone is only more likely to be the reason.
 */
const weights: Readonly<Record<Casualty, number>> = { worker: 5, serverAlone: 2, server: 1 };
/** Reached by two workers, or by the server five times alone or ten times in company. */
const maxSuspicion = 10;
/**
 * With work under way at a provider, which is paid for and goes on without us, giving up would lose it: only what
 * takes its worker down again and again is given up.
 */
const maxSuspicionElsewhere = 100;

/** Judges a file whose lease was lost with its holder: `crashes` is its suspicion from now on. */
export function judge({ crashes: before, remembered }: Pick<FileState, 'crashes' | 'remembered'>, casualty: Casualty) {
  const isElsewhere = remembered !== undefined;
  const crashes = before + weights[casualty];
  return {
    crashes,
    // It would take down the next one too.
    isGivenUp: crashes >= (isElsewhere ? maxSuspicionElsewhere : maxSuspicion),
    // Towards the file's limit: what was begun elsewhere goes on, and a server mostly dies for reasons of its own.
    countsAttempt: casualty === 'worker' && !isElsewhere,
  };
}
