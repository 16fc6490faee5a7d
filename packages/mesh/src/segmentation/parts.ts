import { findComponents } from '../image/connected-components.ts';

/** The coverage of the largest piece alone. */
export function largestPart(coverage: Float32Array, width: number, height: number): Float32Array {
  const covered = Uint8Array.from(coverage, (c) => (c >= 0.5 ? 1 : 0));
  const { labels, areas } = findComponents(covered, width, height, 1, 8);
  const largest = areas.indexOf(Math.max(...areas, 0));
  return coverage.map((c, i) => (labels[i] === -1 || labels[i] === largest ? c : 0));
}
