import type { Relief } from '../height/relief.ts';
import { bilinear } from '../image/resample.ts';
import type { Message } from '../messages.ts';
import { dropFeatures } from './drop-features.ts';
import type { Grid } from './grid.ts';
import { fillOutline } from './marching-squares.ts';
import { fillRectangle } from './rectangle.ts';
import { repairSheet } from './repair.ts';
import { simplifySheet } from './simplify.ts';
import { extrudeSheet, isClosed, mirrorSheet } from './solid.ts';
import type { Solid } from './solid.ts';

/** Attempts with the same parts and holes. */
const maxAttempts = 12;

/** What an object is built from. */
export interface ObjectPlan {
  grid: Grid;
  /** Heights in cells for a grid from which parts and holes may have been removed. */
  raise(grid: Grid): Float32Array;
  faceLimit: number;
  /** Whether the heights have no detail of a few cells. See `fillOutline`. */
  smooth: boolean;
  /** Called once, between the heights and the surface. */
  raised?(): Promise<void>;
}

/** A closed solid within the face limit, and what had to be left out for it. */
export interface BuiltObject {
  solid: Solid;
  warnings: Message[];
  /** Grid and heights of the final attempt. */
  grid: Grid;
  heights: Float32Array;
}

/**
 * Fills, simplifies, repairs and mirrors the outline, with ever fewer triangles (and, where that is not enough, ever
 * fewer parts and holes) until the solid is closed and within `faceLimit`.
 */
export async function buildObject(plan: ObjectPlan): Promise<BuiltObject> {
  const { columns, rows } = plan.grid;
  for (let budget = plan.faceLimit; budget > 1; budget /= 2) {
    const grid = { ...plan.grid, field: plan.grid.field.slice() };
    const warnings = dropFeatures(grid, budget);
    const heights = plan.raise(grid);
    if (budget === plan.faceLimit) await plan.raised?.();
    const heightAt = (x: number, y: number): number => bilinear(heights, columns, rows, x, -y);
    const outline = fillOutline(grid, heights, plan.smooth);
    const solid = await reduce(plan.faceLimit, plan.faceLimit / 2, async (target) =>
      mirrorSheet(repairSheet(await simplifySheet(outline, target), heightAt)),
    );
    if (solid) return { solid, warnings, grid, heights };
  }
  throw new Error(`No closed surface within ${plan.faceLimit} faces was found`);
}

/** The slab with its relief, walls and flat back. */
export async function buildRelief({ grid, heights }: Relief, faceLimit: number): Promise<Solid> {
  const sheet = fillRectangle(grid, heights);
  const centre: [number, number] = [(grid.columns - 1) / 2, sheet.vertices.at(-2)! / 2];
  const solid = await reduce(faceLimit, 0.97 * faceLimit, async (target) =>
    extrudeSheet(await simplifySheet(sheet, target), 0, centre),
  );
  if (!solid) throw new Error(`No closed surface within ${faceLimit} faces was found`);
  return solid;
}

/** Builds with ever fewer triangles until the result is closed and within the limit; undefined where none is. */
async function reduce(
  faceLimit: number,
  start: number,
  build: (target: number) => Promise<Solid>,
): Promise<Solid | undefined> {
  let target = Math.floor(start);
  for (let attempt = 0; attempt < maxAttempts && target >= 4; attempt++) {
    const solid = await build(target);
    const faces = solid.triangles.length / 3;
    if (faces > 0 && faces <= faceLimit && isClosed(solid.triangles)) return solid;
    target = Math.floor(Math.min(target * 0.95, (target * 0.99 * faceLimit) / Math.max(faces, 1)));
  }
  return undefined;
}
