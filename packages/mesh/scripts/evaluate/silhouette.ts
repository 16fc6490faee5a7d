import { rasterise } from '../../src/render/rasterise.ts';
import type { Drawable } from '../../src/render/rasterise.ts';
import { overlapMoved } from './overlap.ts';

const noTexture = { width: 1, height: 1, rgb: new Uint8Array(3) };

/**
 * How well the front view of a model fits a mask: the greatest intersection over union where the model may be moved and
 * enlarged as a whole, since its size and origin say nothing about its shape.
 */
export function fitSilhouette(model: Drawable, mask: Uint8Array, width: number, height: number): number {
  const box = boxOf(mask, width);
  const size = extents(model);
  const scales = [
    Math.max(width, height),
    (box.right - box.left) / size.width,
    (box.bottom - box.top) / size.height,
    ((box.right - box.left) / size.width + (box.bottom - box.top) / size.height) / 2,
  ];
  let best = 0;
  for (const scale of scales) best = Math.max(best, fitAtScale(model, mask, width, height, scale));
  return best;
}

/** Moves the silhouette from a few likely places, pixel by pixel, for as long as the overlap grows. */
function fitAtScale(model: Drawable, mask: Uint8Array, width: number, height: number, scale: number): number {
  const { centre } = extents(model);
  const view = rasterise(model, noTexture, { width, height, yaw: 0, pitch: 0, centre, scale, shading: 'clay' });
  const drawn = Uint8Array.from({ length: width * height }, (_, i) => (view[4 * i + 3] ? 1 : 0));
  const [want, have] = [boxOf(mask, width), boxOf(drawn, width)];
  const across = [
    want.left - have.left,
    want.right - have.right,
    (want.left + want.right - have.left - have.right) >> 1,
  ];
  const down = [want.top - have.top, want.bottom - have.bottom, (want.top + want.bottom - have.top - have.bottom) >> 1];
  let best = { dx: 0, dy: 0, overlap: -1 };
  const attempt = (dx: number, dy: number): boolean => {
    const value = overlapMoved(drawn, mask, width, dx, dy);
    if (value <= best.overlap) return false;
    best = { dx, dy, overlap: value };
    return true;
  };
  for (const dx of across) for (const dy of down) attempt(dx, dy);
  for (let step = 4; step >= 1; step >>= 1) {
    const moves = [
      [step, 0],
      [-step, 0],
      [0, step],
      [0, -step],
    ] as const;
    while (moves.some(([dx, dy]) => attempt(best.dx + dx, best.dy + dy)));
  }
  return best.overlap;
}

function boxOf(mask: Uint8Array, width: number): { left: number; right: number; top: number; bottom: number } {
  const box = { left: width, right: 0, top: mask.length / width, bottom: 0 };
  for (let i = 0; i < mask.length; i++) {
    if (!mask[i]) continue;
    const x = i % width;
    const y = Math.floor(i / width);
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x + 1);
    box.top = Math.min(box.top, y);
    box.bottom = y + 1;
  }
  return box;
}

function extents({ positions }: Drawable): { width: number; height: number; centre: [number, number, number] } {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < positions.length; i++) {
    low[i % 3] = Math.min(low[i % 3]!, positions[i]!);
    high[i % 3] = Math.max(high[i % 3]!, positions[i]!);
  }
  const middle = low.map((value, axis) => (value + high[axis]!) / 2) as [number, number, number];
  return { width: high[0]! - low[0]!, height: high[1]! - low[1]!, centre: middle };
}
