import { findComponents } from '../image/connected-components.ts';
import { erode } from '../image/morphology.ts';
import type { Backdrop } from './backdrop-fit.ts';
import type { Difference } from './difference.ts';

/** Pixels that a region needs to be a hole at all, and that it needs away from its edges to be judged by those alone. */
const minArea = 30;
const minInner = 30;

/** Sums over the pixels of each region. */
interface Tally {
  count: Int32Array;
  sum: Float64Array;
  squares: Float64Array;
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
  if (areas.length === 0) return;
  const awayFromEdges = erode(enclosed, width, height, 4);
  const inner = emptyTally(areas.length);
  const whole = emptyTally(areas.length);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label === -1) continue;
    const dl = difference.light[i]!;
    const square = dl * dl + difference.chroma[i]! ** 2;
    add(whole, label, dl, square);
    if (awayFromEdges[i] === 1) add(inner, label, dl, square);
  }
  const isHole = areas.map(
    (area, label) => area >= Math.max(minArea, 3e-5 * similar.length) && isEven(inner, whole, label, backdrop.noise),
  );
  for (let i = 0; i < labels.length; i++) if (labels[i] !== -1 && isHole[labels[i]!]) background[i] = 1;
}

function emptyTally(regions: number): Tally {
  return { count: new Int32Array(regions), sum: new Float64Array(regions), squares: new Float64Array(regions) };
}

function add({ count, sum, squares }: Tally, label: number, dl: number, square: number): void {
  count[label]!++;
  sum[label]! += dl;
  squares[label]! += square;
}

/** Judged away from the edges, where blur and compression mix in the object's colours; a narrow gap as a whole. */
function isEven(inner: Tally, whole: Tally, label: number, noise: number): boolean {
  const wide = inner.count[label]! >= minInner;
  const { count, sum, squares } = wide ? inner : whole;
  const mean = Math.abs(sum[label]! / count[label]!);
  const spread = Math.sqrt(squares[label]! / count[label]!);
  const blur = wide ? 0 : 0.9;
  return mean < Math.max(0.9, noise) + blur && spread < 1.6 * noise + 0.9 + blur;
}
