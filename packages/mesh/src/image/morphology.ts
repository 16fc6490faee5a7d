import { boxBlur } from './blur.ts';
import { findComponents } from './connected-components.ts';

/** Masks of 0 and 1. The neighbourhoods are squares of `radius` pixels to each side, clipped at the border. */
export function dilate(mask: Float32Array, width: number, height: number, radius: number): Float32Array {
  return threshold(boxBlur(mask, width, height, radius), 1e-6);
}

export function erode(mask: Float32Array, width: number, height: number, radius: number): Float32Array {
  return threshold(boxBlur(mask, width, height, radius), 1 - 1e-6);
}

/** Joins what is closer together than twice the radius. */
export function close(mask: Float32Array, width: number, height: number, radius: number): Float32Array {
  return erode(dilate(mask, width, height, radius), width, height, radius);
}

/** Fills what the border cannot be reached from. */
export function fillHoles(mask: Float32Array, width: number, height: number): Float32Array {
  const { labels, touchesBorder } = findComponents(Uint8Array.from(mask), width, height, 0, 4);
  return mask.map((v, i) => (v === 1 || !touchesBorder[labels[i]!] ? 1 : 0));
}

function threshold(plane: Float32Array, limit: number): Float32Array {
  for (let i = 0; i < plane.length; i++) plane[i] = plane[i]! > limit ? 1 : 0;
  return plane;
}

/** 1 for each pixel that is covered by half or more. A loop, since `Uint8Array.from` takes twenty times as long. */
export function coveredPixels(coverage: Float32Array): Uint8Array {
  const result = new Uint8Array(coverage.length);
  for (let i = 0; i < result.length; i++) result[i] = coverage[i]! >= 0.5 ? 1 : 0;
  return result;
}
