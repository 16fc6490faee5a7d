import type { TaskRecord } from './records.ts';
import type { Session } from './session.ts';
import type { ChangeTask } from './sweep.ts';

/** Positions are brought up to date at most so often. */
export const positionsEveryMs = 500;
/** Tasks at the front that every pass looks at, and tasks further back that it looks at in turn. */
const frontTasks = 50;
const backTasks = 100;

/**
 * Tells waiting tasks how far they have come. One task that starts moves all behind it, so a pass is bounded: the front
 * is always exact, and what waits further back is gone through a part at a time.
 */
export class Positions {
  readonly #session: Session;
  readonly #changeTask: ChangeTask;
  /** Where the walk through the back goes on. */
  #cursor = 0;
  /** Tasks at the back that may still show an old position. */
  #left = 0;
  /** When the next pass is due; undefined when every position is right. */
  dueAt: number | undefined;

  constructor(session: Session, changeTask: ChangeTask) {
    this.#session = session;
    this.#changeTask = changeTask;
  }

  /** The position of a task that comes now; inside the transaction that has inserted it. */
  next(): number {
    return this.#count('queuedCount');
  }

  /** Takes note that a task has left the queue. */
  moved(): void {
    const queued = this.#count('queuedCount');
    if (queued === 0) return;
    this.#left = Math.max(0, queued - frontTasks);
    this.dueAt ??= this.#session.now() + positionsEveryMs;
  }

  /** One pass; inside a transaction. */
  refresh(): void {
    this.dueAt = undefined;
    const front = this.#session.all('queuedFrom', 0, frontTasks);
    this.#show(front, 0);
    const last = front.at(-1);
    if (!last || this.#left === 0) return;
    let from = Math.max(this.#cursor, last.place + 1);
    let back = this.#session.all('queuedFrom', from, backTasks);
    if (back.length === 0) {
      from = last.place + 1;
      back = this.#session.all('queuedFrom', from, backTasks);
    }
    this.#show(back, this.#count('queuedBefore', from));
    this.#cursor = (back.at(-1)?.place ?? 0) + 1;
    this.#left = back.length === 0 ? 0 : Math.max(0, this.#left - back.length);
    if (this.#left > 0) this.dueAt = this.#session.now() + positionsEveryMs;
  }

  #show(tasks: readonly TaskRecord[], before: number): void {
    for (const [index, task] of tasks.entries()) {
      const position = before + index + 1;
      if (task.queuePosition !== position) this.#changeTask(task.place, (change) => change.queueAt(position));
    }
  }

  #count(name: 'queuedCount' | 'queuedBefore', ...parameters: number[]): number {
    return this.#session.get(name, ...parameters)?.count ?? 0;
  }
}
