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
    const solved = [0, 1, 2].map((channel) => leastSquares(lab, ring, basis, weights, channel));
    if (solved.some((s) => s === undefined)) return undefined;
    planes = solved as Float64Array[];
    for (let n = 0; n < ring.length; n++) residuals[n] = residual(lab, ring[n]!, basis, n, planes);
    // The median residual of three Gaussian channels is 1.54 σ.
    noise = median(residuals) / 1.54;
    const scale = Math.max(2.2 * noise, 1);
    for (let n = 0; n < ring.length; n++) weights[n] = 1 / (1 + (residuals[n]! / scale) ** 4);
  }
  return {
    ...inliersOf(residuals, Math.max(4 * noise, 3)),
    at(x, y, into) {
      const u = (2 * x) / width - 1;
      const v = (2 * y) / height - 1;
      for (let c = 0; c < 3; c++) {
        const p = planes[c]!;
        into[c] = p[0]! + u * (p[1]! + p[3]! * u + p[4]! * v) + v * (p[2]! + p[5]! * v);
      }
    },
  };
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
    basis.set([1, u, v, u * u, u * v, v * v], n * terms);
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

/** Weighted least squares by the normal equations; undefined where the ring does not determine the quadratic. */
function leastSquares(
  lab: Float32Array,
  ring: Int32Array,
  basis: Float64Array,
  weights: Float64Array,
  channel: number,
): Float64Array | undefined {
  const width = terms + 1;
  const m = new Float64Array(terms * width);
  for (let n = 0; n < ring.length; n++) {
    const weight = weights[n]!;
    for (let r = 0; r < terms; r++) {
      const factor = weight * basis[n * terms + r]!;
      for (let c = 0; c < terms; c++) m[r * width + c]! += factor * basis[n * terms + c]!;
      m[r * width + terms]! += factor * lab[3 * ring[n]! + channel]!;
    }
  }
  // A little damping, so that a ring of one colour can be solved too.
  for (let k = 0; k < terms; k++) m[k * width + k]! += 1e-6 * ring.length;
  return solveLinear(m, terms);
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
