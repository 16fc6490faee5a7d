import { boxBlur } from '../image/blur.ts';
import { invertSymmetric } from './matrix.ts';

/**
 * Saliency of each pixel of a small picture, 0 to 1: the contrast that every path to the border has to cross (minimum
 * barrier distance), plus the distance of its colour from the border's colours, weighted towards the middle.
 */
export function findSaliency(lab: Float32Array, width: number, height: number): Float32Array {
  const barrier = new Float32Array(width * height);
  for (let c = 0; c < 3; c++) {
    const plane = new Float32Array(width * height);
    for (let i = 0; i < plane.length; i++) plane[i] = lab[3 * i + c]!;
    const distance = barrierDistance(boxBlur(plane, width, height, 1), width, height);
    for (let i = 0; i < plane.length; i++) barrier[i]! += distance[i]!;
  }
  const colour = borderDistance(lab, width, height);
  normalise(barrier);
  normalise(colour);
  const result = new Float32Array(barrier.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      // People put their subject near the middle; towards the corners more is needed to stand out.
      const far = Math.hypot((2 * x) / width - 1, (2 * y) / height - 1);
      result[i] = (barrier[i]! + colour[i]!) * Math.exp(-0.7 * far * far);
    }
  }
  normalise(result);
  return boxBlur(result, width, height, 2);
}

/** Raster scans in alternating directions; four passes settle all but mazes. */
function barrierDistance(plane: Float32Array, width: number, height: number): Float32Array {
  const distance = new Float32Array(plane.length).fill(Infinity);
  const high = plane.slice();
  const low = plane.slice();
  for (let y = 0; y < height; y++) distance[y * width] = distance[y * width + width - 1] = 0;
  for (let x = 0; x < width; x++) distance[x] = distance[(height - 1) * width + x] = 0;
  const relax = (at: number, from: number): void => {
    const top = Math.max(high[from]!, plane[at]!);
    const bottom = Math.min(low[from]!, plane[at]!);
    if (top - bottom >= distance[at]!) return;
    distance[at] = top - bottom;
    high[at] = top;
    low[at] = bottom;
  };
  for (let pass = 0; pass < 4; pass++) {
    const forward = pass % 2 === 0;
    for (let j = 1; j < height - 1; j++) {
      const y = forward ? j : height - 1 - j;
      for (let i = 1; i < width - 1; i++) {
        const x = forward ? i : width - 1 - i;
        const at = y * width + x;
        relax(at, forward ? at - width : at + width);
        relax(at, forward ? at - 1 : at + 1);
      }
    }
  }
  return distance;
}

/** Mahalanobis distance to each side's strip of border, the largest dropped: the object may touch one side. */
export function borderDistance(lab: Float32Array, width: number, height: number): Float32Array {
  const thickness = Math.max(3, Math.round(0.08 * Math.min(width, height)));
  const strips: ((x: number, y: number) => boolean)[] = [
    (_, y) => y < thickness,
    (_, y) => y >= height - thickness,
    (x) => x < thickness,
    (x) => x >= width - thickness,
  ];
  const result = new Float32Array(width * height);
  const distances = strips.map((inStrip) => stripDistance(lab, width, height, inStrip));
  for (let i = 0; i < result.length; i++) {
    let sum = 0;
    let max = 0;
    for (const distance of distances) {
      sum += distance[i]!;
      max = Math.max(max, distance[i]!);
    }
    result[i] = sum - max;
  }
  return result;
}

function stripDistance(
  lab: Float32Array,
  width: number,
  height: number,
  inStrip: (x: number, y: number) => boolean,
): Float32Array {
  const mean = [0, 0, 0];
  const product = new Float64Array(9);
  let count = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!inStrip(x, y)) continue;
      count++;
      const at = 3 * (y * width + x);
      for (let r = 0; r < 3; r++) {
        mean[r]! += lab[at + r]!;
        for (let c = 0; c < 3; c++) product[3 * r + c]! += lab[at + r]! * lab[at + c]!;
      }
    }
  }
  for (let r = 0; r < 3; r++) mean[r]! /= count;
  for (let r = 0; r < 3; r++) {
    for (let c = 0; c < 3; c++)
      product[3 * r + c] = product[3 * r + c]! / count - mean[r]! * mean[c]! + (r === c ? 20 : 0);
  }
  const inverse = invertSymmetric(product).inverse;
  const result = new Float32Array(width * height);
  for (let i = 0; i < result.length; i++) {
    const dl = lab[3 * i]! - mean[0]!;
    const da = lab[3 * i + 1]! - mean[1]!;
    const db = lab[3 * i + 2]! - mean[2]!;
    const squared =
      inverse[0]! * dl * dl +
      inverse[4]! * da * da +
      inverse[8]! * db * db +
      2 * (inverse[1]! * dl * da + inverse[2]! * dl * db + inverse[5]! * da * db);
    result[i] = Math.sqrt(Math.max(squared, 0));
  }
  return result;
}

/** Stretches to 0..1 between the minimum and the 99th percentile. */
function normalise(plane: Float32Array): void {
  const sorted = plane.slice().sort();
  const low = sorted[0]!;
  const high = Math.max(sorted[Math.floor(0.99 * (sorted.length - 1))]!, low + 1e-6);
  for (let i = 0; i < plane.length; i++) plane[i] = Math.min((plane[i]! - low) / (high - low), 1);
}
