/** Files remembered for each model, and for each size of a model's images; and attempts for each model. */
const maxKept = 64;
/** Fewer made files than these say too little. */
const minKept = 5;
/** Pixels at which one size of images ends and the next begins. */
const sizes = [1_000_000, 4_000_000, 16_000_000];
/** One file counts for at most so many medians in a mean: a machine that slept over it is not what files take here. */
const maxMedians = 10;
/** How much the newest file says of the present pace, and how far from the usual pace that may be. */
const paceShare = 0.08;
const maxPace = 4;
/** What takes less is not told apart. */
const leastSeconds = 0.01;

/** So many of a model's newest durations hold all that {@link Durations} can use. */
export const durationsPerModel = maxKept * (sizes.length + 1);

/** Images are told apart by so many sizes; the last one is for those whose size is not known. */
export const sizeClasses = sizes.length + 2;

/** Seconds that a file takes. */
export interface Duration {
  /** Half of the files take less. What one file alone is expected to take. */
  median: number;
  /** Seconds of a place for each file that ends, failed attempts included: what many files take, divided by their number. */
  mean: number;
  /** How much files differ: the standard deviation of the logarithm of what they take. */
  spread: number;
}

/** Newest last. */
interface History {
  seconds: number[];
  duration: Duration;
}

/** What is known of a model besides what its files take. */
interface Pace {
  /** Newest last. */
  attempts: Attempt[];
  /** The time of all attempts by that of those that were a file's last. */
  repeats: number;
  /** The logarithm of what files take at present by what they usually take: the machine has more or less else to do. */
  logPace: number;
}

interface Attempt {
  seconds: number;
  /** Whether its file has ended with it. */
  isLast: boolean;
}

/**
 * How long files of a model take here, from this installation's own history alone: by the size of the image where there
 * is enough of that size, by the model otherwise. Holds at most {@link maxKept} numbers for each. In memory, and each
 * process's own, on purpose: an estimate is asked for with every report, and processes need not agree on it.
 */
export class Durations {
  /** By model, and by model and size. */
  readonly #made = new Map<string, History>();
  readonly #paces = new Map<string, Pace>();

  /** Takes in how long a file took to be made. */
  add(model: string, pixels: number | null, seconds: number): void {
    this.#attempted(model, { seconds, isLast: true }, this.#logRatio(model, pixels, seconds));
    this.#keep(model, seconds);
    if (pixels !== null) this.#keep(nameOf(model, sizeClass(pixels)), seconds);
  }

  /** Takes in how long an attempt took that failed. */
  addFailed(model: string, attempt: Attempt): void {
    this.#attempted(model, attempt);
  }

  /** Seconds that a made file takes, half of them less; undefined where too little is known. */
  typical(model: string): number | undefined {
    return this.#usual(model, sizeClass(null))?.median;
  }

  /** What a file of this size takes at present; undefined where too little is known of the model. */
  of(model: string, size: number): Duration | undefined {
    const usual = this.#usual(model, size);
    const { repeats = 1, logPace = 0 } = this.#paces.get(model) ?? {};
    const pace = Math.exp(logPace);
    return usual && { median: usual.median * pace, mean: usual.mean * pace * repeats, spread: usual.spread };
  }

  #usual(model: string, size: number): Duration | undefined {
    const any = this.#made.get(model);
    if (any === undefined || any.seconds.length < minKept) return undefined;
    const known = this.#made.get(nameOf(model, size));
    if (known === undefined) return any.duration;
    const { seconds, duration } = known;
    if (seconds.length >= minKept) return duration;
    // A few of this size say more than many of others, but not all.
    const part = seconds.length / (seconds.length + 1);
    const between = (of: number) => part * duration.mean + (1 - part) * of;
    return { median: between(any.duration.median), mean: between(any.duration.mean), spread: any.duration.spread };
  }

  /** Of what a file took, by what those of its size usually take; undefined where that is not known. */
  #logRatio(model: string, pixels: number | null, seconds: number): number | undefined {
    const known = this.#made.get(pixels === null ? model : nameOf(model, sizeClass(pixels)));
    if (known === undefined || known.seconds.length < minKept) return undefined;
    return Math.log(Math.max(seconds, leastSeconds) / Math.max(known.duration.median, leastSeconds));
  }

  #keep(name: string, seconds: number): void {
    const kept = [...(this.#made.get(name)?.seconds ?? []), seconds].slice(-maxKept);
    this.#made.set(name, { seconds: kept, duration: durationOf(kept) });
  }

  #attempted(model: string, attempt: Attempt, logRatio?: number): void {
    const { attempts: before, logPace: paceBefore } = this.#paces.get(model) ?? { attempts: [], logPace: 0 };
    const attempts = [...before, attempt].slice(-maxKept);
    const repeats = repeatsOf(attempts, this.#made.get(model)?.duration.median ?? 0);
    const most = Math.log(maxPace);
    const moved = logRatio === undefined ? paceBefore : paceBefore + paceShare * (logRatio - paceBefore);
    this.#paces.set(model, { attempts, repeats, logPace: Math.min(most, Math.max(-most, moved)) });
  }
}

/** 0 for the smallest images; the last for those whose size is not known. */
export function sizeClass(pixels: number | null): number {
  if (pixels === null) return sizeClasses - 1;
  const index = sizes.findIndex((end) => pixels < end);
  return index === -1 ? sizes.length : index;
}

/** No model's id has a space. */
function nameOf(model: string, size: number): string {
  return `${model} ${size}`;
}

function durationOf(seconds: readonly number[]): Duration {
  // The upper one of the two in the middle.
  const median = seconds.toSorted((a, b) => a - b)[Math.floor(seconds.length / 2)] ?? 0;
  const mean = meanOf(seconds.map((each) => Math.min(each, maxMedians * median)));
  const logs = seconds.map((each) => Math.log(Math.max(each, leastSeconds)));
  const middle = meanOf(logs);
  return { median, mean, spread: Math.sqrt(meanOf(logs.map((log) => (log - middle) ** 2))) };
}

/** Near 1 while few are known. */
function repeatsOf(attempts: readonly Attempt[], median: number): number {
  let [all, last] = [minKept * median, minKept * median];
  for (const { seconds, isLast } of attempts) {
    const counted = Math.min(seconds, maxMedians * median);
    all += counted;
    if (isLast) last += counted;
  }
  return last > 0 ? all / last : 1;
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
