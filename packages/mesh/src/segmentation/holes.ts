import { boxBlur } from '../image/blur.ts';
import { findComponents } from '../image/connected-components.ts';
import type { Backdrop } from './backdrop-fit.ts';
import type { Difference } from './difference.ts';

/** Pixels that a region needs to be a hole at all, and that it needs away from its edges to be judged by those alone. */
const minArea = 30;
const minInner = 30;

/** Sums over the pixels of a region. */
interface Tally {
  count: number;
  sum: number;
  squares: number;
}

/** Adds holes to `background`: an enclosed region is one only if it is as even as the backdrop itself. */
export function openHoles(
  similar: Uint8Array,
  background: Uint8Array,
  difference: Difference,
  backdrop: Backdrop,
  width: number,
  height: number,
): void {
  const enclosed = new Uint8Array(similar.length);
  for (let i = 0; i < similar.length; i++) enclosed[i] = similar[i] && !background[i] ? 1 : 0;
  const { labels, areas } = findComponents(enclosed, width, height, 1, 4);
  const awayFromEdges = boxBlur(new Float32Array(enclosed), width, height, 4);
  const inner: Tally[] = areas.map(() => ({ count: 0, sum: 0, squares: 0 }));
  const whole: Tally[] = areas.map(() => ({ count: 0, sum: 0, squares: 0 }));
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label === -1) continue;
    add(whole[label]!, difference, i);
    if (awayFromEdges[i]! > 0.999) add(inner[label]!, difference, i);
  }
  const isHole = areas.map(
    (area, label) =>
      area >= Math.max(minArea, 3e-5 * similar.length) && isEven(inner[label]!, whole[label]!, backdrop.noise),
  );
  for (let i = 0; i < labels.length; i++) if (labels[i] !== -1 && isHole[labels[i]!]) background[i] = 1;
}

function add(tally: Tally, difference: Difference, i: number): void {
  const dl = difference.light[i]!;
  tally.count++;
  tally.sum += dl;
  tally.squares += dl * dl + difference.chroma[i]! ** 2;
}

/** Judged away from the edges, where blur and compression mix in the object's colours; a narrow gap as a whole. */
function isEven(inner: Tally, whole: Tally, noise: number): boolean {
  const wide = inner.count >= minInner;
  const { count, sum, squares } = wide ? inner : whole;
  const mean = Math.abs(sum / count);
  const spread = Math.sqrt(squares / count);
  const blur = wide ? 0 : 0.9;
  return mean < Math.max(0.9, noise) + blur && spread < 1.6 * noise + 0.9 + blur;
}
