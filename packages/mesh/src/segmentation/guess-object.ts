import { cueCount } from './cues.ts';
import { guessNetwork } from './weights.ts';
import { evaluateNetwork } from './small-network.ts';

/** The probability that each pixel belongs to the object, from all cues together. */
export function guessObject(perPixel: Float32Array, useLearned: boolean): Float32Array {
  const inputs = new Float32Array(cueCount);
  return Float32Array.from({ length: perPixel.length / cueCount }, (_, i) => {
    inputs.set(perPixel.subarray(cueCount * i, cueCount * (i + 1)));
    if (!useLearned) inputs[cueCount - 1] = 0;
    return evaluateNetwork(guessNetwork, inputs);
  });
}
