import { findCandidates } from '../../src/cut.ts';
import type { Candidate } from '../../src/cut.ts';
import type { Picture } from '../../src/image/picture.ts';
import { loadPrior } from '../../src/segmentation/prior/load-prior.ts';

/** The cuts of a picture as a model gets them, the one that is taken first. */
export function findCuts(picture: Picture): Candidate[] {
  return findCandidates(picture, loadPrior());
}
