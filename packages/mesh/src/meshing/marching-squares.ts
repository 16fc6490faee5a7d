import { crossing } from './grid.ts';
import type { Grid } from './grid.ts';

/** Cells along the side of a block that is triangulated coarsely. */
const block = 4;

/** A triangulated region of the picture's plane with a height at each vertex. Anticlockwise with y upwards. */
export interface Sheet {
  /** Three numbers a vertex: x to the right and y upwards in cells from the grid's first node, height in cells. */
  vertices: Float32Array;
  triangles: Uint32Array;
}

/**
 * Marching squares, filled: nodes inside, crossings on the outline, triangles between.
 * No edge but the outline's own joins two crossings, so the closed solid has no flat spots.
 * @param smooth Whether the heights have no detail of a few cells: large triangles then do away from the outline.
 */
export function fillOutline(grid: Grid, heights: Float32Array, smooth: boolean): Sheet {
  const { columns, rows, field } = grid;
  const nodeIds = new Int32Array(field.length).fill(-1);
  const acrossIds = new Int32Array(field.length).fill(-1);
  const downIds = new Int32Array(field.length).fill(-1);
  const vertices = new Growing(Float32Array);
  const triangles = new Growing(Uint32Array);
  let count = 0;

  const add = (x: number, y: number, z: number): number => {
    vertices.push(x, -y, z);
    return count++;
  };
  const node = (at: number): number => {
    if (nodeIds[at] === -1) nodeIds[at] = add(at % columns, Math.floor(at / columns), heights[at]!);
    return nodeIds[at]!;
  };
  const across = (at: number): number => {
    if (acrossIds[at] === -1) acrossIds[at] = add((at % columns) + share(at, at + 1), Math.floor(at / columns), 0);
    return acrossIds[at]!;
  };
  const down = (at: number): number => {
    if (downIds[at] === -1) downIds[at] = add(at % columns, Math.floor(at / columns) + share(at, at + columns), 0);
    return downIds[at]!;
  };
  const share = (a: number, b: number): number =>
    field[a]! > 0.5 ? crossing(field[a]!, field[b]!) : 1 - crossing(field[b]!, field[a]!);

  const deep = smooth ? findDeepBlocks(grid) : { has: () => false };
  for (let j = 0; j < rows - 1; j++) {
    for (let i = 0; i < columns - 1; i++) {
      if (deep.has(i, j)) {
        if (i % block === 0 && j % block === 0) emitBlock(i, j, deep, columns, node, triangles);
        continue;
      }
      const at = j * columns + i;
      // Corners anticlockwise as seen with y upwards, from the top left: down the left side, along the bottom, up.
      const corners = [at, at + columns, at + columns + 1, at + 1];
      let mask = 0;
      for (let c = 0; c < 4; c++) if (field[corners[c]!]! > 0.5) mask |= 1 << c;
      if (mask === 0) continue;
      if (mask === 15) {
        const [a, b, c, d] = [node(at), node(at + columns), node(at + columns + 1), node(at + 1)];
        // The flatter diagonal follows ridges.
        const falling =
          Math.abs(heights[at]! - heights[at + columns + 1]!) < Math.abs(heights[at + 1]! - heights[at + columns]!);
        if (falling) triangles.push(a, b, c, a, c, d);
        else triangles.push(a, b, d, b, c, d);
        continue;
      }
      const edge = (c: number): number =>
        c === 0 ? down(at) : c === 1 ? across(at + columns) : c === 2 ? down(at + 1) : across(at);
      const corner = (c: number): number => node(corners[c % 4]!);
      emitCell(mask, corner, (c) => edge(c % 4), triangles, centreIsInside(field, corners));
    }
  }
  return { vertices: vertices.done(), triangles: triangles.done() };
}

/** Squares of cells well inside the outline. */
interface DeepBlocks {
  /** Whether a cell lies in one; false outside the grid. */
  has(i: number, j: number): boolean;
}

/**
 * Aligned blocks all of whose nodes, and those one block further, are inside. The surface is smooth there, and four
 * triangles do for thirty-two: the simplifier, which takes most of this stage's time, gets a fifth of the triangles.
 */
