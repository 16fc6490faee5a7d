import { invertSymmetric } from './matrix.ts';

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

/** Fits the pixels with a weight above one half. Deterministic: starts from the colours sorted by lightness, then hard EM. */
export function fitColours(lab: Float32Array, weights: Float32Array): ColourModel | undefined {
  const sample: number[] = [];
  for (let i = 0; i < weights.length; i++) if (weights[i]! > 0.5) sample.push(i);
  if (sample.length < 20) return undefined;
  const step = Math.max(1, Math.floor(sample.length / maxSamples));
  const pixels = sample.filter((_, n) => n % step === 0);
  pixels.sort((a, b) => key(lab, a) - key(lab, b) || a - b);
  const assigned = new Uint8Array(pixels.length);
  for (let n = 0; n < pixels.length; n++) assigned[n] = Math.floor((n * components) / pixels.length);
  let model = estimate(lab, pixels, assigned);
  for (let round = 0; round < rounds; round++) {
    for (let n = 0; n < pixels.length; n++) assigned[n] = likeliest(model, lab, pixels[n]!);
    model = estimate(lab, pixels, assigned);
  }
  return model;
}

/** Minus the log likelihood of each pixel under its likeliest component. */
export function costs(model: ColourModel, lab: Float32Array): Float32Array {
  const result = new Float32Array(lab.length / 3);
  for (let i = 0; i < result.length; i++) {
    let min = Infinity;
    for (let k = 0; k < model.count; k++) min = Math.min(min, cost(model.components, k, lab, i));
    result[i] = min;
  }
  return result;
}

function key(lab: Float32Array, i: number): number {
  return lab[3 * i]! + 0.7 * lab[3 * i + 1]! + 0.4 * lab[3 * i + 2]!;
}

function likeliest(model: ColourModel, lab: Float32Array, i: number): number {
  let min = Infinity;
  let which = 0;
  for (let k = 0; k < model.count; k++) {
    const value = cost(model.components, k, lab, i);
    if (value < min) {
      min = value;
      which = k;
    }
  }
  return which;
}

function cost(m: Float64Array, k: number, lab: Float32Array, i: number): number {
  const at = k * stride;
  const dl = lab[3 * i]! - m[at]!;
  const da = lab[3 * i + 1]! - m[at + 1]!;
  const db = lab[3 * i + 2]! - m[at + 2]!;
  const squared =
    m[at + 3]! * dl * dl +
    m[at + 4]! * da * da +
    m[at + 5]! * db * db +
    m[at + 6]! * dl * da +
    m[at + 7]! * dl * db +
    m[at + 8]! * da * db;
  return 0.5 * squared - m[at + 9]!;
}

function estimate(lab: Float32Array, pixels: number[], assigned: Uint8Array): ColourModel {
  const parts: number[] = [];
  for (let k = 0; k < components; k++) {
    const sum = [0, 0, 0];
    const product = new Float64Array(9);
    let count = 0;
    for (let n = 0; n < pixels.length; n++) {
      if (assigned[n] !== k) continue;
      count++;
      const at = 3 * pixels[n]!;
      for (let r = 0; r < 3; r++) {
        sum[r]! += lab[at + r]!;
        for (let c = r; c < 3; c++) product[3 * r + c]! += lab[at + r]! * lab[at + c]!;
      }
    }
    if (count < 4) continue;
    const mean = sum.map((s) => s / count);
    for (let r = 0; r < 3; r++) {
      for (let c = r; c < 3; c++) {
        const value = product[3 * r + c]! / count - mean[r]! * mean[c]! + (r === c ? extraVariance : 0);
        product[3 * r + c] = product[3 * c + r] = value;
      }
    }
    const { inverse: v, determinant } = invertSymmetric(product);
    const share = count / pixels.length;
    parts.push(
      ...mean,
      v[0]!,
      v[4]!,
      v[8]!,
      2 * v[1]!,
      2 * v[2]!,
      2 * v[5]!,
      Math.log(share) - 0.5 * Math.log(determinant),
    );
  }
  return { components: Float64Array.from(parts), count: parts.length / stride };
}
