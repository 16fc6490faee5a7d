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
  const shadow = new Uint8Array(background.length);
  const passable = passablePixels(lab, difference, background, width, maxSlope * maxSlope, maxChroma);
  const { object, flooded } = flood(shadow, background, width, passable);
  if (flooded > maxShare * object) shadow.fill(0);
  else regrow(shadow, background, width, height);
  return shadow;
}

/** 1 for each pixel of the object that a shadow may be at. */
function passablePixels(
  lab: Float32Array,
  difference: Difference,
  background: Uint8Array,
  width: number,
  maxSlopeSquared: number,
  maxChroma: number,
): Uint8Array {
  const { light, chroma } = difference;
  const passable = new Uint8Array(background.length);
  for (let i = 0; i < passable.length; i++) {
    const dl = light[i]!;
    if (background[i] === 1 || dl > maxLighter || dl < -maxDarker || chroma[i]! > maxChroma + 0.1 * -dl) continue;
    passable[i] = slopeSquared(lab, i, width) < maxSlopeSquared ? 1 : 0;
  }
  return passable;
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
  passable: Uint8Array,
): { object: number; flooded: number } {
  const queue = new Int32Array(background.length);
  let tail = 0;
  let object = 0;
  const pixels = background.length;
  for (let i = 0; i < pixels; i++) {
    if (background[i] === 0) {
      object++;
      continue;
    }
    tail = visitBeside(i, width, pixels, passable, shadow, queue, tail);
  }
  for (let head = 0; head < tail; head++) {
    tail = visitBeside(queue[head]!, width, pixels, passable, shadow, queue, tail);
  }
  return { object, flooded: tail };
}

/** Floods the neighbours of a pixel; returns the new end of the queue. */
function visitBeside(
  at: number,
  width: number,
  pixels: number,
  passable: Uint8Array,
  shadow: Uint8Array,
  queue: Int32Array,
  end: number,
): number {
  let tail = end;
  const x = at % width;
  const above = at - width;
  if (above >= 0 && passable[above] === 1 && shadow[above] === 0) shadow[(queue[tail++] = above)] = 1;
  const below = at + width;
  if (below < pixels && passable[below] === 1 && shadow[below] === 0) shadow[(queue[tail++] = below)] = 1;
  if (x > 0 && passable[at - 1] === 1 && shadow[at - 1] === 0) shadow[(queue[tail++] = at - 1)] = 1;
  if (x < width - 1 && passable[at + 1] === 1 && shadow[at + 1] === 0) shadow[(queue[tail++] = at + 1)] = 1;
  return tail;
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
