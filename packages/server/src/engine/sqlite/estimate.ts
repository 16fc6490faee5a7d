import type { FileNow, TaskRecord } from './records.ts';
import type { Session } from './session.ts';

/** Generations remembered for each model, and for each size of a model's images. */
const keptTimings = 64;
/** Fewer than these say too little. */
const leastTimings = 5;
/** Old ones are dropped from the database once for so many new ones. */
const trimEvery = 16;
/** Pixels at which one size of images ends and the next begins. */
const sizes = [1_000_000, 4_000_000, 16_000_000];

interface History {
  /** Seconds, oldest first. */
  taken: number[];
  median: number | undefined;
}

/**
 * How long files of a model take here, from this installation's own history alone: by the size of the image where there
 * is enough of that size, by the model otherwise. In memory at most {@link keptTimings} numbers for each; the database
 * has the last of each model.
 */
export class Timings {
  readonly #session: Session;
  /** By model, and by model and size. */
  readonly #known = new Map<string, History>();
  /** By model: the most files that were seen to run at once is what this installation can do. */
  readonly #mostRunning = new Map<string, number>();

  constructor(session: Session) {
    this.#session = session;
    for (const { model, pixels, seconds } of session.all('timings')) this.#keep(model, pixels, seconds);
  }

  /** Takes in how long a file took; inside the transaction that records its ending. */
  add(model: string, pixels: number | null, seconds: number): void {
    this.#keep(model, pixels, seconds);
    const number = this.#session.insert('insertTiming', { model, pixels, seconds });
    const keep = keptTimings * (sizes.length + 1);
    if (number % trimEvery === 0) this.#session.insert('trimTimings', { model, keep });
  }

  /** Takes in how many files of a model run at once. */
  sawRunning(model: string, files: number): void {
    this.#mostRunning.set(model, Math.max(this.#mostRunning.get(model) ?? 0, files));
  }

  /** Seconds that a file takes, half of them less; undefined where too little is known. */
  typical(model: string, pixels: number | null = null): number | undefined {
    const bySize = pixels === null ? undefined : this.#known.get(nameOf(model, pixels))?.median;
    return bySize ?? this.#known.get(model)?.median;
  }

  /**
   * Seconds until the task ends, were nothing else in its way but the tasks before it in the queue, each taken for one
   * file. At least 1: it is only asked for a task that has not ended.
   */
  estimate(task: TaskRecord, files: readonly FileNow[]): number | undefined {
    const each = this.typical(task.model);
    const atOnce = this.#mostRunning.get(task.model);
    if (each === undefined || atOnce === undefined) return undefined;
    let work = task.queuePosition === null ? 0 : (task.queuePosition - 1) * each;
    let longest = 0;
    for (const { state, progress, pixels } of files) {
      if (state === 'ended') continue;
      const whole = this.typical(task.model, pixels) ?? each;
      const left = state === 'leased' ? whole * (1 - progress / 100) : whole;
      work += left;
      longest = Math.max(longest, left);
    }
    return Math.max(1, Math.ceil(Math.max(longest, work / atOnce)));
  }

  #keep(model: string, pixels: number | null, seconds: number): void {
    this.#keepAs(model, seconds);
    if (pixels !== null) this.#keepAs(nameOf(model, pixels), seconds);
  }

  #keepAs(name: string, seconds: number): void {
    const history = this.#known.get(name) ?? { taken: [], median: undefined };
    history.taken.push(seconds);
    if (history.taken.length > keptTimings) history.taken.shift();
    if (history.taken.length >= leastTimings) history.median = median(history.taken);
    this.#known.set(name, history);
  }
}

/** No model's id has a space. */
function nameOf(model: string, pixels: number): string {
  return `${model} ${sizes.findIndex((end) => pixels < end)}`;
}

function median(numbers: readonly number[]): number | undefined {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
