import { softBlur } from '../image/blur.ts';
import { costs, fitColours } from './colour-model.ts';
import { cueCount } from './cues.ts';
import { compareLocalColours } from './local-colours.ts';
import { evaluateNetwork } from './small-network.ts';
import { logOdds } from './total-variation.ts';
import { refineNetwork } from './weights.ts';

/** What is known of each pixel of a small picture after the first cuts. */
export interface FirstGuess {
  lab: Float32Array;
  width: number;
  height: number;
  /** {@link cueCount} numbers for each pixel. */
  perPixel: Float32Array;
  /** The probability that each pixel belongs to the object, from these. */
  guess: Float32Array;
  /** The cuts, where they found anything. */
  learned: Float32Array | undefined;
  scene: Float32Array | undefined;
  backdrop: Float32Array | undefined;
}

/** Numbers per pixel that a second guess is made from: the cues, and what the first cuts add to them. */
export const refineCount = cueCount + 13;
/** Costs (minus log likelihood), at most, that are told apart. */
const maxCost = 20;
const maxEvidence = 5;

/** A second guess, pixel by pixel: the cuts have shown which colours the object has, and which the ground. */
export function refineGuess(first: FirstGuess): Float32Array {
  const inputs = refineInputs(first);
  return Float32Array.from({ length: first.guess.length }, (_, i) =>
    evaluateNetwork(refineNetwork, inputs, refineCount * i),
  );
}

/** {@link refineCount} numbers for each pixel, all of about the same size. */
export function refineInputs(first: FirstGuess): Float32Array {
  const { lab, width, height, perPixel, guess } = first;
  const none = new Float32Array(guess.length);
  const { learned = none, scene = none, backdrop = none } = first;
  const long = Math.max(width, height);
  const object = guess.map((g, i) => 0.5 * g + 0.3 * learned[i]! + 0.2 * scene[i]!);
  const { asObject, asGround } = compareColours(lab, object);
  const evidence = asObject.map((cost, i) => clamp(asGround[i]! - cost, -maxEvidence, maxEvidence));
  const local = compareLocalColours(lab, width, height, object);
  const planes = [
    guess.map((g) => logOdds(g) / 3),
    learned,
    scene,
    backdrop,
    none.map(() => (first.backdrop ? 1 : 0)),
    evidence.map((v) => v / 3),
    local.map((v) => v / 3),
    ...[0.015, 0.06].map((share) => softBlur(guess, width, height, share * long).map((g) => logOdds(g) / 3)),
    ...[local, evidence].map((plane) => softBlur(plane, width, height, 0.01 * long).map((v) => v / 3)),
    ...[asObject, asGround].map((plane) => plane.map((cost) => Math.min(cost, maxCost) / 10)),
  ];
  const inputs = new Float32Array(refineCount * guess.length);
  for (let i = 0; i < guess.length; i++) {
    const at = refineCount * i;
    for (let k = 0; k < cueCount; k++) inputs[at + k] = perPixel[cueCount * i + k]!;
    for (let k = 0; k < planes.length; k++) inputs[at + cueCount + k] = planes[k]![i]!;
  }
  return inputs;
}

/** What each colour costs on both sides; 0 where one side has too few pixels to have colours. */
function compareColours(lab: Float32Array, object: Float32Array): { asObject: Float32Array; asGround: Float32Array } {
  const inside = fitColours(lab, object);
  const outside = fitColours(
    lab,
    object.map((v) => 1 - v),
  );
  const none = new Float32Array(object.length);
  if (!inside || !outside) return { asObject: none, asGround: none };
  return { asObject: costs(inside, lab), asGround: costs(outside, lab) };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
