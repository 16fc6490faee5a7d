/** What the outlook of other tasks depends on, of a task that has not ended. */
export interface Contender {
  place: number;
  /** When it was last served; see `TaskRecord`. */
  turn: number;
  model: string;
  running: number;
  /** Files that wait, by {@link sizeClass}. */
  sizes: readonly number[];
}

/** A task that asks what is served before its last file starts. */
interface Asker {
  place: number;
  turn: number;
  running: number;
  /** Files of it that wait, and the seconds that each takes. */
  left: number;
  seconds: number;
}

/** Tasks whose files take about as long. */
interface Pace {
  seconds: number;
  /** Numbers of files, ascending, and the sum of those before each index. */
  files: number[];
  sums: number[];
}

/** So many paces for each doubling of the seconds. */
const pacesPerDoubling = 3;
/** Halvings until the length of a round is known well enough. */
const halvings = 24;

/**
 * The tasks that wait for the same places, at one moment. Tasks take turns file by file, so while one of them has `w`
 * files served, another has `min(w, its own)`; where there are more places than tasks, each has an equal share of the
 * places instead, and one with short files has more of them served. Both are the same law: a task has a turn once in a
 * round of all, or as soon as its file is done where that takes longer; there is no round where places are free.
 */
export class Snapshot {
  /** Of a waiting file, on average; 0 where none waits. */
  readonly seconds: number;
  readonly #order: readonly Contender[];
  readonly #byPlace = new Map<number, { left: number; pace: Pace }>();
  readonly #paces: readonly Pace[];
  /** Seconds from one turn of a task to the next, where its file does not take longer. */
  readonly #roundSeconds: number;

  constructor(contenders: readonly Contender[], places: number, secondsOf: (contender: Contender) => number) {
    const waiting = contenders
      .map((contender) => ({ contender, left: countOf(contender), seconds: secondsOf(contender) }))
      .filter(({ left, seconds }) => left > 0 && seconds > 0);
    this.#order = waiting.map(({ contender }) => contender).toSorted(isServedBefore);
    const byPace = Map.groupBy(waiting, ({ left, seconds }) =>
      Math.round(Math.log2(seconds / left) * pacesPerDoubling),
    );
    this.#paces = [...byPace.values()].map((alike) => {
      const pace = paceOf(alike);
      for (const { contender, left } of alike) this.#byPlace.set(contender.place, { left, pace });
      return pace;
    });
    const files = waiting.reduce((total, { left }) => total + left, 0);
    this.seconds = files === 0 ? 0 : waiting.reduce((total, { seconds }) => total + seconds, 0) / files;
    this.#roundSeconds = roundSecondsOf(this.#paces, waiting.length, places);
  }

  /** Seconds of work of other tasks that is served before the last waiting file of this one starts. */
  ahead({ left, seconds, ...asker }: Asker): number {
    const rounds = left - 1 + this.#rank(asker);
    const round = this.#roundSeconds;
    const own = this.#byPlace.get(asker.place);
    let work = 0;
    for (const pace of this.#paces) {
      const turns = (rounds * Math.max(round, seconds)) / Math.max(round, pace.seconds);
      work += pace.seconds * servedIn(pace, turns);
      if (own?.pace === pace) work -= pace.seconds * Math.min(own.left, turns);
    }
    return Math.max(0, work);
  }

  /** The part of the others that is served before this task is next. */
  #rank(asker: Pick<Asker, 'running' | 'turn' | 'place'>): number {
    const others = this.#order.length - (this.#byPlace.has(asker.place) ? 1 : 0);
    if (others === 0) return 0;
    const before = firstIndex(this.#order.length, (index) => isServedBefore(asker, this.#order[index] ?? asker) <= 0);
    return Math.min(1, before / others);
  }
}

/** As the queue has it: the fewest running, then the one not served for longest. */
function isServedBefore(
  a: Pick<Contender, 'running' | 'turn' | 'place'>,
  b: Pick<Contender, 'running' | 'turn' | 'place'>,
): number {
  return a.running - b.running || a.turn - b.turn || a.place - b.place;
}

function countOf({ sizes }: Contender): number {
  return sizes.reduce((total, files) => total + files, 0);
}

function paceOf(alike: readonly { left: number; seconds: number }[]): Pace {
  const files = alike.map(({ left }) => left).toSorted((a, b) => a - b);
  const sums = [0];
  for (const count of files) sums.push((sums.at(-1) ?? 0) + count);
  return { seconds: alike.reduce((total, { seconds }) => total + seconds, 0) / (sums.at(-1) ?? 1), files, sums };
}

/** Files of tasks of a pace that are served while each of them has so many turns. */
function servedIn({ files, sums }: Pace, turns: number): number {
  const finished = firstIndex(files.length, (index) => (files[index] ?? 0) > turns);
  return (sums[finished] ?? 0) + turns * (files.length - finished);
}

/**
 * In a round of `r` a task has a file at work for `c / max(r, c)` of the time, and together the tasks fill the places.
 * There is no round where there are fewer tasks than places.
 */
function roundSecondsOf(paces: readonly Pace[], tasks: number, places: number): number {
  if (tasks <= places) return 0;
  let [low, high] = [0, paces.reduce((total, { seconds, files }) => total + seconds * files.length, 0) / places];
  for (let step = 0; step < halvings; step += 1) {
    const round = (low + high) / 2;
    const filled = paces.reduce(
      (sum, { seconds, files }) => sum + (files.length * seconds) / Math.max(round, seconds),
      0,
    );
    if (filled > places) low = round;
    else high = round;
  }
  return high;
}

/** The first index from which on `fits` is true; `length` for none. */
function firstIndex(length: number, fits: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (fits(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
