import { boxBlur } from './blur.ts';
import { findComponents } from './connected-components.ts';

/** Masks of 0 and 1. The neighbourhoods are squares of `radius` pixels to each side, clipped at the border. */
export function dilate(mask: Float32Array, width: number, height: number, radius: number): Float32Array {
  return boxBlur(mask, width, height, radius).map((v) => (v > 1e-6 ? 1 : 0));
}

export function erode(mask: Float32Array, width: number, height: number, radius: number): Float32Array {
  return boxBlur(mask, width, height, radius).map((v) => (v > 1 - 1e-6 ? 1 : 0));
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
