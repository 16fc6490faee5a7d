import { Durations, durationsPerModel } from '../estimate.ts';
import type { FileState } from '../task-state.ts';
import type { Session } from './session.ts';

/** Old ones are dropped from the database once for so many new ones. */
const trimEvery = 16;

/**
 * What the database has of how long files took, for each model the newest. Read once: SQLite's engine has one process,
 * which adds to it what it records itself.
 */
export function readDurations(session: Session): Durations {
  const durations = new Durations();
  for (const { model, pixels, seconds } of session.all('timings')) durations.add(model, pixels, seconds);
  return durations;
}

/** Takes in how long a file took that was made and not reused; inside the transaction that records its ending. */
export function noteDuration(session: Session, durations: Durations, model: string, file: FileState): void {
  const { pixels, startedAt, result } = file;
  if (!result || result.reused || startedAt === null) return;
  const seconds = Math.max(0, session.now() - startedAt) / 1000;
  const number = session.insert('insertTiming', { model, pixels, seconds });
  if (number % trimEvery === 0) session.insert('trimTimings', { model, keep: durationsPerModel });
  session.afterCommit(() => durations.add(model, pixels, seconds));
}
