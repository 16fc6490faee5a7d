import type { Grid } from './sheet/grid.ts';
import { fillOutline } from './sheet/contour.ts';
import { repairSheet } from './sheet/repair.ts';
import { simplifySheet } from './sheet/simplify.ts';
import { isClosed, mirrorSheet } from './sheet/solid.ts';
import type { Solid } from './sheet/solid.ts';
import { bilinear } from './plane.ts';
import { dropFeatures } from './sheet/features.ts';

/** A closed solid within a number of faces, and what it cost to get there. */
export interface BuiltSolid {
  solid: Solid;
  warnings: string[];
}

/**
 * The outline filled, simplified, repaired and mirrored, tried with ever fewer triangles (and, where that is not
 * enough, ever fewer parts and holes) until it is closed and within `faceLimit`.
 */
export async function buildSolid(grid: Grid, heights: Float32Array, faceLimit: number): Promise<BuiltSolid> {
  let budget = faceLimit;
  for (let attempt = 0; attempt < 8; attempt++, budget /= 2) {
    const warnings = dropFeatures(grid, budget);
    const { columns, rows, field } = grid;
    for (let i = 0; i < heights.length; i++) if (field[i]! <= 0.5) heights[i] = 0;
    const heightAt = (x: number, y: number): number => bilinear(heights, columns, rows, x, -y);
    const outline = fillOutline(grid, heights);
    let target = faceLimit / 2;
    for (let round = 0; round < 10; round++) {
      const sheet = repairSheet(await simplifySheet(outline, target), heightAt);
      const faces = (2 * sheet.triangles.length) / 3;
      if (faces <= faceLimit && faces > 0) {
        const solid = mirrorSheet(sheet);
        if (isClosed(solid.triangles)) return { solid, warnings };
      }
      target = Math.floor(Math.min(target * 0.93, (target * 0.99 * faceLimit) / Math.max(faces, 1)));
      if (target < 4) break;
    }
  }
  throw new Error(`No closed surface of ${faceLimit} faces was found`);
}
