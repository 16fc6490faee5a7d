import { meshMessage } from '../messages.ts';
import type { Message } from '../messages.ts';
import type { Proposal } from './propose-cuts.ts';
import { evaluateNetwork } from './small-network.ts';
import { judgeNetwork } from './weights.ts';

/** The score of a cut-out's own alpha channel: it was made on purpose. */
export const alphaScore = 0.99;
/** Below this expected overlap a relief of the whole picture is the better model. */
export const reliefScore = 0.5;
/**
 * Below this expected overlap people are told that the outline may be wrong. Of 138 composites that the judge had not
 * seen, 70 had a cut with this score, and the worst of these overlapped by 0.82; of 27 with 0.88 to 0.93, one did by 0.71.
 */
export const sureScore = 0.93;

/** Two cuts that overlap this much, at nearly the same score, show the same object. */
const sameOverlap = 0.8;
const sameScore = 0.1;

/** A cut with its score, 0 to 1 in hundredths: the overlap with the right cut that is to be expected. */
export interface Judged {
  cut: Proposal;
  score: number;
}

/** Best first. Of two that show the same object, the one from the backdrop is finer: it is made at full size. */
export function judgeCuts(cuts: readonly Proposal[]): Judged[] {
  const judged = cuts
    .map((cut) => ({ cut, score: Math.round(100 * evaluateNetwork(judgeNetwork, cut.measures)) / 100 }))
    .toSorted((a, b) => b.score - a.score);
  const best = judged[0];
  const backdrop = judged.find(({ cut }) => cut.method === 'backdrop');
  if (!best || !backdrop || best.cut.backdropOverlap < sameOverlap || backdrop.score < best.score - sameScore) {
    return judged;
  }
  return [{ cut: backdrop.cut, score: best.score }, ...judged.filter((one) => one !== backdrop)];
}

/** What to say about a cut of this score. */
export function cutWarnings(score: number): Message[] {
  return score < sureScore ? [meshMessage('mesh.outline_unsure')] : [];
}
