import type { Picture } from '../image/picture.ts';
import { findFirstCuts, guessTrust, tidy } from './first-cuts.ts';
import type { FirstCuts } from './first-cuts.ts';
import { intersectionOverUnion, measureCut } from './measure-cut.ts';
import type { CutMethod, Evidence } from './measure-cut.ts';
import type { Prior } from './prior/prior.ts';
import { refineGuess } from './refine-guess.ts';
import { edgeCosts, logOdds, minimise, relaxation, segmentByColour } from './total-variation.ts';

/** How much a second guess weighs against the length of the outline, where the colours have had their say in it. */
const refinedWeight = 2;

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
  const before = findFirstCuts(picture, prior);
  const { lab, width, height, cues, guess, first, likely, scene, backdrop, smallBackdrop } = before;
  const refined = first && refineGuess(first);
  const found: Partial<Record<CutMethod, Float32Array | undefined>> = {
    backdrop: smallBackdrop,
    scene,
    rectangle: cutFromRectangle(before),
    learned: refined && (cutFromGuess(refined, before) ?? before.learned),
  };
  const evidence: Evidence = {
    lab,
    width,
    height,
    guess,
    learned: refined,
    borderFocus: cues.borderFocus,
    cuts: withoutUndefined(found),
    backdrop: cues.backdrop ?? { fits: 0, noise: 16 },
  };
  const cuts = (Object.entries(evidence.cuts) as [CutMethod, Float32Array][]).map(([method, cut]): Proposal => {
    const measures = measureCut(method, cut, evidence);
    const backdropOverlap = smallBackdrop ? intersectionOverUnion(cut, smallBackdrop) : 0;
    const isFine = method === 'backdrop' && backdrop;
    const plane = isFine
      ? { coverage: backdrop.coverage, width: picture.width, height: picture.height }
      : { coverage: cut, width, height };
    return { method, ...plane, measures, backdropOverlap };
  });
  const hasCastShadow = backdrop?.hasCastShadow ?? false;
  return { cuts, saliency: cues.saliency, guess: refined ?? likely, hasCastShadow, width, height };
}

function cutFromRectangle({ lab, width, height, first, guess }: FirstCuts): Float32Array | undefined {
  const [start, possible] = [rectangle(width, height, 0.2), rectangle(width, height, 0.08)];
  return tidy(segmentByColour(lab, width, height, start, 0.2, possible), first?.guess ?? guess, width, height);
}

/** On a plain ground a second guess leaves nothing to learn from the colours; elsewhere it is their next start. */
function cutFromGuess(
  refined: Float32Array,
  { lab, width, height, smallBackdrop }: FirstCuts,
): Float32Array | undefined {
  if (!smallBackdrop) return tidy(segmentByColour(lab, width, height, refined, guessTrust), refined, width, height);
  const state = relaxation(refined, width);
  const data = refined.map((p) => -refinedWeight * logOdds(p));
  minimise(state, data, edgeCosts(lab, width, height), width);
  return tidy(state.u.slice(0, refined.length), refined, width, height);
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
