import { findComponents } from './connected-components.ts';

/** Masks of 0 and 1. The neighbourhoods are squares of `radius` pixels to each side, clipped at the border. */
export function dilate(mask: Uint8Array, width: number, height: number, radius: number): Uint8Array {
  return spread(mask, width, height, radius, 1);
}

export function erode(mask: Uint8Array, width: number, height: number, radius: number): Uint8Array {
  const result = spread(mask, width, height, radius, 0);
  for (let i = 0; i < result.length; i++) result[i] = 1 - result[i]!;
  return result;
}

/** Joins what is closer together than twice the radius. */
export function close(mask: Uint8Array, width: number, height: number, radius: number): Uint8Array {
  return erode(dilate(mask, width, height, radius), width, height, radius);
}

/** Fills what the border cannot be reached from. */
export function fillHoles(mask: Uint8Array, width: number, height: number): Uint8Array {
  const { labels, touchesBorder } = findComponents(mask, width, height, 0, 4);
  return mask.map((v, i) => (v === 1 || !touchesBorder[labels[i]!] ? 1 : 0));
}

/** 1 for each pixel with this value within the radius: from each side, the last one seen is carried on so far. */
function spread(mask: Uint8Array, width: number, height: number, radius: number, value: 0 | 1): Uint8Array {
  const across = new Uint8Array(mask.length);
  for (let row = 0; row < mask.length; row += width) {
    let left = 0;
    for (let at = row; at < row + width; at++) {
      if (mask[at] === value) left = radius + 1;
      if (left > 0) {
        across[at] = 1;
        left--;
      }
    }
    left = 0;
    for (let at = row + width - 1; at >= row; at--) {
      if (mask[at] === value) left = radius + 1;
      if (left > 0) {
        across[at] = 1;
        left--;
      }
    }
  }
  const result = new Uint8Array(mask.length);
  carryRows(across, result, width, 0, height, 1, radius);
  carryRows(across, result, width, height - 1, -1, -1, radius);
  return result;
}

function carryRows(
  across: Uint8Array,
  result: Uint8Array,
  width: number,
  from: number,
  to: number,
  step: 1 | -1,
  radius: number,
): void {
  const left = new Int32Array(width);
  for (let y = from; y !== to; y += step) {
    const row = y * width;
    for (let x = 0; x < width; x++) {
      if (across[row + x] === 1) left[x] = radius + 1;
      if (left[x]! > 0) {
        result[row + x] = 1;
        left[x]!--;
      }
    }
  }
}

/** 1 for each pixel that is covered by half or more. A loop, since `Uint8Array.from` takes twenty times as long. */
export function coveredPixels(coverage: Float32Array): Uint8Array {
  const result = new Uint8Array(coverage.length);
  for (let i = 0; i < result.length; i++) result[i] = coverage[i]! >= 0.5 ? 1 : 0;
  return result;
}
