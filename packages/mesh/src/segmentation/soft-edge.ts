import { dilate, erode } from '../image/morphology.ts';
import type { Backdrop } from './backdrop-fit.ts';

/** How far away the object's colours are looked for, in pixels. */
const reach = 4;

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
  const object = new Uint8Array(background.length);
  for (let i = 0; i < object.length; i++) object[i] = 1 - background[i]!;
  const coverage = new Float32Array(object);
  const inner = erode(object, width, height, 2);
  const near = dilate(object, width, height, 2);
  const nearShadow = dilate(shadow, width, height, 2);
  const there = new Float64Array(3);
  const here = new Float32Array(3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (near[i] === 0 || inner[i] === 1 || nearShadow[i] === 1) continue;
      if (!innerColour(lab, inner, width, height, x, y, there)) continue;
      backdrop.at(x, y, here);
      let along = 0;
      let length = 0;
      for (let c = 0; c < 3; c++) {
        const step = there[c]! - here[c]!;
        along += step * (lab[3 * i + c]! - here[c]!);
        length += step * step;
      }
      if (length > 64) coverage[i] = Math.min(Math.max(along / length, 0), 1);
    }
  }
  return coverage;
}

/** Writes the mean colour of the pixels nearby that surely belong to the object; false where there are none. */
function innerColour(
  lab: Float32Array,
  inner: Uint8Array,
  width: number,
  height: number,
  x: number,
  y: number,
  into: Float64Array,
): boolean {
  let [l, a, b, count] = [0, 0, 0, 0];
  const [left, right] = [Math.max(0, x - reach), Math.min(width - 1, x + reach)];
  const [top, bottom] = [Math.max(0, y - reach), Math.min(height - 1, y + reach)];
  for (let row = top * width; row <= bottom * width; row += width) {
    for (let n = row + left; n <= row + right; n++) {
      if (inner[n] === 0) continue;
      l += lab[3 * n]!;
      a += lab[3 * n + 1]!;
      b += lab[3 * n + 2]!;
      count++;
    }
  }
  if (count === 0) return false;
  into[0] = l / count;
  into[1] = a / count;
  into[2] = b / count;
  return true;
}
