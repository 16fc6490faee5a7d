import { createHash } from 'node:crypto';

/** Random numbers that are the same for the same seed. */
export interface Random {
  /** From `low` up to `high`. */
  between(low: number, high: number): number;
  /** True in this share of the calls. */
  chance(share: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** A cheap one of mean 0 and standard deviation 1: the sum of four even ones. */
  normal(): number;
}

/** From 0 up to 1 (mulberry32). */
export function createNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** From any text. */
export function createRandom(seed: string): Random {
  const next = createNumbers(createHash('sha256').update(seed).digest().readUInt32LE(0));
  return {
    between: (low, high) => low + (high - low) * next(),
    chance: (share) => next() < share,
    pick: (items) => items[Math.floor(next() * items.length)]!,
    normal: () => (next() + next() + next() + next() - 2) * Math.sqrt(3),
  };
}
