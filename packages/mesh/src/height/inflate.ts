import { distanceInside } from '../image/distance.ts';
import { crossing } from '../meshing/grid.ts';
import type { Grid } from '../meshing/grid.ts';
import type { DepthName } from '../types.ts';

/** Thickness relative to a ball of the same outline, and its cap as a share of √(width × height). */
const presets: Record<DepthName, { factor: number; cap: number }> = {
  medal: { factor: 0.6, cap: 0.07 },
  soft: { factor: 0.75, cap: 0.33 },
  full: { factor: 1, cap: 0.5 },
};

/**
 * Height of the front above the picture's plane at each node, in cells; 0 outside.
 *
 * Solves −∇²u = 4 with u = 0 on the outline and takes √u, which for a disc is exactly the ball; then a soft cap keeps
 * wide objects from becoming balloons.
 */
export function inflate(grid: Grid, depth: DepthName): Float32Array {
  const heights = solvePoisson(grid.field, grid.columns, grid.rows);
  const { factor, cap } = presets[depth];
  const limit = cap * Math.sqrt((grid.columns - 4) * (grid.rows - 4));
  for (let i = 0; i < heights.length; i++) {
    const full = factor * Math.sqrt(heights[i]!);
    heights[i] = full / Math.sqrt(1 + (full / limit) ** 2);
  }
  return heights;
}

/** How much higher than half the width of its widest part a round body may become, and how firmly that is kept. */
const roundCap = { ofHalfWidth: 1.1, power: 6 };

/**
 * Heights of a body that is about as deep as the widest part of the outline is wide: over a disc nearly the ball, over a
 * long outline, whose √u is 1.4 times half its width, nearly round too.
 */
export function inflateRound({ field, columns, rows }: Grid): Float32Array {
  const heights = solvePoisson(field, columns, rows);
  const halfWidth = distanceInside(field, columns, rows).reduce((most, d) => Math.max(most, d), 1);
  const limit = roundCap.ofHalfWidth * halfWidth;
  for (let i = 0; i < heights.length; i++) {
    if (heights[i] === 0) continue;
    const full = Math.sqrt(heights[i]!);
    heights[i] = full / (1 + (full / limit) ** roundCap.power) ** (1 / roundCap.power);
  }
  return heights;
}

/**
 * −∇²u + κ²u = 4 inside the outline, 0 on it, in units of cells squared. Each grid starts from the solution of a coarser
 * one.
 * @param kappa Above 0, u levels off at 4 / κ² about 1 / κ cells away from the outline.
 */
export function solvePoisson(field: Float32Array, columns: number, rows: number, kappa = 0): Float32Array {
  let start = new Float32Array(field.length);
  if (Math.min(columns, rows) > 12) {
    const halfColumns = Math.ceil(columns / 2);
    const halfRows = Math.ceil(rows / 2);
    const coarse = solvePoisson(halve(field, columns, rows, halfColumns, halfRows), halfColumns, halfRows, 2 * kappa);
    start = prolong(coarse, halfColumns, halfRows, columns, rows);
  }
  relax(field, columns, rows, start, kappa ** 2);
  return start;
}

function halve(field: Float32Array, columns: number, rows: number, toColumns: number, toRows: number): Float32Array {
  const result = new Float32Array(toColumns * toRows);
  for (let j = 1; j < toRows - 1; j++) {
    for (let i = 1; i < toColumns - 1; i++) {
      if (2 * i < columns && 2 * j < rows) result[j * toColumns + i] = field[2 * j * columns + 2 * i]!;
    }
  }
  return result;
}

function prolong(
  coarse: Float32Array,
  coarseColumns: number,
  coarseRows: number,
  columns: number,
  rows: number,
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(columns * rows);
  for (let j = 0; j < rows; j++) {
    const j0 = j >> 1;
    const j1 = Math.min(j0 + (j & 1), coarseRows - 1);
    for (let i = 0; i < columns; i++) {
      const i0 = i >> 1;
      const i1 = Math.min(i0 + (i & 1), coarseColumns - 1);
      const sum =
        coarse[j0 * coarseColumns + i0]! +
        coarse[j0 * coarseColumns + i1]! +
        coarse[j1 * coarseColumns + i0]! +
        coarse[j1 * coarseColumns + i1]!;
      // The mean of the four, times four: with half the spacing, u in cells squared is four times as large.
      result[j * columns + i] = sum;
    }
  }
  return result;
}

