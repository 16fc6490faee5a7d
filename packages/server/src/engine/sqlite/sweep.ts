import { StorageFullError } from '../../files/contract.ts';
import { ShortageError } from '../../shortage.ts';
import type { Signals } from '../signals.ts';
import type { CleanupQueue } from './cleanup-queue.ts';
import type { LiveTasks } from './live-tasks.ts';
import type { Session } from './session.ts';
import type { TaskChanges } from './task-changes.ts';
import type { TaskLog } from './task-log.ts';

/** What the engine says to the operator; pino fits. */
export interface EngineLog {
  error(details: object, message: string): void;
}

/** A sweep that comes later than this found the process standing still (stopped, asleep, busy). */
const stoodStillMs = 1000;
/** How soon what could not be written is tried again. */
const retryAfterMs = 1000;
/** How long holders have to renew their leases once they can again. */
const holdersFirstMs = 4000;
/** Files that one sweep takes on; the rest follows in the next turn of the loop. */
const maxPerSweep = 100;
/** Ended tasks compacted in one sweep: each may drop a whole tail. */
const maxCompactedPerSweep = 4;

interface Parts {
  session: Session;
  live: LiveTasks;
  taskLog: TaskLog;
  changes: TaskChanges;
  cleanups: CleanupQueue;
  signals: Signals;
  log: EngineLog | undefined;
}

/** Does what has come due: leases that expired, delays that are over, positions, compaction, and the bell for cleanups. */
export class Sweep {
  readonly #parts: Parts;
  /** Nothing ran or could be written for a while, so that nobody could renew a lease. */
  #starved = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** `late` is by how many ms it comes after its time. Returns when the next thing will be due. */
  run(late: number): number | undefined {
    const { session, live, changes, cleanups, signals, log } = this.#parts;
    const now = session.now();
    // Nobody could renew while the process or the machine stood still: let the holders go first.
    if (late > stoodStillMs) {
      this.#starved = true;
      return now + stoodStillMs / 2;
    }
    try {
      if (this.#starved) changes.renew([...live.tokens()], holdersFirstMs);
      this.#starved = false;
      session.change(() => this.#sweep(now));
      if (cleanups.cameDue()) signals.work();
    } catch (error) {
      log?.error({ err: error }, 'A sweep of the queue failed; it is tried again');
      this.#starved ||= error instanceof StorageFullError || error instanceof ShortageError;
      return now + retryAfterMs;
    }
    return this.#nextDue();
  }

  #sweep(now: number): void {
    const { session, taskLog, changes } = this.#parts;
    const due = session.all('dueFiles', now, maxPerSweep);
    for (const place of new Set(due.map((file) => file.place))) changes.change(place, { type: 'due' });
    for (const task of session.all('tasksToCompact', now, maxCompactedPerSweep)) taskLog.compactEnded(task);
    if ((changes.positions.dueAt ?? Infinity) <= now) changes.positions.refresh();
  }

  #nextDue(): number | undefined {
    const { session, changes, cleanups } = this.#parts;
    const [files, compaction] = [session.get('nextDue')?.due, session.get('nextCompaction')?.due];
    const due = [files, compaction, cleanups.nextDue(), changes.positions.dueAt];
    const next = Math.min(...due.map((at) => at ?? Infinity));
    return next === Infinity ? undefined : next;
  }
}
