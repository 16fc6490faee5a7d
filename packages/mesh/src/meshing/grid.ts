import { boxBlur } from '../image/blur.ts';

/** Cells along the long side of the object's bounding box. Finer grids take longer and look no different. */
const maxCells = 420;
/** Side of a cell in pixels. */
const minCell = 0.75;
/** Empty nodes around the object, so that every outline closes. */
const margin = 2;

/** A grid of nodes over the object. Node (0, 0) is at the top left; coordinates are continuous pixels of the picture. */
export interface Grid {
  columns: number;
  rows: number;
  /** Distance between neighbouring nodes in pixels. */
  cell: number;
  originX: number;
  originY: number;
  /** Share of each node's surroundings that the object covers; the outline is where this is one half. */
  field: Float32Array;
}

/** Distance that crossings keep from nodes, in cells, so that no triangle degenerates. */
const minClearance = 0.08;

/** Lays a grid over everything that is covered; undefined where nothing is. */
export function layGrid(coverage: Float32Array, width: number, height: number): Grid | undefined {
  const box = boundingBox(coverage, width, height);
  if (!box) return undefined;
  const spanX = box.right - box.left;
  const spanY = box.bottom - box.top;
  const cell = Math.max(Math.max(spanX, spanY) / maxCells, minCell);
  const columns = Math.ceil(spanX / cell) + 1 + 2 * margin;
  const rows = Math.ceil(spanY / cell) + 1 + 2 * margin;
  const originX = (box.left + box.right) / 2 - ((columns - 1) * cell) / 2;
  const originY = (box.top + box.bottom) / 2 - ((rows - 1) * cell) / 2;
  const field = averageAroundNodes(coverage, width, height, { columns, rows, cell, originX, originY });
  return { columns, rows, cell, originX, originY, field };
}

/** Where the outline crosses the edge from an inside node to an outside one, as a share of the edge. */
export function crossing(inside: number, outside: number): number {
  const share = (inside - 0.5) / (inside - outside);
  return Math.min(Math.max(share, minClearance), 1 - minClearance);
}

function boundingBox(coverage: Float32Array, width: number, height: number) {
  let left = width;
  let right = 0;
  let top = height;
  let bottom = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (coverage[y * width + x]! < 0.5) continue;
      if (x < left) left = x;
      if (x + 1 > right) right = x + 1;
      if (y < top) top = y;
      if (y + 1 > bottom) bottom = y + 1;
    }
  }
  return right > left ? { left, right, top, bottom } : undefined;
}

/** Exact box averages by a summed-area table; what lies outside the picture counts as empty. */
function averageAroundNodes(
  coverage: Float32Array,
  width: number,
  height: number,
  grid: Omit<Grid, 'field'>,
): Float32Array {
  const stride = width + 1;
  const sums = new Float64Array(stride * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += coverage[y * width + x]!;
      sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1]! + row;
    }
  }
  const { columns, rows, cell, originX, originY } = grid;
  const half = Math.max(cell, 1) / 2;
  const area = 4 * half * half;
  const [left, right] = [placesIn(columns, originX, cell, -half, width), placesIn(columns, originX, cell, half, width)];
  const [above, below] = [placesIn(rows, originY, cell, -half, height), placesIn(rows, originY, cell, half, height)];
  const field = new Float32Array(columns * rows);
  for (let j = 0; j < rows; j++) {
    const [top, topShare] = [above.firsts[j]! * stride, above.shares[j]!];
    const [bottom, bottomShare] = [below.firsts[j]! * stride, below.shares[j]!];
    for (let i = 0; i < columns; i++) {
      const [x0, share0] = [left.firsts[i]!, left.shares[i]!];
      const [x1, share1] = [right.firsts[i]!, right.shares[i]!];
      const sum =
        sumTo(sums, stride, bottom + x1, share1, bottomShare) -
        sumTo(sums, stride, bottom + x0, share0, bottomShare) -
        sumTo(sums, stride, top + x1, share1, topShare) +
        sumTo(sums, stride, top + x0, share0, topShare);
      field[j * columns + i] = sum / area;
    }
  }
  // The frame of the grid is outside by construction; rounding must not change that.
  for (let i = 0; i < columns; i++) field[i] = field[(rows - 1) * columns + i] = 0;
  for (let j = 0; j < rows; j++) field[j * columns] = field[j * columns + columns - 1] = 0;
  return field;
}

/** For points this far from the nodes along a side of the picture: the pixel before each, and how far past it. */
function placesIn(
  count: number,
  origin: number,
  cell: number,
  offset: number,
  length: number,
): { firsts: Int32Array; shares: Float64Array } {
  const firsts = new Int32Array(count);
  const shares = new Float64Array(count);
  for (let n = 0; n < count; n++) {
    const place = Math.min(Math.max(origin + n * cell + offset, 0), length);
    firsts[n] = Math.min(Math.floor(place), length - 1);
    shares[n] = place - firsts[n]!;
  }
  return { firsts, shares };
}

/** The sum up to a point between the pixels: bilinear. */
function sumTo(sums: Float64Array, stride: number, at: number, fx: number, fy: number): number {
  const top = sums[at]! * (1 - fx) + sums[at + 1]! * fx;
  const bottom = sums[at + stride]! * (1 - fx) + sums[at + stride + 1]! * fx;
  return top * (1 - fy) + bottom * fy;
}

/** Share of the covered pixels that lie more than two nodes away from any inside node: parts too thin for the grid. */
export function lostShare(coverage: Float32Array, width: number, height: number, grid: Grid): number {
  const { columns, rows, cell, originX, originY, field } = grid;
  const inside = Float32Array.from(field, (f) => (f > 0.5 ? 1 : 0));
  const near = boxBlur(inside, columns, rows, 2);
  let covered = 0;
  let lost = 0;
  for (let y = 0; y < height; y++) {
    const j = Math.round((y + 0.5 - originY) / cell);
    for (let x = 0; x < width; x++) {
      if (coverage[y * width + x]! < 0.5) continue;
      covered++;
      const i = Math.round((x + 0.5 - originX) / cell);
      if (near[j * columns + i]! < 0.5 / 25) lost++;
    }
  }
  return covered > 0 ? lost / covered : 0;
}
