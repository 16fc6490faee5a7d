import type { Session } from './session.ts';

/** Positions are brought up to date at most so often. */
const positionsEveryMs = 250;
/** Tasks at the front that every pass looks at, and tasks further back that it looks at in turn. */
const frontTasks = 10;
const backTasks = 20;

/**
 * Keeps waiting tasks informed of how far they have come. One task that starts moves all behind it, so a pass is
 * bounded: the front is always exact, and what waits further back is gone through a part at a time. The count and the
 * walk are this process's own, on purpose: SQLite's engine has no other.
 */
export class Positions {
  readonly #session: Session;
  readonly #moveTo: (place: number, position: number) => void;
  /** Where the walk through the back goes on. */
  #cursor = 0;
  /** Tasks at the back that may still show an old position. */
  #left = 0;
  /** Tasks in the queue: counting them each time would take longer the more wait. */
  #queued: number;
  /** When the next pass is due; undefined when every position is right. */
  dueAt: number | undefined;

  constructor(session: Session, moveTo: (place: number, position: number) => void) {
    this.#session = session;
    this.#moveTo = moveTo;
    this.#queued = this.#count('queuedCount');
    this.#moved();
  }

  /** Where a task will stand that comes now. */
  next(): number {
    return this.#queued + 1;
  }

  /** Takes note that a task has come; after the commit. */
  joined(): void {
    this.#queued += 1;
  }

  /** Takes note that a task of which the model is back has its place again; after the commit. */
  returned(): void {
    this.#queued += 1;
    this.#moved();
  }

  /** Takes note that a task has left the queue, or waits for its model; after the commit. */
  left(): void {
    this.#queued -= 1;
    this.#moved();
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

  #moved(): void {
    if (this.#queued === 0) return;
    this.#left = Math.max(0, this.#queued - frontTasks);
    this.dueAt ??= this.#session.now() + positionsEveryMs;
  }

  #show(tasks: readonly { place: number; queuePosition: number | null }[], before: number): void {
    for (const [index, { place, queuePosition }] of tasks.entries()) {
      const position = before + index + 1;
      if (queuePosition !== position) this.#moveTo(place, position);
    }
  }

  #count(name: 'queuedCount' | 'queuedBefore', ...parameters: number[]): number {
    return this.#session.get(name, ...parameters)?.count ?? 0;
  }
}
