import type { Picture } from '../image/picture.ts';
import { meshMessage } from '../messages.ts';
import { alignMask } from './align.ts';
import { alphaCoverage } from './alpha.ts';
import type { Candidate } from './candidate.ts';
import { alphaScore, cutWarnings, judgeCuts, reliefScore } from './judge-cuts.ts';
import type { Judged } from './judge-cuts.ts';
import type { Prior } from './prior/prior.ts';
import { proposeCuts } from './propose-cuts.ts';

/**
 * The outlines that the object of a picture could have, best first. `relief`, the whole picture, is always among them.
 * A picture of 320 pixels on its longest side shows as much as a larger one, which only takes longer.
 * @param prior What was learned from other pictures; without it, the picture alone decides.
 */
export function findCandidates(picture: Picture, prior?: Prior): Candidate[] {
  const candidates = judgeCuts(proposeCuts(picture, prior).cuts).map((judged) => toCandidate(judged, picture));
  const alpha = alphaCoverage(picture);
  if (alpha) {
    // It is what a model is made from, so nothing is surer.
    for (const candidate of candidates) candidate.score = Math.min(candidate.score, alphaScore);
    candidates.unshift({ method: 'alpha', score: alphaScore, coverage: alpha, warnings: [] });
  }
  const whole = new Float32Array(picture.width * picture.height).fill(1);
  // Where an outline is surer, it is a choice, and nothing is to be said against it.
  const isBest = candidates.every(({ score }) => score < reliefScore);
  const warnings = isBest ? [meshMessage('mesh.relief_proposed')] : [];
  candidates.push({ method: 'relief', score: reliefScore, coverage: whole, warnings });
  return candidates.toSorted((a, b) => b.score - a.score);
}

function toCandidate({ cut, score }: Judged, picture: Picture): Candidate {
  const coverage = alignMask(cut.coverage, cut.width, cut.height, picture);
  return { method: cut.method, score, coverage, warnings: cutWarnings(score) };
}
