import type { FileNow, TaskRecord } from './records.ts';
import type { Session } from './session.ts';

/** Generations remembered for each model. */
const keptTimings = 64;
/** Fewer than these say too little. */
const leastTimings = 5;
/** Old ones are dropped from the database once for so many new ones. */
const trimEvery = 16;

/**
 * How long files of a model take here, from this installation's own history alone. In memory at most {@link keptTimings}
 * numbers for each model; the same numbers stand in the database.
 */
export class Timings {
  readonly #session: Session;
  readonly #seconds = new Map<string, number[]>();
  #mostRunning = 0;

  constructor(session: Session) {
    this.#session = session;
    for (const row of session.all('timings')) this.#keep(row.model, row.seconds);
  }

  /** Takes in how long a file took; inside the transaction that records its ending. */
  add(model: string, seconds: number): void {
    this.#keep(model, seconds);
    const number = this.#session.insert('insertTiming', { model, seconds });
    if (number % trimEvery === 0) this.#session.insert('trimTimings', { model, keep: keptTimings });
  }

  /** Takes in how many files run at once: the most seen is what this process can do. */
  sawRunning(files: number): void {
    this.#mostRunning = Math.max(this.#mostRunning, files);
  }

  /** Seconds until the task ends, were nothing else in its way but the tasks before it in the queue. */
  estimate(task: TaskRecord, files: readonly FileNow[]): number | undefined {
    const known = this.#seconds.get(task.model) ?? [];
    if (known.length < leastTimings || this.#mostRunning === 0) return undefined;
    const each = known.toSorted((a, b) => a - b)[Math.floor(known.length / 2)] ?? 0;
    let work = task.queuePosition === null ? 0 : task.queuePosition - 1;
    let longest = 0;
    for (const file of files) {
      if (file.state === 'ended') continue;
      const left = file.state === 'leased' ? 1 - file.progress / 100 : 1;
      work += left;
      longest = Math.max(longest, left);
    }
    return Math.ceil(each * Math.max(longest, work / this.#mostRunning));
  }

  #keep(model: string, seconds: number): void {
    const known = this.#seconds.get(model) ?? [];
    known.push(seconds);
    if (known.length > keptTimings) known.shift();
    this.#seconds.set(model, known);
  }
}
