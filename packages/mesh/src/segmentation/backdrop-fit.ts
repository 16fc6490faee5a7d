/** A smooth backdrop: a quadratic in x and y for each of L, a and b. */
export interface Backdrop {
  /** Share of the border ring that lies on it. */
  fits: number;
  /** Standard deviation of those pixels from it (ΔE). */
  noise: number;
  /** Writes its colour at a pixel into `into`. */
  at(x: number, y: number, into: Float32Array): void;
}

const terms = 6;
const refits = 5;

/** Fits the ring at the border, weighing down what does not lie on it: an object may touch the edge of the picture. */
export function fitBackdrop(lab: Float32Array, width: number, height: number): Backdrop | undefined {
  const ring = ringPixels(width, height);
  const basis = new Float64Array(ring.length * terms);
  for (let n = 0; n < ring.length; n++) {
    const x = ring[n]! % width;
    basis.set(evaluate(x, (ring[n]! - x) / width, width, height), n * terms);
  }
  const weights = new Float64Array(ring.length).fill(1);
  const residuals = new Float64Array(ring.length);
  let planes: Float64Array[] = [];
  let noise = 0;
  for (let round = 0; round <= refits; round++) {
    const solved = [0, 1, 2].map((c) => solve(lab, ring, basis, weights, c));
    if (solved.some((s) => s === undefined)) return undefined;
    planes = solved as Float64Array[];
    for (let n = 0; n < ring.length; n++) residuals[n] = residual(lab, ring[n]!, basis, n, planes);
    // The median residual of three Gaussian channels is 1.54 σ.
    noise = residuals.slice().sort()[Math.floor(ring.length / 2)]! / 1.54;
    const scale = Math.max(2.2 * noise, 1);
    for (let n = 0; n < ring.length; n++) weights[n] = 1 / (1 + (residuals[n]! / scale) ** 4);
  }
  const limit = Math.max(4 * noise, 3);
  let inliers = 0;
  let squares = 0;
  for (const r of residuals) {
    if (r > limit) continue;
    inliers++;
    squares += r * r;
  }
  return {
    fits: inliers / ring.length,
    noise: Math.sqrt(squares / Math.max(inliers, 1) / 3),
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
  const thick = Math.max(2, Math.round(0.02 * Math.min(width, height)));
  const all: number[] = [];
  for (let y = 0; y < height; y++) {
    const whole = y < thick || y >= height - thick;
    for (let x = 0; x < width; x++) {
      if (whole || x < thick || x >= width - thick) all.push(y * width + x);
    }
  }
  // Odd strides visit all columns and sides alike; 8 000 samples settle six coefficients.
  const stride = Math.max(1, Math.floor(all.length / 8000)) | 1;
  return Int32Array.from(all.filter((_, n) => n % stride === 0));
}

function evaluate(x: number, y: number, width: number, height: number): number[] {
  const u = (2 * x) / width - 1;
  const v = (2 * y) / height - 1;
  return [1, u, v, u * u, u * v, v * v];
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

/** Weighted least squares by elimination with pivots; undefined where the ring does not determine the quadratic. */
function solve(
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
  for (let k = 0; k < terms; k++) m[k * width + k]! += 1e-6 * ring.length;
  for (let k = 0; k < terms; k++) {
    let pivot = k;
    for (let r = k + 1; r < terms; r++) if (Math.abs(m[r * width + k]!) > Math.abs(m[pivot * width + k]!)) pivot = r;
    if (Math.abs(m[pivot * width + k]!) < 1e-12) return undefined;
    for (let c = 0; c < width; c++) {
      const swap = m[k * width + c]!;
      m[k * width + c] = m[pivot * width + c]!;
      m[pivot * width + c] = swap;
    }
    for (let r = 0; r < terms; r++) {
      if (r === k) continue;
      const factor = m[r * width + k]! / m[k * width + k]!;
      for (let c = k; c < width; c++) m[r * width + c]! -= factor * m[k * width + c]!;
    }
  }
  return Float64Array.from({ length: terms }, (_, k) => m[k * width + terms]! / m[k * width + k]!);
}
