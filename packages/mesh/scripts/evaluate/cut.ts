import { fileURLToPath } from 'node:url';
import type { Picture } from '../../src/image/decode-image.ts';
import { cutFromBackdrop } from '../../src/segmentation/backdrop.ts';
import { findForeground } from '../../src/segmentation/find-foreground.ts';
import { findInScene } from '../../src/segmentation/scene.ts';
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

function findOldCuts(picture: Picture): Cut[] {
  const taken = findForeground(picture, 'auto');
  const coverage = taken.kind === 'object' ? taken.coverage : new Float32Array(picture.width * picture.height).fill(1);
  const others = [cutFromBackdrop(picture)?.coverage, findInScene(picture).guess];
  return [
    { method: taken.method, coverage, warnings: taken.warnings },
    ...others.flatMap((other) => (other ? [{ method: 'other', coverage: other, warnings: [] }] : [])),
  ];
}
