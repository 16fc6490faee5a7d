import { sidesOf } from './box.ts';
import type { Box } from './box.ts';
import type { Vector } from '../vector.ts';

/** Where the origin is: under the middle of the object, or in its middle; always that of its bounding box. */
export const origins = ['bottom', 'center'] as const;
export type Origin = (typeof origins)[number];

/** How large a model is to be, and where it is to stand. Without an entry it stays as it is. */
export interface Placement {
  /** The longest side of the object in millimetres, from {@link minSizeMm} to {@link maxSizeMm}. */
  sizeMm?: number | undefined;
  origin?: Origin | undefined;
}

/** The smallest size that can be asked for: less than a printer's layer is no object. */
export const minSizeMm = 1;
/** The largest size that can be asked for: a hundred metres. */
export const maxSizeMm = 100_000;
/** The size of a model for printing, where none is asked for: a large mug. */
export const printSizeMm = 100;
/** The size of what `generateModel` makes, where none is asked for: one metre. */
export const modelSizeMm = 1000;

/** A uniform scale, and then a shift. */
export interface Move {
  scale: number;
  shift: Vector;
}

/**
 * What moves something with this box to its place.
 * @param up The axis that points up: 1 for Y, 2 for Z.
 * @param unitMm The unit of the result in millimetres.
 * @throws RangeError where the size is not one that can be asked for
 */
export function moveTo(box: Box, { sizeMm, origin }: Placement, up: 1 | 2, unitMm: number): Move {
  checkPlacement({ sizeMm, origin });
  const longest = Math.max(...sidesOf(box));
  const scale = sizeMm === undefined ? 1000 / unitMm : longest > 0 ? sizeMm / unitMm / longest : 1;
  const shift: Vector = [0, 0, 0];
  if (origin === undefined) return { scale, shift };
  for (let c = 0; c < 3; c++) {
    const middle = (box.low[c]! + box.high[c]!) / 2;
    // Not −0, which would be written out as such.
    shift[c] = 0 - scale * (origin === 'bottom' && c === up ? box.low[c] : middle);
  }
  return { scale, shift };
}

/** Whether it can be asked for; programs without types pass texts, too. */
export function isSize(sizeMm: unknown): boolean {
  return typeof sizeMm === 'number' && sizeMm >= minSizeMm && sizeMm <= maxSizeMm;
}

/** @throws RangeError where it is none that can be asked for */
function checkPlacement({ sizeMm, origin }: Placement): void {
  if (sizeMm !== undefined && !isSize(sizeMm)) {
    throw new RangeError(`sizeMm must be a number from ${minSizeMm} to ${maxSizeMm}`);
  }
  if (origin !== undefined && !origins.includes(origin)) throw new RangeError('origin must be bottom or center');
}
