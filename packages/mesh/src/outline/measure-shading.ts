import type { Picture } from '../image/decode-image.ts';
import type { Grid } from '../meshing/grid.ts';
import type { MeasuredOutline } from './measure-outline.ts';
import { sampleInside } from './sample-inside.ts';
import type { Sample } from './sample-inside.ts';

/** What the photo's light says about an object's body. */
export interface ShadingMeasures {
  /** How much of the variation of lightness a ball lit from anywhere explains. */
  dome: number;
  /** Whether the middle is lighter than the rim, in units of the spread of lightness; negative where it is darker. */
  middle: number;
  /** How much darker the rim is than the light in the middle: on average, and on the side where it is least so. */
  fall: number;
  leastFall: number;
  /** How much of the variation of lightness the distance from the axis explains; within each section, too. */
  stripes: number;
  sections: number;
  /** Whether the light falls towards both edges of the sections across the axis. */
  edges: number;
  /** Spread of the lightness that is finer than a twentieth of the object, 0 to 1. */
  detail: number;
  /** Strength of the mean colour, 0 to 1. */
  colour: number;
}

const nothing: ShadingMeasures = {
  dome: 0,
  middle: 0,
  fall: 0,
  leastFall: 0,
  stripes: 0,
  sections: 0,
  edges: 0,
  detail: 0,
  colour: 0,
};

/** Measures the picture inside an outline, a little away from its rim. */
export function measureShading(grid: Grid, picture: Picture, outline: MeasuredOutline): ShadingMeasures {
  const { plane, axis } = outline;
  const samples = sampleInside(grid, picture, outline);
  if (samples.length < 12) return nothing;
  const light = samples.map((sample) => sample.light);
  const mean = average(light);
  const variance = Math.max(average(light.map((l) => (l - mean) ** 2)), 1e-6);
  const spread = Math.sqrt(variance);
  const meanRise = average(samples.map(({ rise }) => rise));
  const middle = average(samples.map(({ light: l, rise }) => (l - mean) * (rise - meanRise))) / spread;
  const detail = Math.sqrt(average(samples.map(({ light: l, smooth }) => (l - smooth) ** 2)));
  const columns = samples.map(({ x, y, rise }) => [
    1,
    (x - axis.x) / plane.width,
    (y - axis.y) / plane.height,
    Math.sqrt(rise * (2 - rise)),
  ]);
  return {
    dome: 1 - unexplained(columns, light) / variance,
    middle: 4 * middle,
    ...fallOf(samples),
    ...stripesOf(samples, mean, variance),
    detail,
    colour: colourOf(samples),
  };
}

function colourOf(samples: readonly Sample[]): number {
  const [red, blue] = [average(samples.map((each) => each.red)), average(samples.map((each) => each.blue))];
  return Math.max(red, blue, 0) - Math.min(red, blue, 0);
}

const sides = 8;

/**
 * The rim's light on each of eight sides against the middle's. High quantiles, so that a dark pattern on a ball does not
 * count as its shade.
 */
function fallOf(samples: readonly Sample[]): { fall: number; leastFall: number } {
  const [cx, cy] = [average(samples.map(({ x }) => x)), average(samples.map(({ y }) => y))];
  const rims = Array.from({ length: sides }, () => [] as number[]);
  const middle: number[] = [];
  for (const { x, y, rise, light } of samples) {
    if (rise > 0.4) middle.push(light);
    if (rise > 0.3) continue;
    const turn = (Math.atan2(y - cy, x - cx) / (2 * Math.PI) + 1) * sides;
    rims[Math.floor(turn) % sides]!.push(light);
  }
  const lit = quantile(middle, 0.75);
  const falls = rims.filter((rim) => rim.length > 0).map((rim) => lit - quantile(rim, 0.75));
  if (falls.length === 0 || middle.length === 0) return { fall: 0, leastFall: 0 };
  return { fall: average(falls), leastFall: Math.min(...falls) };
}

const bins = 13;

/** Shares of the variance between stripes of the same place across the axis. */
function stripesOf(samples: readonly Sample[], mean: number, variance: number) {
  const sections = new Map<number, { sum: number; count: number }>();
  for (const { along, light } of samples) {
    const section = sections.get(along) ?? { sum: 0, count: 0 };
    section.sum += light;
    section.count++;
    sections.set(along, section);
  }
  const stripes = Array.from({ length: bins }, () => ({ sum: 0, within: 0, count: 0 }));
  let varianceWithin = 1e-6;
  for (const { along, aside, light } of samples) {
    const section = sections.get(along)!;
    const within = light - section.sum / section.count;
    const stripe = stripes[Math.min(Math.max(Math.floor(((aside + 1) * bins) / 2), 0), bins - 1)]!;
    stripe.sum += light - mean;
    stripe.within += within;
    stripe.count++;
    varianceWithin += within ** 2 / samples.length;
  }
  const between = (of: 'sum' | 'within'): number =>
    stripes.reduce((sum, each) => sum + each[of] ** 2 / Math.max(each.count, 1), 0) / samples.length;
  const heightOf = (k: number): number => stripes[k]!.within / Math.max(stripes[k]!.count, 1);
  const top = Math.max(...stripes.map((_, k) => heightOf(k)));
  const edges = Math.min(
    top - Math.max(heightOf(0), heightOf(1)),
    top - Math.max(heightOf(bins - 1), heightOf(bins - 2)),
  );
  return { stripes: between('sum') / variance, sections: between('within') / varianceWithin, edges };
}

function quantile(values: number[], share: number): number {
  if (values.length === 0) return 0;
  return values.sort((a, b) => a - b)[Math.floor(share * (values.length - 1))]!;
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Mean square of what no weights of the columns explain. */
function unexplained(columns: readonly number[][], targets: readonly number[]): number {
  const fitted = leastSquares(columns, targets);
  return average(targets.map((target, k) => (target - dot(columns[k]!, fitted)) ** 2));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, k) => sum + value * b[k]!, 0);
}

/** By the normal equations, with a trace of damping, so that they can always be solved. */
function leastSquares(rows: readonly number[][], targets: readonly number[]): number[] {
  const size = rows[0]!.length;
  const system = Array.from({ length: size }, (_, r) =>
    Array.from({ length: size + 1 }, (_unused, c) =>
      rows.reduce((sum, row, k) => sum + row[r]! * (c < size ? row[c]! : targets[k]!), r === c ? 1e-6 : 0),
    ),
  );
  for (let pivot = 0; pivot < size; pivot++) {
    for (let row = 0; row < size; row++) {
      if (row === pivot) continue;
      const factor = system[row]![pivot]! / system[pivot]![pivot]!;
      for (let c = pivot; c <= size; c++) system[row]![c]! -= factor * system[pivot]![c]!;
    }
  }
  return system.map((row, k) => row[size]! / row[k]!);
}
