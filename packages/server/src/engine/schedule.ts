interface Work {
  places: number;
  /** Seconds that each file of the task still takes. */
  own: { leased: readonly number[]; waiting: readonly number[] };
  /** Files of others at work, seconds of others' files that come first, and seconds that a file of theirs takes. */
  others: { running: number; ahead: number; each: number };
  /** How much files differ; see `Duration`. */
  spread: number;
}

/** Less is no difference, and more is a mixture of which this law says too much. */
const leastSpread = 0.02;
const maxSpread = 0.6;

/** Seconds until the last of a task's files ends, with each file put on the place that is free first. */
export function scheduleEnd({ places, own, others: { running, ahead, each }, spread }: Work): number {
  // How far others' files are is not looked up: they are taken to be evenly apart.
  const busy = Array.from({ length: running }, (_, index) => (each * (index + 0.5)) / running);
  const free = [...own.leased, ...busy];
  while (free.length < places) free.push(0);
  const before = Math.round(ahead / each);
  for (let file = 0; file < before; file += 1) occupy(free, ahead / before);
  const ends = [...own.leased];
  let lastStart = 0;
  for (const seconds of own.waiting) {
    const end = occupy(free, seconds);
    ends.push(end);
    lastStart = Math.max(lastStart, end - seconds);
  }
  return (
    lastStart +
    lastOf(
      ends.map((end) => Math.max(0, end - lastStart)),
      spread,
    )
  );
}

/**
 * When the last of several files ends that are expected to take so many seconds each: the later, the more there are and
 * the more they differ. A norm whose power fits the largest of 2 to 16 numbers of a log-normal distribution within 5 %.
 */
export function lastOf(seconds: readonly number[], spread: number): number {
  const longest = Math.max(0, ...seconds);
  if (longest === 0 || spread < leastSpread) return longest;
  const power = 1.35 / Math.min(spread, maxSpread);
  return longest * seconds.reduce((sum, each) => sum + (each / longest) ** power, 0) ** (1 / power);
}

/** Puts a file on the place that is free first; returns when it ends there. */
function occupy(free: number[], seconds: number): number {
  let first = 0;
  for (const [index, at] of free.entries()) if (at < (free[first] ?? Infinity)) first = index;
  const end = (free[first] ?? 0) + seconds;
  free[first] = end;
  return end;
}
