import type { Picture } from '../../image/picture.ts';

/** What was learned about where objects are. */
export interface Prior {
  /** The probability that each pixel of a picture belongs to the object, 0 to 1. */
  run(picture: Picture): Float32Array;
}
