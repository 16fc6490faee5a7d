import { messages } from '../messages.ts';
import type { FileRecord } from './records.ts';
import type { Session } from './session.ts';
import type { TaskLog } from './task-log.ts';
import type { TaskChange } from './transitions.ts';

/** Files that one sweep takes on; the rest follows in the next turn of the loop. */
const perSweep = 100;
/** Ended tasks compacted in one sweep: each may drop a whole tail. */
const endedPerSweep = 4;
/**
 * How much it counts against a file that what worked on it is gone. A worker dies of its one file; with the server dies
 * whatever was in work, mostly for reasons of its own, and a file that was alone is only more likely to be the reason.
 */
const suspicion = { worker: 5, serverAlone: 2, server: 1 } as const;
/** A file that has come to so much is not tried again: two workers, or the server five times alone or ten in company. */
const mostSuspicion = 10;
/**
 * With work under way at a provider, which is paid for and goes on without us, giving up would lose it: only what
 * takes its worker down again and again is given up.
 */
const mostSuspicionElsewhere = 100;

export type ChangeTask = (place: number, work: (change: TaskChange) => void) => void;

/**
 * Gives a file that is worked on no more back to the queue, not before `dueAt` (null: at once), or fails it when it has
 * become too suspicious: what took its worker down before would go on to do so.
 */
export function takeBack(
  change: TaskChange,
  file: FileRecord,
  gone: keyof typeof suspicion,
  dueAt: number | null = null,
): void {
  file.crashes += suspicion[gone];
  const elsewhere = file.remembered !== null;
  if (file.crashes < (elsewhere ? mostSuspicionElsewhere : mostSuspicion)) {
    // What was begun elsewhere goes on, and a server mostly dies for reasons of its own: the attempt does not count.
    const counts = gone === 'worker' && !elsewhere;
    if (!counts) file.attempts -= 1;
    change.putBack(file, messages.fileInterrupted, dueAt, counts ? messages.workerGone : undefined);
    return;
  }
  change.end(file, {
    status: 'failed',
    error: gone === 'worker' ? messages.fileCrashed : messages.serverCrashed,
    details: { code: 'WORKER_CRASHED', retryable: false, attempts: file.attempts },
  });
}

/**
 * Leases that ran out and delays that are over; inside a transaction. Returns the tokens of the leases that are lost
 * now, and whether files may be waiting that did not before.
 */
export function sweepDue(session: Session, changeTask: ChangeTask): { lost: string[]; work: boolean } {
  const lost: string[] = [];
  const byTask = Map.groupBy(session.all('dueFiles', session.now(), perSweep), (file) => file.place);
  for (const [place, files] of byTask) {
    changeTask(place, (change) => {
      for (const { fileId } of files) {
        const file = change.file(fileId);
        if (file.token === null) {
          change.wake(file);
        } else {
          lost.push(file.token);
          takeBack(change, file, 'worker');
        }
      }
    });
  }
  return { lost, work: byTask.size > 0 };
}

/** Drops what need not be kept any longer of tasks that ended a while ago; inside a transaction. */
export function sweepEnded(session: Session, log: TaskLog): void {
  for (const task of session.all('tasksToCompact', session.now(), endedPerSweep)) {
    log.compact(task, 0, task.sequence);
    task.compactAt = null;
    session.saveTask(task);
  }
}
