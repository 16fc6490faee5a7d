import { softBlur } from '../image/blur.ts';
import type { Picture } from '../image/decode-image.ts';
import { toLab } from '../image/lab.ts';
import { resample, shrinkRgb } from '../image/resample.ts';
import type { Grid } from '../meshing/grid.ts';
import type { Depth, DepthName } from '../types.ts';

/** Thickness of the slab at most, and of the whole by name, as shares of the picture's longest side. */
const maxSlab = 0.03;
const wholes: Record<DepthName, number> = { medal: 0.06, soft: 0.08, full: 0.1 };
/** Share of the slab in a whole that is thinner than that needs. */
const slabShare = 0.3;
/** Cells along the picture's longest side. */
const maxCells = 300;
/** Side of a cell in pixels. */
const minCell = 0.75;

/** A slab the size of the picture, with a relief as its surface. */
export interface Relief {
  grid: Grid;
  /** At each node, in cells, above the slab's back; the slab's own thickness along the border. */
  heights: Float32Array;
}

/** Light and salient areas come forward: broad shapes most, texture a little. Level along the border. */
export function raiseRelief(picture: Picture, saliency: Float32Array, depth: Depth, detail: number): Relief {
  const { width, height } = picture;
  const long = Math.max(width, height);
  const cell = Math.max(long / maxCells, minCell);
  // The cell divides the shorter side evenly; the longer one ends within half a cell of the picture's border.
  const short = Math.max(4, Math.round(Math.min(width, height) / cell));
  const even = Math.min(width, height) / short;
  const columns = Math.round(width / even) + 1;
  const rows = Math.round(height / even) + 1;
  const lightness = sampleLightness(picture, columns, rows);
  const raised = resample(saliency, width, height, columns, rows);
  const broad = softBlur(lightness, columns, rows, 0.025 * Math.max(columns, rows));
  const finer = softBlur(lightness, columns, rows, 0.007 * Math.max(columns, rows));
  const whole = typeof depth === 'number' ? depth / 100 : wholes[depth];
  const slab = Math.min(maxSlab, slabShare * whole);
  const heights = new Float32Array(columns * rows);
  const longInCells = Math.max(columns, rows) - 1;
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const at = j * columns + i;
      const fine = 0.16 * Math.tanh(4 * (finer[at]! - broad[at]!)) * (0.6 + 0.8 * detail);
      const surface = 0.6 * raised[at]! + 0.35 * broad[at]! + fine + 0.1;
      const toBorder = Math.min(i, j, columns - 1 - i, rows - 1 - j) / (0.03 * longInCells);
      const fade = toBorder >= 1 ? 1 : toBorder * toBorder * (3 - 2 * toBorder);
      heights[at] = longInCells * (slab + (whole - slab) * Math.max(surface, 0.02) * fade);
    }
  }
  const originX = (width - (columns - 1) * even) / 2;
  const originY = (height - (rows - 1) * even) / 2;
  const grid = { columns, rows, cell: even, originX, originY, field: new Float32Array(0) };
  return { grid, heights };
}

/** 0 to 1 at each node. */
function sampleLightness(picture: Picture, columns: number, rows: number): Float32Array {
  const lab = toLab(shrinkRgb(picture.rgb, picture.width, picture.height, columns, rows));
  return Float32Array.from({ length: columns * rows }, (_, i) => lab[3 * i]! / 100);
}
