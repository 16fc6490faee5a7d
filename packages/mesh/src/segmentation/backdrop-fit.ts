import { solveLinear } from './matrix.ts';
import { median } from './median.ts';

/** A smooth backdrop: a quadratic in x and y for each of L, a and b. */
export interface Backdrop {
  /** Share of the border ring that lies on it. */
  fits: number;
  /** Standard deviation of those pixels from it (ΔE). */
  noise: number;
  /** Writes its colour at a pixel into `into`. */
  at(x: number, y: number, into: Float32Array): void;
  /** Writes its colours in a row, one after the other, into `into`. */
  rowAt(y: number, into: Float32Array): void;
}

/** Coefficients of the quadratic. */
const terms = 6;
/** Rounds of reweighting after the first fit. */
const refits = 5;
/** Samples of the ring; more do not change six coefficients. */
const maxSamples = 8000;

/** Fits the ring at the border, with outliers weighted down: an object may touch the edge of the picture. */
export function fitBackdrop(lab: Float32Array, width: number, height: number): Backdrop | undefined {
  const ring = ringPixels(width, height);
  const basis = basisAt(ring, width, height);
  const weights = new Float64Array(ring.length).fill(1);
  const residuals = new Float64Array(ring.length);
  let planes: Float64Array[] = [];
  let noise = 0;
  for (let round = 0; round <= refits; round++) {
    const solved = leastSquares(lab, ring, basis, weights);
    if (!solved) return undefined;
    planes = solved;
    for (let n = 0; n < ring.length; n++) residuals[n] = residual(lab, ring[n]!, basis, n, planes);
    // The median residual of three Gaussian channels is 1.54 σ.
    noise = median(residuals) / 1.54;
    const scale = Math.max(2.2 * noise, 1);
    for (let n = 0; n < ring.length; n++) weights[n] = 1 / (1 + (residuals[n]! / scale) ** 4);
  }
  return {
    ...inliersOf(residuals, Math.max(4 * noise, 3)),
    at: (x, y, into) => writeColours(planes, (2 * y) / height - 1, width, x, x + 1, into),
    rowAt: (y, into) => writeColours(planes, (2 * y) / height - 1, width, 0, width, into),
  };
}

/** The colours of the quadratic from one column to another. */
function writeColours(
  planes: readonly Float64Array[],
  v: number,
  width: number,
  from: number,
  to: number,
  into: Float32Array,
): void {
  for (let c = 0; c < 3; c++) {
    const p = planes[c]!;
    const [p0, p1, p2, p3, p4, p5] = [p[0]!, p[1]!, p[2]!, p[3]!, p[4]!, p[5]!];
    for (let x = from, at = c; x < to; x++, at += 3) {
      const u = (2 * x) / width - 1;
      into[at] = p0 + u * (p1 + p3 * u + p4 * v) + v * (p2 + p5 * v);
    }
  }
}

function ringPixels(width: number, height: number): Int32Array {
  const thickness = Math.max(2, Math.round(0.02 * Math.min(width, height)));
  const all: number[] = [];
  for (let y = 0; y < height; y++) {
    const whole = y < thickness || y >= height - thickness;
    for (let x = 0; x < width; x++) {
      if (whole || x < thickness || x >= width - thickness) all.push(y * width + x);
    }
  }
  // An odd stride visits all columns and sides alike.
  const stride = Math.max(1, Math.floor(all.length / maxSamples)) | 1;
  return Int32Array.from(all.filter((_, n) => n % stride === 0));
}

/** The terms of the quadratic at each pixel: 1, u, v, u², u v, v². */
function basisAt(pixels: Int32Array, width: number, height: number): Float64Array {
  const basis = new Float64Array(pixels.length * terms);
  for (let n = 0; n < pixels.length; n++) {
    const x = pixels[n]! % width;
    const u = (2 * x) / width - 1;
    const v = (2 * ((pixels[n]! - x) / width)) / height - 1;
    const at = n * terms;
    basis[at] = 1;
    basis[at + 1] = u;
    basis[at + 2] = v;
    basis[at + 3] = u * u;
    basis[at + 4] = u * v;
    basis[at + 5] = v * v;
  }
  return basis;
}

function residual(lab: Float32Array, pixel: number, basis: Float64Array, n: number, planes: Float64Array[]): number {
  let squares = 0;
  for (let c = 0; c < 3; c++) {
    let value = 0;
    for (let k = 0; k < terms; k++) value += planes[c]![k]! * basis[n * terms + k]!;
    squares += (lab[3 * pixel + c]! - value) ** 2;
  }
  return Math.sqrt(squares);
}

/**
 * Weighted least squares by the normal equations, for the three channels at once; undefined where the ring does not
 * determine the quadratic.
 */
function leastSquares(
  lab: Float32Array,
  ring: Int32Array,
  basis: Float64Array,
  weights: Float64Array,
): Float64Array[] | undefined {
  // For each term, the coefficients of all terms, and the right-hand side of each channel.
  const width = terms + 3;
  const m = new Float64Array(terms * width);
  for (let n = 0; n < ring.length; n++) {
    const weight = weights[n]!;
    const b = n * terms;
    const pixel = 3 * ring[n]!;
    for (let r = 0; r < terms; r++) {
      const factor = weight * basis[b + r]!;
      const at = r * width;
      m[at]! += factor * basis[b]!;
      m[at + 1]! += factor * basis[b + 1]!;
      m[at + 2]! += factor * basis[b + 2]!;
      m[at + 3]! += factor * basis[b + 3]!;
      m[at + 4]! += factor * basis[b + 4]!;
      m[at + 5]! += factor * basis[b + 5]!;
      m[at + 6]! += factor * lab[pixel]!;
      m[at + 7]! += factor * lab[pixel + 1]!;
      m[at + 8]! += factor * lab[pixel + 2]!;
    }
  }
  // A little damping, so that a ring of one colour can be solved too.
  for (let k = 0; k < terms; k++) m[k * width + k]! += 1e-6 * ring.length;
  const solved: Float64Array[] = [];
  for (let channel = 0; channel < 3; channel++) {
    const one = solveLinear(systemOf(m, width, channel), terms);
    if (!one) return undefined;
    solved.push(one);
  }
  return solved;
}

/** The equations of one channel. */
function systemOf(m: Float64Array, width: number, channel: number): Float64Array {
  const one = new Float64Array(terms * (terms + 1));
  for (let r = 0; r < terms; r++) {
    one.set(m.subarray(r * width, r * width + terms), r * (terms + 1));
    one[r * (terms + 1) + terms] = m[r * width + terms + channel]!;
  }
  return one;
}

function inliersOf(residuals: Float64Array, limit: number): { fits: number; noise: number } {
  let inliers = 0;
  let squares = 0;
  for (const r of residuals) {
    if (r > limit) continue;
    inliers++;
    squares += r * r;
  }
  return { fits: inliers / residuals.length, noise: Math.sqrt(squares / Math.max(inliers, 1) / 3) };
}
