import type { Heights } from '../height/raise-shape.ts';
import type { Relief } from '../height/relief.ts';
import { bilinear } from '../image/resample.ts';
import { meshMessage } from '../messages.ts';
import type { Message } from '../messages.ts';
import { closeGaps } from './close-gaps.ts';
import { dropFeatures } from './drop-features.ts';
import type { Grid } from './grid.ts';
import { fillOutline } from './marching-squares.ts';
import { fillRectangle } from './rectangle.ts';
import { repairSheet } from './repair.ts';
import { simplifySheet } from './simplify.ts';
import { extrudeSheet, isClosed, mirrorSheet } from './solid.ts';
import type { Solid } from './solid.ts';
import { Untangler } from './untangle.ts';

/** Attempts with the same parts and holes. */
const maxAttempts = 12;
/** Attempts that may bring no fewer faces than those before. */
const maxStuck = 2;

/** What an object is built from. */
export interface ObjectPlan {
  grid: Grid;
  /** Heights in cells for a grid from which parts and holes may have been removed. */
  raise(grid: Grid): Heights;
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
  heights: Heights;
}

/**
 * Fills, simplifies, repairs and mirrors the outline, with ever fewer triangles (and, where that is not enough, ever
 * fewer parts and holes, and at last ever wider gaps closed) until the solid is closed, within `faceLimit` and nowhere
 * passes through itself.
 */
export async function buildObject(plan: ObjectPlan): Promise<BuiltObject> {
  const whole = await buildWith(plan, () => plan.raised?.());
  if (whole) return whole;
  const { columns, rows } = plan.grid;
  for (let reach = 2; reach < 2 * Math.max(columns, rows); reach *= 2) {
    const built = await buildWith({ ...plan, grid: closeGaps(plan.grid, reach) });
    if (built) return { ...built, warnings: [...built.warnings, meshMessage('mesh.gaps_closed')] };
  }
  throw new Error(`No closed surface within ${plan.faceLimit} faces was found`);
}

async function buildWith(plan: ObjectPlan, raised?: () => Promise<void> | undefined): Promise<BuiltObject | undefined> {
  const { columns, rows } = plan.grid;
  let last: Float32Array | undefined;
  for (let budget = plan.faceLimit; budget > 1; budget /= 2) {
    const grid = { ...plan.grid, field: plan.grid.field.slice() };
    const warnings = dropFeatures(grid, budget);
    if (last?.every((share, at) => share === grid.field[at])) continue;
    last = grid.field;
    const heights = plan.raise(grid);
    if (budget === plan.faceLimit) await raised?.();
    const { front, back } = heights;
    const heightAt = (x: number, y: number): number => bilinear(front, columns, rows, x, -y);
    const depthAt = (x: number, y: number): number => bilinear(back, columns, rows, x, -y);
    const untangler = new Untangler(fillOutline(grid, front, plan.smooth));
    const solid = await reduce(plan.faceLimit, plan.faceLimit / 2, async (target) => {
      const sheet = await untangler.simplify(target);
      return sheet && mirrorSheet(repairSheet(sheet, heightAt), back === front ? undefined : depthAt);
    });
    if (solid) return { solid, warnings, grid, heights };
  }
  return undefined;
}

/** The slab with its relief, walls and flat back. */
export async function buildRelief({ grid, heights }: Relief, faceLimit: number): Promise<Solid> {
  const rectangle = fillRectangle(grid, heights);
  const centre: [number, number] = [(grid.columns - 1) / 2, rectangle.vertices.at(-2)! / 2];
  const solid = await reduce(faceLimit, 0.97 * faceLimit, async (target) => {
    const { sheet } = await simplifySheet(rectangle, target);
    return extrudeSheet(sheet, 0, centre);
  });
  if (!solid) throw new Error(`No closed surface within ${faceLimit} faces was found`);
  return solid;
}

/** Builds with ever fewer triangles until the result is closed and within the limit; undefined where that leads nowhere. */
async function reduce(
  faceLimit: number,
  start: number,
  build: (target: number) => Promise<Solid | undefined>,
): Promise<Solid | undefined> {
  let target = Math.floor(start);
  let fewest = Infinity;
  let stuck = 0;
  for (let attempt = 0; attempt < maxAttempts && stuck < maxStuck && target >= 4; attempt++) {
    const solid = await build(target);
    if (!solid) return undefined;
    const faces = solid.triangles.length / 3;
    if (faces > 0 && faces <= faceLimit && isClosed(solid.triangles)) return solid;
    stuck = faces < fewest ? 0 : stuck + 1;
    fewest = Math.min(fewest, faces);
    target = Math.floor(Math.min(target * 0.95, (target * 0.99 * faceLimit) / Math.max(faces, 1)));
  }
  return undefined;
}
