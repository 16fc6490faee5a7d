import { cueCount } from './cues.ts';
import { guessNetwork } from './weights.ts';
import { evaluateNetwork } from './small-network.ts';

/** The probability that each pixel belongs to the object, from all cues together. */
export function guessObject(perPixel: Float32Array, useLearned: boolean): Float32Array {
  const inputs = new Float32Array(cueCount);
  const result = new Float32Array(perPixel.length / cueCount);
  for (let i = 0; i < result.length; i++) {
    for (let k = 0; k < cueCount; k++) inputs[k] = perPixel[cueCount * i + k]!;
    if (!useLearned) inputs[cueCount - 1] = 0;
    result[i] = evaluateNetwork(guessNetwork, inputs);
  }
  return result;
}
