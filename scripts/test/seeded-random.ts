/** Returns numbers from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;

/** A random source that gives the same numbers for the same seed (mulberry32), so that a failed run can be repeated. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from `low` to `high`, both included. */
export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

/** One of the choices, each with the same probability. */
export function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[between(random, 0, choices.length - 1)] as T;
}

/** The same ones in another order (Fisher-Yates). */
export function shuffled<T>(random: Random, given: readonly T[]): T[] {
  const left = [...given];
  return given.flatMap(() => left.splice(between(random, 0, left.length - 1), 1));
}
