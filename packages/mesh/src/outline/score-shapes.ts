import type { Picture } from '../image/decode-image.ts';
import type { Grid } from '../meshing/grid.ts';
import { shapeKinds } from '../types.ts';
import type { ShapeKind } from '../types.ts';
import { measureOutline } from './measure-outline.ts';
import type { OutlineMeasures } from './measure-outline.ts';
import { measureShading } from './measure-shading.ts';
import type { ShadingMeasures } from './measure-shading.ts';

/** How likely it is that an outline belongs to a body of this kind; those of one outline add up to 1. */
export interface ShapeScore {
  shape: ShapeKind;
  score: number;
}

/**
 * What each cue says for each of `shapeKinds`, in their order: a softmax regression over 710 free cut-outs that were
 * sorted by what they show, and 90 drawn bodies of revolution. See `docs/mesh.md` for how often it is right.
 */
const weights = {
  always: [2.36, 2.11, 1.26, -2.72, -3.01],
  disc: [0.78, -2.07, -0.69, 3.31, -1.33],
  turned: [-0.15, -0.13, 0.24, -0.09, 0.13],
  turnedLong: [-0.19, -1.06, 1.02, -0.61, 0.85],
  box: [-0.28, 0.18, 0.93, -0.25, -0.57],
  straight: [-8.03, -1.69, 3.97, 4.75, 1.0],
  straightBox: [-1.97, -2.25, 0.49, 2.09, 1.64],
  long: [0.76, -0.09, -0.49, -0.92, 0.74],
  convex: [0.93, 0.81, -1.08, -1.18, 0.52],
  ellipse: [0.25, -0.27, 1.04, -0.92, -0.1],
  symmetry: [-2.57, -1.32, -0.66, 2.89, 1.66],
  holes: [0.4, 0.69, 0.55, -0.74, -0.9],
  detail: [-0.16, -0.19, 0.89, 0.19, -0.73],
  discDetail: [-0.41, 0.8, -0.15, 0.2, -0.43],
  discDome: [2.15, -2.86, 1.16, 1.36, -1.81],
  dome: [0.2, -0.47, 1.39, -1.15, 0.04],
  turnedStripes: [0.36, -0.93, -1.68, -1.35, 3.6],
  turnedMiddle: [1.63, -0.48, -1.83, -0.44, 1.13],
  spread: [0.66, -0.03, -1.32, -0.22, 0.91],
  discStraight: [-12.5, -13.5, 16.55, 11.39, -1.93],
  loose: [-4.31, -0.36, 1.68, -1.86, 4.85],
  discMiddle: [1.9, -1.17, -1.87, 1.23, -0.09],
  curved: [0.15, -0.71, -1.44, 1.58, 0.42],
  slender: [-0.61, -1.25, 0.63, 0.71, 0.52],
  polygon: [-1.19, 1.13, -2.02, 2.9, -0.82],
} as const;

/** Turned things are few among the cut-outs and common in photos. */
const latheFavour = 2;

type Cues = Record<keyof typeof weights, number>;

/** All kinds, the likeliest first. */
export function scoreShapes(grid: Grid, picture: Picture): ShapeScore[] {
  const outline = measureOutline(grid);
  if (!outline) return shapeKinds.map((shape) => ({ shape, score: 1 / shapeKinds.length }));
  const cues = cuesOf(outline, measureShading(grid, picture, outline));
  const sums = shapeKinds.map((_, k) =>
    Object.entries(weights).reduce((sum, [cue, each]) => sum + each[k]! * cues[cue as keyof Cues], 0),
  );
  const most = Math.max(...sums);
  const powers = sums.map((sum) => Math.exp(sum - most));
  // What is not symmetric is not turned, whatever else speaks for it.
  powers[shapeKinds.indexOf('lathe')]! *= latheFavour * ramp(outline.symmetry, 0.91, 0.97);
  const total = powers.reduce((sum, power) => sum + power, 0);
  return shapeKinds.map((shape, k) => ({ shape, score: powers[k]! / total })).toSorted((a, b) => b.score - a.score);
}

function cuesOf(outline: OutlineMeasures, shading: ShadingMeasures): Cues {
  const slenderness = Math.min(Math.max(Math.log(outline.slenderness), 0), 1.5);
  const disc = ramp(outline.ellipse, 0.88, 0.97) * ramp(1.35 - outline.elongation, 0, 0.25);
  const other = 1 - disc;
  const turned = ramp(outline.symmetry, 0.88, 0.98) * ramp(outline.unbroken, 0.7, 0.95);
  const exact = ramp(outline.symmetry, 0.95, 0.99) * ramp(outline.unbroken, 0.9, 1) * other;
  const box = ramp(outline.rectangularity, 0.7, 0.95);
  const detail = 10 * Math.min(shading.detail, 0.25);
  return {
    always: 1,
    disc,
    turned: turned * other,
    turnedLong: turned * slenderness * other,
    box: box * other,
    straight: outline.straightness,
    straightBox: outline.straightness * box,
    long: Math.min(Math.log(outline.elongation), 1.8),
    convex: outline.convexity,
    ellipse: ramp(outline.ellipse, 0.7, 0.97) * other,
    symmetry: outline.symmetry,
    holes: Math.min(5 * Math.min(outline.holes, 0.3), 1),
    detail,
    discDetail: disc * detail,
    discDome: disc * shading.dome,
    dome: other * shading.dome,
    turnedStripes: turned * shading.stripes,
    turnedMiddle: turned * shading.middle,
    spread: 4 * shading.spread,
    discStraight: disc * outline.straightness,
    loose: 1 - outline.whole,
    discMiddle: disc * shading.middle,
    curved: exact * (1 - outline.straightness),
    slender: exact * slenderness,
    polygon: ramp(outline.convexity, 0.8, 0.98) * other * outline.straightness,
  };
}

/** 0 below `from`, 1 above `to`. */
function ramp(value: number, from: number, to: number): number {
  return Math.min(Math.max((value - from) / (to - from), 0), 1);
}
