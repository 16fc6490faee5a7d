import type { Message } from '../messages.ts';
import type { Method } from '../types.ts';

/** One answer to the question which part of a picture is the object. */
export interface Candidate {
  method: Method;
  /** How sure it is, 0 to 1: the intersection over union with the right outline that is to be expected. */
  score: number;
  /** 0 to 1 for each pixel of the picture; all 1 for `relief`. */
  coverage: Float32Array;
  /** What to know before a model is made from it. */
  warnings: Message[];
}
