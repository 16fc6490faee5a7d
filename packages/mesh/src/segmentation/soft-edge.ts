import { boxBlur } from '../image/blur.ts';
import type { Backdrop } from './backdrop-fit.ts';

/**
 * Coverage between 0 and 1 for the pixels at the edge: how far each lies from the backdrop's colour towards that of
 * the object near it. At a shadow the edge stays hard, since the colour beside it is not the backdrop's.
 */
export function softenEdge(
  lab: Float32Array,
  width: number,
  height: number,
  background: Uint8Array,
  shadow: Uint8Array,
  backdrop: Backdrop,
): Float32Array {
  const coverage = new Float32Array(background.length);
  for (let i = 0; i < coverage.length; i++) coverage[i] = 1 - background[i]!;
  const around = boxBlur(coverage, width, height, 2);
  const shadowAround = boxBlur(new Float32Array(shadow), width, height, 2);
  const here = new Float32Array(3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (around[i]! < 0.01 || around[i]! > 0.99 || shadowAround[i]! > 0) continue;
      backdrop.at(x, y, here);
      const inner = innerColour(lab, around, width, height, x, y);
      if (!inner) continue;
      let along = 0;
      let length = 0;
      for (let c = 0; c < 3; c++) {
        const step = inner[c]! - here[c]!;
        along += step * (lab[3 * i + c]! - here[c]!);
        length += step * step;
      }
      if (length > 64) coverage[i] = Math.min(Math.max(along / length, 0), 1);
    }
  }
  return coverage;
}

/** Mean colour of the pixels nearby that surely belong to the object; undefined where there are none. */
function innerColour(
  lab: Float32Array,
  around: Float32Array,
  width: number,
  height: number,
  x: number,
  y: number,
): [number, number, number] | undefined {
  const sum: [number, number, number] = [0, 0, 0];
  let count = 0;
  const reach = 4;
  for (let ny = Math.max(0, y - reach); ny <= Math.min(height - 1, y + reach); ny++) {
    for (let nx = Math.max(0, x - reach); nx <= Math.min(width - 1, x + reach); nx++) {
      const n = ny * width + nx;
      if (around[n]! < 0.995) continue;
      for (let c = 0; c < 3; c++) sum[c]! += lab[3 * n + c]!;
      count++;
    }
  }
  return count > 0 ? [sum[0] / count, sum[1] / count, sum[2] / count] : undefined;
}
