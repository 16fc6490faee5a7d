import { Durations, durationsPerModel, sizeClass, sizeClasses } from '../estimate.ts';
import { Outlook } from '../outlook.ts';
import type { AppliedChange, FileState, TaskChange, TaskState } from '../task-state.ts';
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

/** What the database has of the tasks that wait. Read once, as above. */
export function readOutlook(session: Session, durations: Durations): Outlook {
  const outlook = new Outlook(durations, session.now);
  for (const [place, files] of Map.groupBy(session.all('waitingSizes'), (file) => file.place)) {
    const sizes = Array.from(
      { length: sizeClasses },
      (_, size) => files.filter((file) => sizeClass(file.pixels) === size).length,
    );
    const [{ turn, model } = { turn: 0, model: '' }] = files;
    outlook.add({ place, turn, model, running: 0, sizes });
  }
  return outlook;
}

/** Takes in how long the attempts took that a change has ended; inside its transaction. */
export function noteDurations(
  session: Session,
  durations: Durations,
  { before, change, applied }: { before: TaskState; change: TaskChange; applied: AppliedChange },
): void {
  if (change.type !== 'finished' && change.type !== 'released') return;
  const held = before.files.find(({ token }) => token === change.token);
  const file = applied.files.find(({ fileId }) => fileId === held?.fileId);
  if (!held || !file || held.startedAt === null) return;
  const seconds = Math.max(0, session.now() - held.startedAt) / 1000;
  if (file.status === 'completed') noteMade(session, durations, { model: before.model, file, seconds });
  // One that was handed back without being counted was interrupted by us.
  else if (file.status === 'failed' || file.attempts === held.attempts) {
    const isLast = file.status === 'failed';
    session.afterCommit(() => durations.addFailed(before.model, { seconds, isLast }));
  }
}

/** A file that was made and not reused. */
function noteMade(
  session: Session,
  durations: Durations,
  { model, file: { pixels, result }, seconds }: { model: string; file: FileState; seconds: number },
): void {
  if (!result || result.reused) return;
  const number = session.insert('insertTiming', { model, pixels, seconds });
  if (number % trimEvery === 0) session.insert('trimTimings', { model, keep: durationsPerModel });
  session.afterCommit(() => durations.add(model, pixels, seconds));
}
