/** Pixels of the picture between two nodes of the grid, and the difference of colour (ΔE) between two. */
const spacing = 22;
const colourSpacing = 11;
/** Nodes for b, a and L; a and b begin below 0. */
const colourNodes = [13, 13, 11] as const;
const firstNode = 6;
/** Pixels of doubt on both sides: a colour that is hardly seen nearby says little. */
const doubt = 0.3;
/** Corners of a cell in five dimensions. */
const corners = 32;

/** Where each pixel lies between the nodes of the grid. */
interface Grid {
  /** Nodes of each dimension, and how far they are apart in memory: b, a, L, x, y. */
  nodes: number[];
  strides: number[];
  length: number;
}

/**
 * How much more often each pixel's colour belongs to the object than to the ground, around the pixel: the logarithm of
 * the ratio. The brown of a horse here is told from the brown of the earth there.
 * @param object 0 to 1: how probably each pixel belongs to the object.
 */
export function compareLocalColours(
  lab: Float32Array,
  width: number,
  height: number,
  object: Float32Array,
): Float32Array {
  const grid = createGrid(width, height);
  const inside = new Float32Array(grid.length);
  const outside = new Float32Array(grid.length);
  const at = new Int32Array(corners);
  const shares = new Float32Array(corners);
  for (let i = 0; i < object.length; i++) {
    findCorners(grid, lab, i, width, at, shares);
    for (let k = 0; k < corners; k++) {
      inside[at[k]!]! += shares[k]! * object[i]!;
      outside[at[k]!]! += shares[k]! * (1 - object[i]!);
    }
  }
  for (const dimension of [3, 4]) {
    spread(inside, grid, dimension);
    spread(outside, grid, dimension);
  }
  const result = new Float32Array(object.length);
  for (let i = 0; i < result.length; i++) {
    findCorners(grid, lab, i, width, at, shares);
    let [here, there] = [doubt, doubt];
    for (let k = 0; k < corners; k++) {
      here += shares[k]! * inside[at[k]!]!;
      there += shares[k]! * outside[at[k]!]!;
    }
    result[i] = Math.log(here / there);
  }
  return result;
}

function createGrid(width: number, height: number): Grid {
  const nodes = [...colourNodes, Math.ceil(width / spacing) + 1, Math.ceil(height / spacing) + 1];
  const strides: number[] = [];
  let length = 1;
  for (const count of nodes) {
    strides.push(length);
    length *= count;
  }
  return { nodes, strides, length };
}

/** Writes the nodes around a pixel, and the share of each. */
function findCorners(
  { nodes, strides }: Grid,
  lab: Float32Array,
  pixel: number,
  width: number,
  at: Int32Array,
  shares: Float32Array,
): void {
  const x = pixel % width;
  at[0] = 0;
  shares[0] = 1;
  for (let d = 0, count = 1; d < 5; d++, count *= 2) {
    let value: number;
    if (d === 4) value = (pixel - x) / width / spacing;
    else if (d === 3) value = x / spacing;
    else value = lab[3 * pixel + 2 - d]! / colourSpacing + (d === 2 ? 0 : firstNode);
    const place = Math.min(Math.max(value, 0), nodes[d]! - 1.001);
    const low = Math.floor(place);
    const share = place - low;
    const stride = strides[d]!;
    for (let k = 0; k < count; k++) {
      at[count + k] = at[k]! + (low + 1) * stride;
      shares[count + k] = shares[k]! * share;
      at[k]! += low * stride;
      shares[k]! *= 1 - share;
    }
  }
}

/** Spreads what lies at each node over its neighbours in one dimension. */
function spread(values: Float32Array, { nodes, strides }: Grid, dimension: number): void {
  const before = values.slice();
  const stride = strides[dimension]!;
  const last = nodes[dimension]! - 1;
  for (let i = 0; i < values.length; i++) {
    const place = Math.floor(i / stride) % (last + 1);
    const low = place > 0 ? before[i - stride]! : 0;
    const high = place < last ? before[i + stride]! : 0;
    values[i] = 0.5 * before[i]! + 0.25 * (low + high);
  }
}
