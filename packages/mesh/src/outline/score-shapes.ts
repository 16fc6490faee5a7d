import type { Picture } from '../image/decode-image.ts';
import type { Grid } from '../meshing/grid.ts';
import { shapeKinds } from '../types.ts';
import type { ShapeKind } from '../types.ts';
import { discShare, findCues, turnedShare } from './cues.ts';
import type { Cues } from './cues.ts';
import { measureOutline } from './measure-outline.ts';
import { measureShading } from './measure-shading.ts';
import { shapeWeights } from './weights.ts';

/** How likely it is that a body of this kind suits an outline; those of one outline add up to 1. */
export interface ShapeScore {
  shape: ShapeKind;
  score: number;
}

/** What the likelihood of both ball and plate is at least, for a disc. */
const eitherDisc = 0.12;

/** All kinds, the likeliest first. See `docs/mesh.md` for how often it is right. */
export function scoreShapes(grid: Grid, picture: Picture): ShapeScore[] {
  const outline = measureOutline(grid);
  if (!outline) return shapeKinds.map((shape) => ({ shape, score: 1 / shapeKinds.length }));
  const cues = findCues(outline, measureShading(grid, picture, outline));
  return rankShapes(cues, turnedShare(outline), discShare(outline), shapeWeights);
}

/** A score for each kind, by a softmax regression. */
export function rankShapes(
  cues: Cues,
  turned: number,
  disc: number,
  weights: Readonly<Record<keyof Cues, readonly number[]>>,
): ShapeScore[] {
  const sums = shapeKinds.map((_, k) =>
    Object.entries(cues).reduce((sum, [cue, value]) => sum + weights[cue as keyof Cues][k]! * value, 0),
  );
  const most = Math.max(...sums);
  const powers = sums.map((sum) => Math.exp(sum - most));
  powers[shapeKinds.indexOf('lathe')]! *= turned;
  const total = powers.reduce((sum, power) => sum + power, 0);
  const scores = Object.fromEntries(shapeKinds.map((shape, k) => [shape, powers[k]! / total])) as Record<
    ShapeKind,
    number
  >;
  // A disc that is turned about an axis is a ball.
  const same = disc * scores.lathe;
  scores.round += same;
  scores.lathe -= same;
  for (const shape of shapeKinds) {
    const share = shape === 'round' || shape === 'plaque' ? eitherDisc : 0;
    scores[shape] = scores[shape] * (1 - 2 * disc * eitherDisc) + disc * share;
  }
  return shapeKinds.map((shape) => ({ shape, score: scores[shape] })).toSorted((a, b) => b.score - a.score);
}
