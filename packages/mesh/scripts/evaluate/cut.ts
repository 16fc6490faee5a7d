import { fileURLToPath } from 'node:url';
import type { Picture } from '../../src/image/decode-image.ts';
import { cutFromBackdrop } from '../../src/segmentation/backdrop.ts';
import { findForeground } from '../../src/segmentation/find-foreground.ts';
import { findInScene, intersectionOverUnion, minAgreement } from '../../src/segmentation/scene.ts';
import { meshMessage } from '../../src/messages.ts';
import type { Message } from '../../src/messages.ts';

/** One way to cut the object out. */
export interface Cut {
  method: string;
  /** How sure it is, 0 to 1, where it says so. */
  score?: number;
  coverage: Float32Array;
  warnings: Message[];
}

/** The cuts of a picture, the one that is taken first. */
export type FindCuts = (picture: Picture) => Cut[];

/** Those of `findCandidates`; in a checkout without it, what there was before. */
export async function loadCuts(): Promise<FindCuts> {
  const path = new URL('../../src/cut.ts', import.meta.url);
  const found = (await import(fileURLToPath(path)).catch(() => ({}))) as { findCandidates?: FindCuts };
  return found.findCandidates ?? findOldCuts;
}

/** As `findForeground` decides, but each way is gone only once. */
function findOldCuts(picture: Picture): Cut[] {
  const whole = new Float32Array(picture.width * picture.height).fill(1);
  const relief = { method: 'relief', coverage: whole, warnings: [meshMessage('mesh.relief_instead')] };
  if (picture.alpha) {
    const { kind, coverage, method } = { coverage: whole, ...findForeground(picture, 'auto') };
    if (kind === 'object' && method === 'alpha') return [{ method, coverage, warnings: [] }, relief];
  }
  const backdrop = cutFromBackdrop(picture);
  const scene = findInScene(picture);
  const cuts: (Cut & { taken: boolean })[] = [];
  if (backdrop) {
    const agrees = scene.guess && intersectionOverUnion(backdrop.coverage, scene.guess) >= minAgreement;
    const taken = backdrop.certain || agrees === true;
    cuts.push({ method: 'backdrop', coverage: backdrop.coverage, warnings: [], taken });
  }
  if (scene.guess) {
    const warnings = [meshMessage('mesh.scene_outline')];
    cuts.push({ method: 'scene', coverage: scene.guess, warnings, taken: scene.coverage !== undefined });
  }
  const first = cuts.find(({ taken }) => taken) ?? relief;
  return [first, ...[...cuts, relief].filter((cut) => cut !== first)];
}
