import { findComponents } from '../image/connected-components.ts';
import { coveredPixels } from '../image/morphology.ts';

/** Adds to the background what is small or faint: noise above the tolerance is, a dot on an i is not. */
export function dropSpecks(
  background: Uint8Array,
  difference: Float32Array,
  width: number,
  height: number,
  tolerance: number,
): void {
  const { labels, areas } = findComponents(background, width, height, 0, 8);
  const maxDifference = new Float32Array(areas.length);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label !== -1) maxDifference[label] = Math.max(maxDifference[label]!, difference[i]!);
  }
  const minArea = minAreaOf(areas, background.length);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label !== -1 && (areas[label]! < minArea || maxDifference[label]! < 1.6 * tolerance)) background[i] = 1;
  }
}

/** Clears what compression left beside an edge and softening the edge turned into a region of its own. */
export function dropSmallRegions(coverage: Float32Array, width: number, height: number): void {
  const covered = coveredPixels(coverage);
  const { labels, areas } = findComponents(covered, width, height, 1, 8);
  const minArea = minAreaOf(areas, coverage.length);
  for (let i = 0; i < labels.length; i++) if (labels[i] !== -1 && areas[labels[i]!]! < minArea) coverage[i] = 0;
}

function minAreaOf(areas: number[], pixels: number): number {
  return Math.max(16, 2.5e-5 * pixels, 5e-4 * areas.reduce((a, b) => Math.max(a, b), 0));
}
