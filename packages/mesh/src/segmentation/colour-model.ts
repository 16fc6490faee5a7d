import { invertSymmetric } from './matrix.ts';
import { sortOrder } from './sort-order.ts';

/** A Gaussian mixture over Lab colours. */
export interface ColourModel {
  /** For each component: mean (3), inverse covariance (00, 11, 22, 2·01, 2·02, 2·12), log of weight over √determinant. */
  components: Float64Array;
  count: number;
}

/** Numbers per component. */
const stride = 10;
const components = 5;
const rounds = 4;
/** Colours that the mixture is fitted to; more do not change five components. */
const maxSamples = 6000;
/** Added to the variance of every component (ΔE²), so that none collapses. */
const extraVariance = 6;

/** Numbers that are summed up for each component: L, a, b, and the upper half of their products. */
const sums = 9;

/** Fits the pixels with a weight above one half. Deterministic: starts from the colours sorted by lightness, then hard EM. */
export function fitColours(lab: Float32Array, weights: Float32Array): ColourModel | undefined {
  const colours = sampleColours(lab, weights);
  if (!colours) return undefined;
  const count = colours.length / 3;
  const assigned = new Uint8Array(count);
  for (let n = 0; n < count; n++) assigned[n] = Math.floor((n * components) / count);
  const costOf = new Float64Array(count);
  let model = estimate(colours, assigned);
  for (let round = 0; round < rounds; round++) {
    assign(model, colours, assigned, costOf);
    model = estimate(colours, assigned);
  }
  return model;
}

/** Minus the log likelihood of each pixel under its likeliest component. */
export function costs(model: ColourModel, lab: Float32Array): Float32Array {
  const result = new Float32Array(lab.length / 3).fill(Infinity);
  for (let k = 0; k < model.count; k++) lowerCosts(model.components, k, lab, result);
  return result;
}

/** Three numbers for each colour, from dark to light; undefined where there are too few. */
function sampleColours(lab: Float32Array, weights: Float32Array): Float32Array | undefined {
  let inside = 0;
  for (let i = 0; i < weights.length; i++) if (weights[i]! > 0.5) inside++;
  if (inside < 20) return undefined;
  const step = Math.max(1, Math.floor(inside / maxSamples));
  const pixels = new Int32Array(Math.ceil(inside / step));
  const keys = new Float64Array(pixels.length);
  for (let i = 0, n = 0; i < weights.length; i++) {
    if (weights[i]! <= 0.5 || n++ % step !== 0) continue;
    const at = (n - 1) / step;
    pixels[at] = i;
    keys[at] = lab[3 * i]! + 0.7 * lab[3 * i + 1]! + 0.4 * lab[3 * i + 2]!;
  }
  const order = sortOrder(keys);
  const colours = new Float32Array(3 * pixels.length);
  for (let n = 0; n < order.length; n++) {
    const from = 3 * pixels[order[n]!]!;
    colours[3 * n] = lab[from]!;
    colours[3 * n + 1] = lab[from + 1]!;
    colours[3 * n + 2] = lab[from + 2]!;
  }
  return colours;
}

/** Assigns each colour to its likeliest component. One component after the other: its numbers stay in registers. */
function assign({ components: m, count }: ColourModel, colours: Float32Array, to: Uint8Array, min: Float64Array): void {
  min.fill(Infinity);
  to.fill(0);
  for (let k = 0; k < count; k++) {
    const at = k * stride;
    const [l, a, b] = [m[at]!, m[at + 1]!, m[at + 2]!];
    const [ll, aa, bb, la, lb, ab] = [m[at + 3]!, m[at + 4]!, m[at + 5]!, m[at + 6]!, m[at + 7]!, m[at + 8]!];
    const share = m[at + 9]!;
    for (let n = 0; n < to.length; n++) {
      const dl = colours[3 * n]! - l;
      const da = colours[3 * n + 1]! - a;
      const db = colours[3 * n + 2]! - b;
      const squared = ll * dl * dl + aa * da * da + bb * db * db + la * dl * da + lb * dl * db + ab * da * db;
      const cost = 0.5 * squared - share;
      if (cost < min[n]!) {
        min[n] = cost;
        to[n] = k;
      }
    }
  }
}

/** Puts the cost of each pixel under component k where `result` is higher. */
function lowerCosts(m: Float64Array, k: number, lab: Float32Array, result: Float32Array): void {
  const at = k * stride;
  const [l, a, b] = [m[at]!, m[at + 1]!, m[at + 2]!];
  const [ll, aa, bb, la, lb, ab] = [m[at + 3]!, m[at + 4]!, m[at + 5]!, m[at + 6]!, m[at + 7]!, m[at + 8]!];
  const share = m[at + 9]!;
  for (let i = 0; i < result.length; i++) {
    const dl = lab[3 * i]! - l;
    const da = lab[3 * i + 1]! - a;
    const db = lab[3 * i + 2]! - b;
    const squared = ll * dl * dl + aa * da * da + bb * db * db + la * dl * da + lb * dl * db + ab * da * db;
    const cost = 0.5 * squared - share;
    if (cost < result[i]!) result[i] = cost;
  }
}

function estimate(colours: Float32Array, assigned: Uint8Array): ColourModel {
  const counts = new Int32Array(components);
  const total = new Float64Array(components * sums);
  for (let n = 0; n < assigned.length; n++) {
    const k = assigned[n]!;
    const at = k * sums;
    const [l, a, b] = [colours[3 * n]!, colours[3 * n + 1]!, colours[3 * n + 2]!];
    counts[k]!++;
    total[at]! += l;
    total[at + 1]! += a;
    total[at + 2]! += b;
    total[at + 3]! += l * l;
    total[at + 4]! += l * a;
    total[at + 5]! += l * b;
    total[at + 6]! += a * a;
    total[at + 7]! += a * b;
    total[at + 8]! += b * b;
  }
  const parts: number[] = [];
  for (let k = 0; k < components; k++) {
    if (counts[k]! < 4) continue;
    parts.push(...componentOf(total.subarray(k * sums, (k + 1) * sums), counts[k]!, assigned.length));
  }
  return { components: Float64Array.from(parts), count: parts.length / stride };
}

/** The {@link stride} numbers of a component from its sums. */
function componentOf(total: Float64Array, count: number, all: number): number[] {
  const mean = [total[0]! / count, total[1]! / count, total[2]! / count] as const;
  const covariance = new Float64Array(9);
  let at = 3;
  for (const r of [0, 1, 2] as const) {
    for (let c = r; c < 3; c++) {
      const value = total[at++]! / count - mean[r] * mean[c] + (r === c ? extraVariance : 0);
      covariance[3 * r + c] = covariance[3 * c + r] = value;
    }
  }
  const { inverse: v, determinant } = invertSymmetric(covariance);
  const constant = Math.log(count / all) - 0.5 * Math.log(determinant);
  return [...mean, v[0]!, v[4]!, v[8]!, 2 * v[1]!, 2 * v[2]!, 2 * v[5]!, constant];
}
