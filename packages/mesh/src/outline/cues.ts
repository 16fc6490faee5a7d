import type { OutlineMeasures } from './measure-outline.ts';
import type { ShadingMeasures } from './measure-shading.ts';

/** What speaks for one body or another; each about 0 to 1. */
export type Cues = ReturnType<typeof findCues>;

/** 1 for a disc, which may be a ball or a plate; 0 for everything else. */
export function discShare({ ellipse, elongation }: OutlineMeasures): number {
  return ramp(ellipse, 0.88, 0.97) * ramp(1.35 - elongation, 0, 0.25);
}

/** 0 for an outline that cannot be that of a turned body: one that is not symmetric. */
export function turnedShare({ symmetry }: OutlineMeasures): number {
  return ramp(symmetry, 0.91, 0.97);
}

/** From what was measured. After a change here, scripts/fit-shapes.ts has to be run again. */
export function findCues(outline: OutlineMeasures, shading: ShadingMeasures) {
  const slenderness = Math.min(Math.max(Math.log(outline.slenderness), 0), 1.5);
  const disc = discShare(outline);
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
    loose: 1 - outline.whole,
    curved: exact * (1 - outline.straightness),
    slender: exact * slenderness,
    polygon: ramp(outline.convexity, 0.8, 0.98) * other * outline.straightness,
    detail,
    dome: other * shading.dome,
    discDetail: disc * ramp(shading.detail, 0.02, 0.09),
    discDome: disc * shading.dome,
    discMiddle: disc * shading.middle,
    discFall: disc * ramp(shading.fall, 0.02, 0.2),
    discLeastFall: disc * ramp(shading.leastFall, -0.1, 0.05),
    discSmooth: disc * shading.dome * (1 - ramp(shading.detail, 0.03, 0.08)),
    discColour: disc * ramp(shading.colour, 0.3, 0.6),
    thickest: outline.thickest,
    even: outline.even,
    turnedStripes: turned * shading.stripes,
    turnedMiddle: turned * shading.middle,
    turnedSections: turned * shading.sections,
    turnedEdges: turned * 4 * clamp(shading.edges, 0, 0.25),
  };
}

/** 0 below `from`, 1 above `to`. */
function ramp(value: number, from: number, to: number): number {
  return clamp((value - from) / (to - from), 0, 1);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
