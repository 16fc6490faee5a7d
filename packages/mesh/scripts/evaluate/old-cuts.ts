import type { Picture } from '../../src/image/decode-image.ts';
import { meshMessage } from '../../src/messages.ts';
import { cutFromBackdrop } from '../../src/segmentation/backdrop.ts';
import { findForeground } from '../../src/segmentation/find-foreground.ts';
import { findInScene, intersectionOverUnion, minAgreement } from '../../src/segmentation/scene.ts';
import type { Cut } from './cut.ts';

/** As `findForeground` decides, but each way is gone only once. */
export function findOldCuts(picture: Picture): Cut[] {
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