/** Red-black over-relaxation on the Shortley–Weller stencil, `u` in place. */
function relax(field: Float32Array, columns: number, rows: number, u: Float32Array, decay: number): void {
  const colours = [0, 1].map((colour) => {
    const nodes = insideNodes(field, columns, rows, colour);
    return { ...nodes, coefficients: stencils(field, columns, nodes.edge, decay) };
  });
  let max = 0;
  for (let i = 0; i < u.length; i++) {
    if (field[i]! <= 0.5) u[i] = 0;
    else if (u[i]! > max) max = u[i]!;
  }
  // √u is the radius of the widest part; its diameter sets the best relaxation factor and the sweeps needed.
  const diameter = Math.max(2 * Math.sqrt(max), Math.min(12, Math.min(columns, rows)));
  const omega = 2 / (1 + Math.PI / diameter);
  const sweeps = Math.ceil(24 + 0.2 * diameter);
  const share = 1 / (4 + decay);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (const { deep, edge, coefficients } of colours) {
      for (let n = 0; n < deep.length; n += 2) {
        const end = deep[n + 1]!;
        for (let at = deep[n]!; at < end; at += 2) {
          const next = share * (u[at + 1]! + u[at - 1]! + u[at + columns]! + u[at - columns]! + 4);
          u[at] = u[at]! + omega * (next - u[at]!);
        }
      }
      for (let n = 0; n < edge.length; n++) {
        const at = edge[n]!;
        const c = 5 * n;
        const next =
          coefficients[c]! * u[at + 1]! +
          coefficients[c + 1]! * u[at - 1]! +
          coefficients[c + 2]! * u[at + columns]! +
          coefficients[c + 3]! * u[at - columns]! +
          coefficients[c + 4]!;
        u[at] = u[at]! + omega * (next - u[at]!);
      }
    }
  }
  for (let i = 0; i < u.length; i++) if (field[i]! > 0.5 && u[i]! < 1e-4) u[i] = 1e-4;
}

/**
 * Inside nodes of one colour of the chequerboard: those with four inside neighbours, as the first and the end of each
 * stretch of them (every other node of a row), and those at the outline one by one.
 */
function insideNodes(field: Float32Array, columns: number, rows: number, colour: number) {
  const deep = new Int32Array(field.length + 2);
  const edge = new Int32Array(field.length >> 1);
  let [deepCount, edgeCount] = [0, 0];
  for (let j = 1; j < rows - 1; j++) {
    for (let i = 1 + ((j + 1 + colour) & 1); i < columns - 1; i += 2) {
      const at = j * columns + i;
      if (field[at]! <= 0.5) continue;
      const surrounded =
        field[at + 1]! > 0.5 && field[at - 1]! > 0.5 && field[at + columns]! > 0.5 && field[at - columns]! > 0.5;
      if (!surrounded) edge[edgeCount++] = at;
      else if (deepCount > 0 && deep[deepCount - 1] === at) deep[deepCount - 1] = at + 2;
      else {
        deep[deepCount++] = at;
        deep[deepCount++] = at + 2;
      }
    }
  }
  return { deep: deep.slice(0, deepCount), edge: edge.slice(0, edgeCount) };
}

/** Weights of the four neighbours (0 where the outline comes first) and the source term, divided by the diagonal. */
function stencils(field: Float32Array, columns: number, nodes: Int32Array, decay: number): Float32Array {
  const result = new Float32Array(nodes.length * 5);
  for (let n = 0; n < nodes.length; n++) {
    const at = nodes[n]!;
    const here = field[at]!;
    const right = reach(here, field[at + 1]!);
    const left = reach(here, field[at - 1]!);
    const down = reach(here, field[at + columns]!);
    const up = reach(here, field[at - columns]!);
    const diagonal = 2 / (right * left) + 2 / (down * up) + decay;
    const c = 5 * n;
    result[c] = field[at + 1]! > 0.5 ? 2 / (right * (right + left)) / diagonal : 0;
    result[c + 1] = field[at - 1]! > 0.5 ? 2 / (left * (right + left)) / diagonal : 0;
    result[c + 2] = field[at + columns]! > 0.5 ? 2 / (down * (down + up)) / diagonal : 0;
    result[c + 3] = field[at - columns]! > 0.5 ? 2 / (up * (down + up)) / diagonal : 0;
    result[c + 4] = 4 / diagonal;
  }
  return result;
}

function reach(here: number, there: number): number {
  return there > 0.5 ? 1 : crossing(here, there);
}
