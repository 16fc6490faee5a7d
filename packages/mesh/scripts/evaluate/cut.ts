import type { Picture } from '../../src/image/decode-image.ts';
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

/** Those of `findCandidates`, with the prior; in a checkout without them, the whole picture alone. */
export async function loadCuts(): Promise<FindCuts> {
  const { findCandidates } = (await load('../../src/cut.ts')) as {
    findCandidates?: (picture: Picture, prior?: unknown) => Cut[];
  };
  if (!findCandidates) return wholePicture;
  const { loadPrior } = (await load('../../src/segmentation/prior/load-prior.ts')) as { loadPrior?: () => unknown };
  const prior = loadPrior?.();
  return (picture) => findCandidates(picture, prior);
}

function wholePicture({ width, height }: Picture): Cut[] {
  return [{ method: 'relief', coverage: new Float32Array(width * height).fill(1), warnings: [] }];
}

async function load(path: string): Promise<object> {
  return import(path).catch(() => ({}));
}
