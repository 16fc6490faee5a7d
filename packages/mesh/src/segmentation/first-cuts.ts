import { findComponents } from '../image/connected-components.ts';
import { toLab } from '../image/lab.ts';
import { coveredPixels } from '../image/morphology.ts';
import type { Picture } from '../image/picture.ts';
import { resample, shrinkRgb } from '../image/resample.ts';
import { cutFromBackdrop } from './backdrop.ts';
import type { BackdropCut } from './backdrop.ts';
import { findCues } from './cues.ts';
import type { Cues } from './cues.ts';
import { guessObject } from './guess-object.ts';
import { crumbShares, findPieces, keepParts } from './pieces.ts';
import type { Prior } from './prior/prior.ts';
import type { FirstGuess } from './refine-guess.ts';
import { segmentByColour } from './total-variation.ts';

/** Longest side at which objects are looked for, in pixels; a larger one takes longer and finds the same objects. */
const searchSide = 160;
/** The least share of the picture that an object in a scene covers. */
const minCovered = 0.01;
/** Mean probability of the object, at most, in a hole. */
const maxGuessInHole = 0.15;
/** How much a guess weighs against the colours. */
export const guessTrust = 1.5;

/** What a small copy of the picture shows before any cut is refined. All planes have its size. */
export interface FirstCuts extends Pick<FirstGuess, 'lab' | 'width' | 'height'> {
  cues: Cues;
  /** The probability that each pixel belongs to the object, from the cues alone. */
  guess: Float32Array;
  /** What to look at again, with what was learned; undefined without a prior. */
  first: FirstGuess | undefined;
  /** The better of the two, and less of it where no cut by colour contains the pixel. */
  likely: Float32Array;
  scene: Float32Array | undefined;
  learned: Float32Array | undefined;
  /** As large as the picture, and small. */
  backdrop: BackdropCut | undefined;
  smallBackdrop: Float32Array | undefined;
}

/** Looks for the object from the cues, and from the backdrop. */
export function findFirstCuts(picture: Picture, prior?: Prior): FirstCuts {
  const small = shrink(picture);
  const { width, height, rgb } = small;
  const lab = toLab(rgb);
  const prediction = prior?.run(small);
  const cues = findCues(lab, width, height, prediction);
  const guess = guessObject(cues.perPixel, false);
  const better = prediction && guessObject(cues.perPixel, true);
  const segment = (seed: Float32Array): Float32Array | undefined =>
    tidy(segmentByColour(lab, width, height, seed, guessTrust), better ?? guess, width, height);
  const scene = segment(guess);
  const learned = better && segment(better);
  const likely = supported(better ?? guess, scene, learned);
  const backdrop = cutFromBackdrop(picture, resample(likely, width, height, picture.width, picture.height));
  const smallBackdrop = backdrop && resample(backdrop.coverage, picture.width, picture.height, width, height);
  const { perPixel } = cues;
  const first = better && { lab, width, height, perPixel, guess: better, learned, scene, backdrop: smallBackdrop };
  return { lab, width, height, cues, guess, first, likely, scene, learned, backdrop, smallBackdrop };
}

/** The guess, and less of it where no cut by colour contains the pixel: a shadow is enclosed by edges like the object. */
function supported(guess: Float32Array, ...cuts: (Float32Array | undefined)[]): Float32Array {
  const found = cuts.filter((cut) => cut !== undefined);
  if (found.length === 0) return guess;
  return guess.map((g, i) => (found.some((cut) => cut[i]! >= 0.5) ? g : 0.3 * g));
}

function shrink(picture: Picture): Picture {
  const scale = Math.min(1, searchSide / Math.max(picture.width, picture.height));
  const width = Math.max(8, Math.round(picture.width * scale));
  const height = Math.max(8, Math.round(picture.height * scale));
  return { width, height, rgb: shrinkRgb(picture.rgb, picture.width, picture.height, width, height) };
}

/** Without crumbs, and with false holes filled. Undefined where too little is left. */
export function tidy(
  cut: Float32Array | undefined,
  guess: Float32Array,
  width: number,
  height: number,
): Float32Array | undefined {
  if (!cut) return undefined;
  const kept = keepParts(fillFalseHoles(cut, guess, width, height), width, height, 'all', crumbShares.scene);
  const { areas, largest } = findPieces(kept, width, height);
  return areas.length > 0 && areas[largest]! >= minCovered * cut.length ? kept : undefined;
}

/**
 * The inside of a cup often has the table's colours, and a hole in the cup is a worse mistake than none in its handle: a
 * hole is one only where hardly anything speaks for the object.
 */
function fillFalseHoles(cut: Float32Array, guess: Float32Array, width: number, height: number): Float32Array {
  const { labels, areas, touchesBorder } = findComponents(coveredPixels(cut), width, height, 0, 4);
  const sums = areas.map(() => 0);
  for (let i = 0; i < cut.length; i++) if (labels[i] !== -1) sums[labels[i]!]! += guess[i]!;
  const isFalse = areas.map((area, label) => !touchesBorder[label] && sums[label]! > maxGuessInHole * area);
  return cut.map((c, i) => (labels[i] !== -1 && isFalse[labels[i]!] ? 1 : c));
}
