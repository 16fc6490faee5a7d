/**
 * Finding the object in a picture. This entry runs wherever JavaScript does, so that a page can cut out in a worker: it
 * needs decoded pixels, and neither Node nor a decoder.
 */
export type { Picture as Raster } from './image/picture.ts';
export { findCandidates } from './segmentation/find-candidates.ts';
export type { Candidate } from './segmentation/candidate.ts';
export { fetchPrior } from './segmentation/prior/fetch-prior.ts';
export type { Prior } from './segmentation/prior/prior.ts';
export type { Message } from './messages.ts';
export type { Method } from './types.ts';
export { createStrokeCutter, cutWithStrokes } from './segmentation/strokes.ts';
export type { StrokeCutter } from './segmentation/strokes.ts';
export type { Stroke } from './segmentation/stroke-pixels.ts';
