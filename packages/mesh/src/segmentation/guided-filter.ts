import { boxBlur } from '../image/blur.ts';

/** Guided filter (He, Sun and Tang): gives a coarse mask the edges of the picture's lightness (0 to 100). */
export function guidedFilter(
  mask: Float32Array,
  lightness: Float32Array,
  width: number,
  height: number,
  radius: number,
): Float32Array {
  const blur = (plane: Float32Array): Float32Array => boxBlur(plane, width, height, radius);
  const guide = lightness.map((l) => l / 100);
  const meanGuide = blur(guide);
  const meanMask = blur(mask);
  const both = blur(guide.map((g, i) => g * mask[i]!));
  const square = blur(guide.map((g) => g * g));
  const slope = new Float32Array(mask.length);
  const offset = new Float32Array(mask.length);
  for (let i = 0; i < mask.length; i++) {
    const variance = square[i]! - meanGuide[i]! ** 2;
    slope[i] = (both[i]! - meanGuide[i]! * meanMask[i]!) / (variance + 4e-4);
    offset[i] = meanMask[i]! - slope[i]! * meanGuide[i]!;
  }
  const meanSlope = blur(slope);
  const meanOffset = blur(offset);
  return guide.map((g, i) => Math.min(Math.max(meanSlope[i]! * g + meanOffset[i]!, 0), 1));
}
