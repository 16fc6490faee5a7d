import { boxBlur } from '../image/blur.ts';
import type { Difference } from './difference.ts';

/** How much darker than the backdrop a shadow is (L). */
export const [minDarker, maxDarker] = [2.5, 55];

/** How much each pixel looks like the backdrop in the shade, 0 to 1: darker, of its hue, and even. */
export function shadeLikeness(lab: Float32Array, difference: Difference, width: number, height: number): Float32Array {
  const uneven = unevenness(lab, width, height);
  for (let i = 0; i < uneven.length; i++) {
    const darker = -difference.light[i]!;
    const isShade = darker >= minDarker && darker <= maxDarker;
    uneven[i] = isShade ? Math.exp(-((difference.chroma[i]! / (4 + 0.06 * darker)) ** 2) - (uneven[i]! / 8) ** 2) : 0;
  }
  return uneven;
}

/** Standard deviation of the lightness around each pixel. */
export function unevenness(lab: Float32Array, width: number, height: number): Float32Array {
  const light = new Float32Array(width * height);
  const squares = new Float32Array(width * height);
  for (let i = 0; i < light.length; i++) {
    light[i] = lab[3 * i]!;
    squares[i] = light[i]! * light[i]!;
  }
  const mean = boxBlur(light, width, height, 2);
  const result = boxBlur(squares, width, height, 2);
  for (let i = 0; i < result.length; i++) result[i] = Math.sqrt(Math.max(result[i]! - mean[i]! ** 2, 0));
  return result;
}
