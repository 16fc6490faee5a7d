import type { TaskState } from './task-state.ts';

/** Generations remembered for each model, and for each size of a model's images. */
const maxKept = 64;
/** Fewer than these say too little. */
const minKept = 5;
/** Pixels at which one size of images ends and the next begins. */
const sizes = [1_000_000, 4_000_000, 16_000_000];

/** So many of a model's newest durations hold all that {@link Durations} can use. */
export const durationsPerModel = maxKept * (sizes.length + 1);

interface History {
  /** Seconds, oldest first. */
  taken: number[];
  median: number | undefined;
}

/**
 * How long files of a model take here, from this installation's own history alone: by the size of the image where there
 * is enough of that size, by the model otherwise. Holds at most {@link maxKept} numbers for each. In memory, and each
 * process's own, on purpose: an estimate is asked for with every report, and processes need not agree on it.
 */
export class Durations {
  /** By model, and by model and size. */
  readonly #known = new Map<string, History>();
  /** By model: the most files that were seen to run at once is what this installation can do. */
  readonly #maxRunning = new Map<string, number>();

  /** Takes in how long a file took. */
  add(model: string, pixels: number | null, seconds: number): void {
    this.#keep(model, seconds);
    if (pixels !== null) this.#keep(nameOf(model, pixels), seconds);
  }

  /** Takes in how many files of a model run at once. */
  sawRunning(model: string, files: number): void {
    this.#maxRunning.set(model, Math.max(this.#maxRunning.get(model) ?? 0, files));
  }

  /** Seconds that a file takes, half of them less; undefined where too little is known. */
  typical(model: string, pixels: number | null = null): number | undefined {
    const bySize = pixels === null ? undefined : this.#known.get(nameOf(model, pixels))?.median;
    return bySize ?? this.#known.get(model)?.median;
  }

  /**
   * Seconds until a task ends, were nothing else in its way but the tasks before it in the queue, each taken for one
   * file. At least 1, for it is only asked for a task that has not ended; undefined where too little is known.
   */
  estimate({ model, queuePosition, files }: TaskState): number | undefined {
    const typical = this.typical(model);
    const maxRunning = this.#maxRunning.get(model);
    if (typical === undefined || maxRunning === undefined) return undefined;
    let work = queuePosition === null ? 0 : (queuePosition - 1) * typical;
    let longest = 0;
    for (const { state, progress, pixels } of files) {
      if (state === 'ended') continue;
      const whole = this.typical(model, pixels) ?? typical;
      const left = state === 'leased' ? whole * (1 - progress / 100) : whole;
      work += left;
      longest = Math.max(longest, left);
    }
    return Math.max(1, Math.ceil(Math.max(longest, work / maxRunning)));
  }

  #keep(name: string, seconds: number): void {
    const history = this.#known.get(name) ?? { taken: [], median: undefined };
    history.taken.push(seconds);
    if (history.taken.length > maxKept) history.taken.shift();
    if (history.taken.length >= minKept) history.median = median(history.taken);
    this.#known.set(name, history);
  }
}

/** No model's id has a space. */
function nameOf(model: string, pixels: number): string {
  return `${model} ${sizes.findIndex((end) => pixels < end)}`;
}

/** The upper one of the two in the middle; undefined for no numbers. */
function median(numbers: readonly number[]): number | undefined {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
