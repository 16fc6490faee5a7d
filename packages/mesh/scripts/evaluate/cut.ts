import { findCandidates } from '../../src/cut.ts';
import type { Picture } from '../../src/image/picture.ts';
import { shrinkRgb } from '../../src/image/resample.ts';
import { findForeground } from '../../src/segmentation/find-foreground.ts';
import { loadPrior } from '../../src/segmentation/prior/load-prior.ts';
import type { Message } from '../../src/messages.ts';
import type { Method } from '../../src/types.ts';

/** One way to cut the object out. */
export interface Cut {
  method: Method;
  score: number;
  /** 0 to 1 per pixel of the picture. */
  coverage: Float32Array;
  warnings: Message[];
}

/** Longest side of the pictures that people choose a cut from. */
const choiceSide = 320;

/** The cut that a model gets by itself, then those that it gets where somebody chooses another candidate. */
export function findCuts(picture: Picture): Cut[] {
  const prior = loadPrior();
  const whole = new Float32Array(picture.width * picture.height).fill(1);
  const found = findForeground(picture, { prior });
  const taken = found.kind === 'object' ? found.coverage : whole;
  const cuts: Cut[] = [{ method: found.method, score: found.score ?? 1, coverage: taken, warnings: found.warnings }];
  const small = shrink(picture);
  for (const { method, score, coverage, warnings } of findCandidates(small, prior)) {
    if (method === found.method || method === 'relief') continue;
    const chosen = findForeground(picture, { mask: { width: small.width, height: small.height, coverage } });
    if (chosen.kind === 'object') cuts.push({ method, score, coverage: chosen.coverage, warnings });
  }
  return cuts;
}

/** Without its alpha channel. */
function shrink(picture: Picture): Picture {
  const scale = Math.min(1, choiceSide / Math.max(picture.width, picture.height));
  const [width, height] = [picture.width, picture.height].map((side) => Math.round(side * scale)) as [number, number];
  return { width, height, rgb: shrinkRgb(picture.rgb, picture.width, picture.height, width, height) };
}
