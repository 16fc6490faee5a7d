import { boxBlur } from '../image/blur.ts';
import type { Picture } from '../image/decode-image.ts';
import { distanceInside } from '../image/distance.ts';
import { bilinear } from '../image/resample.ts';
import type { Grid } from '../meshing/grid.ts';
import type { MeasuredOutline } from './measure-outline.ts';

/** What the photo's light says about an object's body. */
export interface ShadingMeasures {
  /** How much of the variation of lightness a dome explains, whose middle is lighter than its rim, and a tilt. */
  dome: number;
  /** Whether the middle is lighter than the rim, in units of the spread of lightness; negative where it is darker. */
  middle: number;
  /** How much of the variation of lightness the distance from the axis explains. */
  stripes: number;
  /** Spread of lightness, 0 to 1, and of what of it is finer than a twentieth of the object. */
  spread: number;
  detail: number;
}

/** Measures the lightness of the picture inside an outline, a little away from its rim. */
export function measureShading(grid: Grid, picture: Picture, outline: MeasuredOutline): ShadingMeasures {
  const { plane, axis } = outline;
  const { width, height } = plane;
  const samples = sampleInside(grid, picture, outline);
  if (samples.length < 12) return { dome: 0, middle: 0, stripes: 0, spread: 0, detail: 0 };
  const light = samples.map((sample) => sample.light);
  const mean = average(light);
  const variance = Math.max(average(light.map((l) => (l - mean) ** 2)), 1e-6);
  const spread = Math.sqrt(variance);
  const columns = samples.map(({ x, y, rise }) => [1, (x - axis.x) / width, (y - axis.y) / height, rise]);
  const fitted = leastSquares(columns, light);
  const residual = average(light.map((l, k) => (l - dot(columns[k]!, fitted)) ** 2));
  const meanRise = average(samples.map(({ rise }) => rise));
  const middle = average(samples.map(({ light: l, rise }) => (l - mean) * (rise - meanRise))) / spread;
  const detail = Math.sqrt(average(samples.map(({ light: l, smooth }) => (l - smooth) ** 2)));
  return {
    dome: 1 - residual / variance,
    middle: 4 * middle,
    stripes: stripesOf(samples, mean, variance),
    spread,
    detail,
  };
}

interface Sample {
  x: number;
  y: number;
  /** Lightness, 0 to 1, and that of the surroundings. */
  light: number;
  smooth: number;
  /** 0 at the outline to 1 in the middle. */
  rise: number;
  /** Place between the left edge of the section (-1) and its right one (1). */
  aside: number;
}

function sampleInside(grid: Grid, picture: Picture, { plane, axis }: MeasuredOutline): Sample[] {
  const { width, height, values } = plane;
  const [stepX, stepY] = [grid.columns / width, grid.rows / height];
  const light = new Float32Array(values.length);
  const plain = smallLightness(picture);
  for (let at = 0; at < values.length; at++) {
    if (values[at]! <= 0.5) continue;
    const px = (grid.originX + (((at % width) + 0.5) * stepX - 0.5) * grid.cell) / picture.width;
    const py = (grid.originY + ((Math.floor(at / width) + 0.5) * stepY - 0.5) * grid.cell) / picture.height;
    light[at] = bilinear(plain.values, plain.width, plain.height, px * plain.width - 0.5, py * plain.height - 0.5);
  }
  const inside = Float32Array.from(values, (share) => (share > 0.5 ? 1 : 0));
  const radius = Math.max(2, Math.round(0.05 * Math.max(width, height)));
  const around = boxBlur(
    light.map((l, at) => l * inside[at]!),
    width,
    height,
    radius,
  );
  const share = boxBlur(inside, width, height, radius);
  const deep = riseOf(inside, width, height);
  const reach = halfWidths(plane, axis);
  const samples: Sample[] = [];
  for (let at = 0; at < values.length; at++) {
    if (inside[at] === 0 || deep[at]! < 0.12) continue;
    const [x, y] = [at % width, Math.floor(at / width)];
    const [ox, oy] = [x - axis.x, y - axis.y];
    const along = Math.round(ox * axis.dx + oy * axis.dy);
    const aside = (oy * axis.dx - ox * axis.dy) / Math.max(reach.get(along) ?? 1, 1);
    samples.push({ x, y, light: light[at]!, smooth: around[at]! / Math.max(share[at]!, 1e-3), rise: deep[at]!, aside });
  }
  return samples;
}

/** The picture's lightness, small: gamma-encoded luma, which is near enough to what people see. */
function smallLightness({ rgb, width, height }: Picture): { values: Float32Array; width: number; height: number } {
  const step = Math.max(1, Math.floor(Math.max(width, height) / 224));
  const [toWidth, toHeight] = [Math.floor(width / step) || 1, Math.floor(height / step) || 1];
  const values = new Float32Array(toWidth * toHeight);
  const share = 1 / (255 * step * step);
  for (let y = 0; y < toHeight * step && y < height; y++) {
    const row = Math.floor(y / step) * toWidth;
    for (let x = 0; x < toWidth * step && x < width; x++) {
      const from = 3 * (y * width + x);
      const luma = 0.3 * rgb[from]! + 0.59 * rgb[from + 1]! + 0.11 * rgb[from + 2]!;
      values[row + Math.floor(x / step)]! += share * luma;
    }
  }
  return { values, width: toWidth, height: toHeight };
}

/** Distance from the outline as a share of the greatest one. */
function riseOf(inside: Float32Array, width: number, height: number): Float32Array {
  const distance = distanceInside(inside, width, height);
  const greatest = distance.reduce((most, d) => Math.max(most, d), 1);
  return distance.map((d) => d / greatest);
}

/** Half the width of the outline across the axis, at each whole step along it. */
function halfWidths({ values, width }: MeasuredOutline['plane'], axis: MeasuredOutline['axis']): Map<number, number> {
  const widths = new Map<number, number>();
  for (let at = 0; at < values.length; at++) {
    if (values[at]! <= 0.5) continue;
    const [ox, oy] = [(at % width) - axis.x, Math.floor(at / width) - axis.y];
    const along = Math.round(ox * axis.dx + oy * axis.dy);
    widths.set(along, Math.max(widths.get(along) ?? 0, Math.abs(oy * axis.dx - ox * axis.dy)));
  }
  return widths;
}

/** Share of the variance between stripes of the same place across the axis. */
function stripesOf(samples: readonly Sample[], mean: number, variance: number): number {
  const bins = Array.from({ length: 13 }, () => ({ sum: 0, count: 0 }));
  for (const { aside, light } of samples) {
    const bin = bins[Math.min(Math.max(Math.floor((aside + 1) * 6.5), 0), 12)]!;
    bin.sum += light;
    bin.count++;
  }
  const between = bins.reduce(
    (sum, bin) => sum + (bin.count > 0 ? bin.count * (bin.sum / bin.count - mean) ** 2 : 0),
    0,
  );
  return between / samples.length / variance;
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
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
