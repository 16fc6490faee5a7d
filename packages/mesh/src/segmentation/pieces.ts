import { findComponents } from '../image/connected-components.ts';
import { coveredPixels } from '../image/morphology.ts';

/**
 * Pieces smaller than this share of the largest one are not parts of an object but crumbs beside it. Before a plain
 * backdrop the dot of an i is seen for certain; in a scene, small pieces are mostly mistakes.
 */
export const crumbShares = { backdrop: 0.004, scene: 0.02 } as const;

/** The pieces of a cut, the largest first. */
export interface Pieces {
  /** The number of its piece for each pixel, or -1. */
  labels: Int32Array;
  /** Pixels of each piece. */
  areas: number[];
  largest: number;
}

export function findPieces(coverage: Float32Array, width: number, height: number): Pieces {
  const covered = coveredPixels(coverage);
  const { labels, areas } = findComponents(covered, width, height, 1, 8);
  return { labels, areas, largest: areas.indexOf(areas.reduce((a, b) => Math.max(a, b), 0)) };
}

/** Without the crumbs, or with the largest piece alone; what lies at the edges of the pieces that stay is kept. */
export function keepParts(
  coverage: Float32Array,
  width: number,
  height: number,
  parts: 'all' | 'largest',
  crumbShare = 0,
): Float32Array {
  const { labels, areas, largest } = findPieces(coverage, width, height);
  const isKept = areas.map((area, label) =>
    parts === 'largest' ? label === largest : area >= crumbShare * areas[largest]!,
  );
  if (isKept.every(Boolean)) return coverage;
  const result = coverage.slice();
  for (let i = 0; i < result.length; i++) if (labels[i] !== -1 && !isKept[labels[i]!]) result[i] = 0;
  return result;
}
