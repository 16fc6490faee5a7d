import type { Picture } from '../image/picture.ts';
import { meshMessage } from '../messages.ts';
import type { Method } from '../types.ts';
import { alphaCoverage } from './alpha.ts';
import { cutFromBackdrop } from './backdrop.ts';
import type { Candidate } from './candidate.ts';
import type { Prior } from './prior/prior.ts';
import { findInScene, intersectionOverUnion, minAgreement } from './scene.ts';

/**
 * The outlines that the object of a picture could have, best first. `relief`, the whole picture, is always among them.
 * The picture is looked at with at most 320 pixels on its longest side; a larger one costs more and gains nothing.
 * @param prior What was learned from other pictures; without it, the picture alone decides.
 */
export function findCandidates(picture: Picture, prior?: Prior): Candidate[] {
  void prior;
  const found: Candidate[] = [];
  const add = (method: Method, score: number, coverage: Float32Array | undefined, ...ids: 'mesh.scene_outline'[]) => {
    if (coverage) found.push({ method, score, coverage, warnings: ids.map((id) => meshMessage(id)) });
  };
  add('alpha', 1, alphaCoverage(picture));
  const backdrop = cutFromBackdrop(picture);
  const scene = findInScene(picture);
  const agreement = backdrop && scene.guess ? intersectionOverUnion(backdrop.coverage, scene.guess) : 0;
  add('backdrop', backdrop?.certain ? 0.95 : agreement, backdrop?.coverage);
  add('scene', scene.coverage ? 0.85 : 0.4, scene.guess, 'mesh.scene_outline');
  const relief = new Float32Array(picture.width * picture.height).fill(1);
  found.push({
    method: 'relief',
    score: minAgreement - 0.05,
    coverage: relief,
    warnings: [meshMessage('mesh.relief_instead')],
  });
  return found.toSorted((a, b) => b.score - a.score);
}
