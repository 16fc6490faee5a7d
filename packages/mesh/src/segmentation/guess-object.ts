import { cueCount } from './cues.ts';
import { guessNetwork } from './weights.ts';

/** The probability that each pixel belongs to the object, from all cues together. */
export function guessObject(perPixel: Float32Array, useLearned: boolean): Float32Array {
  const { hidden, output } = guessNetwork;
  const count = perPixel.length / cueCount;
  const used = useLearned ? cueCount : cueCount - 1;
  const sums = new Float64Array(count).fill(output[hidden.length]!);
  // As `evaluateNetwork` does, but one hidden unit after the other: all pixels of it need the same few numbers.
  const weights = new Float64Array(cueCount);
  for (const [unit, row] of hidden.entries()) {
    for (let k = 0; k < cueCount; k++) weights[k] = row[k]!;
    addUnit(perPixel, weights, row[cueCount]!, output[unit]!, used, sums);
  }
  const result = new Float32Array(count);
  for (let i = 0; i < count; i++) result[i] = 1 / (1 + Math.exp(-sums[i]!));
  return result;
}

function addUnit(
  perPixel: Float32Array,
  weights: Float64Array,
  constant: number,
  share: number,
  used: number,
  sums: Float64Array,
): void {
  for (let i = 0, from = 0; i < sums.length; i++, from += cueCount) {
    let value = constant;
    for (let k = 0; k < used; k++) value += weights[k]! * perPixel[from + k]!;
    sums[i]! += share * Math.tanh(value);
  }
}
