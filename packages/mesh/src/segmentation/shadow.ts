import type { Difference } from './difference.ts';

/** Share of the object that the shadow may take; beyond it, the flood has run into the object. */
const maxShare = 0.55;
/** Lightness, relative to the backdrop, that a shadow or the bend of a studio sweep may have. */
const maxLighter = 10;
const maxDarker = 45;

/**
 * The soft shadow, or the bend of a studio sweep: pixels whose lightness changes gently and whose hue does not. The
 * flood goes on from the background until a step is steep. Empty where it would take most of the object.
 */
export function findShadow(
  lab: Float32Array,
  difference: Difference,
  background: Uint8Array,
  width: number,
  height: number,
  tolerance: number,
  noise: number,
): Uint8Array {
  const maxSlope = ((1.3 + 0.4 * noise) * 1024) / Math.max(width, height);
  const maxChroma = Math.max(0.7 * tolerance, 2.2);
  const passable = (i: number): boolean => {
    const dl = difference.light[i]!;
    if (dl > maxLighter || dl < -maxDarker || difference.chroma[i]! > maxChroma + 0.1 * -dl) return false;
    return slopeSquared(lab, i, width) < maxSlope * maxSlope;
  };
  const shadow = new Uint8Array(background.length);
  const { object, flooded } = flood(shadow, background, width, passable);
  if (flooded > maxShare * object) shadow.fill(0);
  else regrow(shadow, background, width, height);
  return shadow;
}

/** Squared gradient of the lightness, over four pixels each way; clipped at the picture's border. */
function slopeSquared(lab: Float32Array, i: number, width: number): number {
  const x = i % width;
  const pixels = lab.length / 3;
  const [left, right] = [i - Math.min(x, 2), i + Math.min(width - 1 - x, 2)];
  const up = i >= 2 * width ? i - 2 * width : i;
  const down = i + 2 * width < pixels ? i + 2 * width : i;
  const gx = (lab[3 * right]! - lab[3 * left]!) / 4;
  const gy = (lab[3 * down]! - lab[3 * up]!) / 4;
  return gx * gx + gy * gy;
}

/** Marks in `shadow` what can be reached from the background; returns the pixels of the object before, and of the flood. */
function flood(
  shadow: Uint8Array,
  background: Uint8Array,
  width: number,
  passable: (pixel: number) => boolean,
): { object: number; flooded: number } {
  const queue = new Int32Array(background.length);
  let tail = 0;
  for (let i = 0; i < background.length; i++) if (background[i]) queue[tail++] = i;
  const start = tail;
  const visit = (next: number): void => {
    if (next < 0 || next >= background.length || background[next] || shadow[next] || !passable(next)) return;
    shadow[next] = 1;
    queue[tail++] = next;
  };
  for (let head = 0; head < tail; head++) {
    const at = queue[head]!;
    const x = at % width;
    visit(at - width);
    visit(at + width);
    if (x > 0) visit(at - 1);
    if (x < width - 1) visit(at + 1);
  }
  return { object: background.length - start, flooded: tail - start };
}

/** The gradient spans four pixels, so the flood stops two pixels short of the object; this makes up for it. */
function regrow(shadow: Uint8Array, background: Uint8Array, width: number, height: number): void {
  for (let pass = 0; pass < 2; pass++) {
    const before = shadow.slice();
    for (let y = 1; y < height - 1; y++) {
      for (let x = 1; x < width - 1; x++) {
        const i = y * width + x;
        if (background[i] || before[i]) continue;
        const beside = before[i - 1]! + before[i + 1]! + before[i - width]! + before[i + width]!;
        const open = beside + background[i - 1]! + background[i + 1]! + background[i - width]! + background[i + width]!;
        if (open >= 3 && beside > 0) shadow[i] = 1;
      }
    }
  }
}