function findDeepBlocks({ columns, rows, field }: Grid): DeepBlocks {
  const across = Math.ceil(columns / block);
  const down = Math.ceil(rows / block);
  const full = new Uint8Array(across * down);
  for (let bj = 0; bj < down; bj++) {
    for (let bi = 0; bi < across; bi++) {
      let inside = (bi + 1) * block < columns && (bj + 1) * block < rows;
      for (let j = 0; inside && j <= block; j++) {
        for (let i = 0; inside && i <= block; i++) inside = field[(bj * block + j) * columns + bi * block + i]! > 0.5;
      }
      full[bj * across + bi] = inside ? 1 : 0;
    }
  }
  const deep = new Uint8Array(full.length);
  for (let bj = 1; bj < down - 1; bj++) {
    for (let bi = 1; bi < across - 1; bi++) {
      let surrounded = 1;
      for (let dj = -1; dj <= 1; dj++)
        for (let di = -1; di <= 1; di++) surrounded &= full[(bj + dj) * across + bi + di]!;
      deep[bj * across + bi] = surrounded;
    }
  }
  return {
    has: (i, j) => i >= 0 && j >= 0 && deep[Math.floor(j / block) * across + Math.floor(i / block)] === 1,
  };
}

/** A fan round the middle; sides towards finer cells keep all their nodes, so that no crack opens. */
function emitBlock(
  i: number,
  j: number,
  deep: DeepBlocks,
  columns: number,
  node: (at: number) => number,
  triangles: Growing<Uint32Array>,
): void {
  const rim: number[] = [];
  const side = (fromI: number, fromJ: number, di: number, dj: number, coarse: boolean): void => {
    for (let k = 0; k < block; k += coarse ? block : 1) rim.push(node((fromJ + k * dj) * columns + fromI + k * di));
  };
  side(i, j, 0, 1, deep.has(i - 1, j));
  side(i, j + block, 1, 0, deep.has(i, j + block));
  side(i + block, j + block, 0, -1, deep.has(i + block, j));
  side(i + block, j, -1, 0, deep.has(i, j - 1));
  const middle = node((j + block / 2) * columns + i + block / 2);
  for (let k = 0; k < rim.length; k++) triangles.push(rim[k]!, rim[(k + 1) % rim.length]!, middle);
}

/** `edge(c)` is the crossing between corner c and corner c + 1. */
function emitCell(
  mask: number,
  corner: (c: number) => number,
  edge: (c: number) => number,
  triangles: Growing<Uint32Array>,
  joined: boolean,
): void {
  const inside = (c: number): boolean => ((mask >> (c % 4)) & 1) === 1;
  if (mask === 5 || mask === 10) {
    const c = mask === 5 ? 0 : 1;
    const [a, b] = [corner(c), corner(c + 2)];
    const [e0, e1, e2, e3] = [edge(c), edge(c + 1), edge(c + 2), edge(c + 3)];
    if (joined) triangles.push(a, e0, b, e0, e1, b, b, e2, a, e2, e3, a);
    else triangles.push(a, e0, e3, b, e2, e1);
    return;
  }
  // The first inside corner after an outside one starts the run.
  let first = 0;
  while (!(inside(first) && !inside(first + 3))) first++;
  let length = 1;
  while (inside(first + length)) length++;
  const entry = edge(first + 3);
  const exit = edge(first + length - 1);
  if (length === 1) triangles.push(corner(first), exit, entry);
  else if (length === 2) {
    const [a, b] = [corner(first), corner(first + 1)];
    triangles.push(a, b, exit, a, exit, entry);
  } else {
    const [a, b, c] = [corner(first), corner(first + 1), corner(first + 2)];
    triangles.push(b, c, exit, b, exit, entry, b, entry, a);
  }
}

function centreIsInside(field: Float32Array, corners: number[]): boolean {
  return field[corners[0]!]! + field[corners[1]!]! + field[corners[2]!]! + field[corners[3]!]! > 2;
}

/** A typed array that doubles as it fills. */
export class Growing<T extends Float32Array | Uint32Array> {
  #length = 0;
  #data: T;
  readonly #make: new (length: number) => T;

  constructor(make: new (length: number) => T) {
    this.#make = make;
    this.#data = new make(1024);
  }

  get length(): number {
    return this.#length;
  }

  push(...values: number[]): void {
    if (this.#length + values.length > this.#data.length) {
      const larger = new this.#make(this.#data.length * 2);
      larger.set(this.#data);
      this.#data = larger;
    }
    for (const value of values) this.#data[this.#length++] = value;
  }

  done(): T {
    return this.#data.slice(0, this.#length) as T;
  }
}
