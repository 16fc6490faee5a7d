import type { ShapeOptions } from '../check-options.ts';
import type { Picture } from '../image/decode-image.ts';
import type { Grid } from '../meshing/grid.ts';
import type { Depth, DepthName, ShapeKind } from '../types.ts';
import { emboss } from './emboss.ts';
import { raiseEvenly } from './even.ts';
import { inflate, inflateRound } from './inflate.ts';
import { raisePlaque } from './plaque.ts';
import { revolve } from './revolve.ts';

/** Heights above and below the picture's plane at each node, in cells. */
export interface Heights {
  front: Float32Array;
  /** The same array where both sides are alike. */
  back: Float32Array;
}

/** The body and thickness that the options ask for. */
export type Body = Pick<ShapeOptions, 'depth' | 'detail'> & { kind: ShapeKind };

/** What a name for the thickness means for a shape that was asked for: the share of that shape's own thickness. */
const nameShares: Record<DepthName, number> = { medal: 0.15, soft: 0.6, full: 1 };

/** Thickness of even bodies as a share of the outline's mean width, and at most of its longest side. */
const evenThickness = {
  flat: { ofWidth: 0.25, ofLength: 0.16 },
  plaque: { ofWidth: 0.14, ofLength: 0.07 },
} as const;

/** Thickness in cells below which front and back would touch. */
const minThickness = 1;

/** The body that a name for the thickness has always stood for. */
export const namedKinds: Record<DepthName, ShapeKind> = { medal: 'plaque', soft: 'soft', full: 'round' };

/** The outline, inflated as each of the named thicknesses has always been. */
export function raiseNamed(grid: Grid, picture: Picture, name: DepthName, detail: number): Heights {
  const heights = inflate(grid, name);
  emboss(heights, grid, picture, detail);
  return { front: heights, back: heights };
}

/** The outline as a body of this kind. */
export function raiseShape(grid: Grid, picture: Picture, { kind, depth, detail }: Body): Heights {
  if (kind === 'flat' || kind === 'plaque') {
    const thickness = thicknessOf(grid, depth, evenThicknessOf(grid, kind));
    if (kind === 'plaque') return raisePlaque(grid, picture, thickness, detail);
    const heights = raiseEvenly(grid, thickness / 2);
    emboss(heights, grid, picture, detail);
    return { front: heights, back: heights };
  }
  const heights = raiseThick(grid, picture, kind);
  const own = 2 * heights.reduce((highest, height) => Math.max(highest, height), 0);
  const wanted = thicknessOf(grid, depth, own);
  // A turned body is never thicker than it is wide.
  const scale = (kind === 'lathe' ? Math.min(wanted, own) : wanted) / Math.max(own, 1e-6);
  for (let at = 0; at < heights.length; at++) heights[at]! *= scale;
  emboss(heights, grid, picture, detail);
  return { front: heights, back: heights };
}

function raiseThick(grid: Grid, picture: Picture, kind: 'round' | 'soft' | 'lathe'): Float32Array {
  if (kind === 'lathe') return revolve(grid, (picture.enlarged ?? 1) / grid.cell);
  return kind === 'round' ? inflateRound(grid) : inflate(grid, 'soft');
}

function thicknessOf(grid: Grid, depth: Depth | undefined, own: number): number {
  if (depth === undefined) return own;
  const thickness = typeof depth === 'number' ? (depth / 100) * lengthOf(grid) : nameShares[depth] * own;
  return Math.max(thickness, minThickness);
}

function evenThicknessOf(grid: Grid, kind: 'flat' | 'plaque'): number {
  const area = grid.field.reduce((sum, share) => sum + (share > 0.5 ? 1 : 0), 0);
  const length = lengthOf(grid);
  const { ofWidth, ofLength } = evenThickness[kind];
  return Math.max(Math.min((ofWidth * area) / length, ofLength * length), 0.02 * length, minThickness);
}

/** The longest side of the outline's bounding box, in cells. */
function lengthOf({ columns, rows, field }: Grid): number {
  let [left, right, top, bottom] = [columns, 0, rows, 0];
  for (let at = 0; at < field.length; at++) {
    if (field[at]! <= 0.5) continue;
    const [i, j] = [at % columns, Math.floor(at / columns)];
    left = Math.min(left, i);
    right = Math.max(right, i);
    top = Math.min(top, j);
    bottom = Math.max(bottom, j);
  }
  return Math.max(right - left, bottom - top, 1);
}
