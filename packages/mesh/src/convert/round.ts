import { boxOf, sidesOf } from './box.ts';
import type { Part } from './read-parts.ts';

/** What positions are rounded to in a text: about a ten-millionth of the longest side, so that distinct ones stay so. */
export function stepOf(parts: readonly Part[]): number {
  const longest = Math.max(...sidesOf(boxOf(...parts.map(({ positions }) => positions))));
  return 10 ** (Math.floor(Math.log10(longest || 1)) - 7);
}

/** The nearest multiple of `step`, a power of ten, with no more digits than that. */
export function roundTo(value: number, step: number): number {
  const steps = Math.round(value / step);
  // Dividing by a whole number is exact to the last digit; multiplying by a fraction is not.
  return step < 1 ? steps / Math.round(1 / step) : steps * step;
}
