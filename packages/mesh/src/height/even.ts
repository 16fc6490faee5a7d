import type { Grid } from '../meshing/grid.ts';
import { solvePoisson } from './inflate.ts';

/** Radius of the rounded edge as a share of half the thickness, and at least, in cells. */
const edgeShare = 0.35;
const minEdge = 1.2;

/**
 * Heights of a body of even thickness with rounded edges: `half` cells everywhere but within an edge's width of the
 * outline. Parts thinner than their edges are a little lower.
 *
 * z² = half² · (1 − e^(−d / r)) at the distance d from a straight outline; solved as an equation, so that it has no
 * ridges where the distance has them.
 */
export function raiseEvenly(grid: Grid, half: number): Float32Array {
  const radius = Math.max(edgeShare * half, minEdge);
  const heights = solvePoisson(grid.field, grid.columns, grid.rows, 1 / radius);
  for (let at = 0; at < heights.length; at++) heights[at] = (half / (2 * radius)) * Math.sqrt(heights[at]!);
  return heights;
}
