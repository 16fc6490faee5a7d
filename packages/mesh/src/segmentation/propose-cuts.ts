import { toLab } from '../image/lab.ts';
import type { Picture } from '../image/picture.ts';
import { findComponents } from '../image/connected-components.ts';
import { coveredPixels } from '../image/morphology.ts';
import { resample, shrinkRgb } from '../image/resample.ts';
import { cutFromBackdrop } from './backdrop.ts';
import { findCues } from './cues.ts';
import { guessObject } from './guess-object.ts';
import { intersectionOverUnion, measureCut } from './measure-cut.ts';
import type { CutMethod, Evidence } from './measure-cut.ts';
import { crumbShares, findPieces, keepParts } from './pieces.ts';
import type { Prior } from './prior/prior.ts';
import { segmentByColour } from './total-variation.ts';

/** Longest side at which objects are looked for, in pixels; a larger one takes longer and finds the same objects. */
const searchSide = 160;
/** The least share of the picture that an object in a scene covers. */
const minCovered = 0.01;

/** Mean probability of the object, at most, in a hole. */
const maxGuessInHole = 0.15;

/** One cut, before it is judged. */
export interface Proposal {
  method: CutMethod;
  /** 0 to 1 for each pixel of `width` × `height`. */
  coverage: Float32Array;
  width: number;
  height: number;
  /** What says how right it is. */
  measures: number[];
  /** How well it overlaps the cut from the backdrop; 0 where there is none. */
  backdropOverlap: number;
}

/** What a search found. */
export interface Proposals {
  cuts: Proposal[];
  /** How much each pixel of a picture of `width` × `height` stands out, 0 to 1. */
  saliency: Float32Array;
  /** The probability that each pixel belongs to the object. */
  guess: Float32Array;
  hasCastShadow: boolean;
  width: number;
  height: number;
}

/** Looks for an object in each of the ways there are. */
export function proposeCuts(picture: Picture, prior?: Prior): Proposals {
  const small = shrink(picture);
  const { width, height, rgb } = small;
  const lab = toLab(rgb);
  const prediction = prior?.run(small);
  const cues = findCues(lab, width, height, prediction);
  const guess = guessObject(cues.perPixel, false);
  const learned = prediction && guessObject(cues.perPixel, true);
  const segment = (seed: Float32Array, trust: number, possible?: Float32Array): Float32Array | undefined =>
    tidy(segmentByColour(lab, width, height, seed, trust, possible), learned ?? guess, width, height);
  const inMiddle = rectangle(width, height, 0.2);
  const fromCues = segment(guess, 1.5);
  const fromLearned = learned && segment(learned, 1.5);
  const likely = supported(learned ?? guess, fromCues, fromLearned);
  const backdrop = cutFromBackdrop(picture, resample(likely, width, height, picture.width, picture.height));
  const found: Partial<Record<CutMethod, Float32Array | undefined>> = {
    backdrop: backdrop && resample(backdrop.coverage, picture.width, picture.height, width, height),
    scene: fromCues,
    rectangle: segment(inMiddle, 0.2, rectangle(width, height, 0.08)),
    learned: fromLearned,
  };
  const evidence: Evidence = {
    lab,
    width,
    height,
    guess,
    learned,
    borderFocus: cues.borderFocus,
    cuts: withoutUndefined(found),
    backdrop: cues.backdrop ?? { fits: 0, noise: 16 },
  };
  const cuts: Proposal[] = [];
  for (const [method, cut] of Object.entries(evidence.cuts) as [CutMethod, Float32Array][]) {
    const measures = measureCut(method, cut, evidence);
    const backdropOverlap = found.backdrop ? intersectionOverUnion(cut, found.backdrop) : 0;
    if (method === 'backdrop' && backdrop) {
      cuts.push({
        method,
        coverage: backdrop.coverage,
        width: picture.width,
        height: picture.height,
        measures,
        backdropOverlap,
      });
    } else cuts.push({ method, coverage: cut, width, height, measures, backdropOverlap });
  }
  return {
    cuts,
    saliency: cues.saliency,
    guess: likely,
    hasCastShadow: backdrop?.hasCastShadow ?? false,
    width,
    height,
  };
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
function tidy(
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

function rectangle(width: number, height: number, inset: number): Float32Array {
  const result = new Float32Array(width * height);
  const [left, top] = [Math.round(width * inset), Math.round(height * inset)];
  for (let y = top; y < height - top; y++) result.fill(1, y * width + left, (y + 1) * width - left);
  return result;
}

function withoutUndefined<K extends string, V>(record: Partial<Record<K, V | undefined>>): Partial<Record<K, V>> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Partial<Record<K, V>>;
}
