import { crossing } from './grid.ts';
import type { Grid } from './grid.ts';
import { GrowingArray } from './growing-array.ts';
import { blockSide, emitBlock, findInteriorBlocks } from './interior-blocks.ts';
import type { Sheet } from './sheet.ts';

/**
 * Marching squares, filled: the nodes inside and the crossings on the outline, joined by triangles.
 * Only edges on the outline join two crossings, so the closed solid has no flat spots.
 * @param smooth Whether the heights have no detail of a few cells: away from the outline, larger triangles will then do.
 */
export function fillOutline(grid: Grid, heights: Float32Array, smooth: boolean): Sheet {
  const { columns, rows, field } = grid;
  const nodeIds = new Int32Array(field.length).fill(-1);
  const acrossIds = new Int32Array(field.length).fill(-1);
  const downIds = new Int32Array(field.length).fill(-1);
  const vertices = new GrowingArray(Float32Array);
  const triangles = new GrowingArray(Uint32Array);
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

  const interior = smooth ? findInteriorBlocks(grid) : { has: () => false };
  for (let j = 0; j < rows - 1; j++) {
    for (let i = 0; i < columns - 1; i++) {
      if (interior.has(i, j)) {
        if (i % blockSide === 0 && j % blockSide === 0) emitBlock(i, j, interior, columns, node, triangles);
        continue;
      }
      const at = j * columns + i;
      // Anticlockwise with y upwards, from the top left.
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

/** `edge(c)` is the crossing between corner c and corner c + 1. */
function emitCell(
  mask: number,
  corner: (c: number) => number,
  edge: (c: number) => number,
  triangles: GrowingArray<Uint32Array>,
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
