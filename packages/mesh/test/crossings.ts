/** Pairs of triangles that pass through each other, by trying every pair that is close. An oracle; shares no code with the mesher. */

type Vector = readonly [number, number, number];

interface Triangle {
  ids: readonly number[];
  corners: readonly [Vector, Vector, Vector];
  low: Vector;
  high: Vector;
}

/** Counts the pairs of a welded mesh in which an edge of one triangle passes through the other. */
export function countCrossings(positions: ArrayLike<number>, triangles: ArrayLike<number>): number {
  const all = readTriangles(positions, triangles);
  const size = gridSize(all);
  const cells = new Map<string, number[]>();
  const seen = new Set<string>();
  let count = 0;
  for (const [k, triangle] of all.entries()) {
    for (const key of cellsOf(triangle, size)) {
      const inCell = cells.get(key) ?? [];
      cells.set(key, inCell);
      for (const other of inCell) {
        const pair = `${other} ${k}`;
        if (seen.has(pair)) continue;
        seen.add(pair);
        if (cross(all[other]!, triangle)) count++;
      }
      inCell.push(k);
    }
  }
  return count;
}

/** One number for each vertex; those at exactly the same place have the same. */
export function weldIds(positions: ArrayLike<number>): number[] {
  const ids = new Map<string, number>();
  return Array.from({ length: positions.length / 3 }, (_, v) => {
    const key = `${positions[3 * v]} ${positions[3 * v + 1]} ${positions[3 * v + 2]}`;
    const id = ids.get(key) ?? ids.size;
    ids.set(key, id);
    return id;
  });
}

function readTriangles(positions: ArrayLike<number>, triangles: ArrayLike<number>): Triangle[] {
  const ids = weldIds(positions);
  const point = (v: number): Vector => [positions[3 * v]!, positions[3 * v + 1]!, positions[3 * v + 2]!];
  return Array.from({ length: triangles.length / 3 }, (_, t) => {
    const vertices = [triangles[3 * t]!, triangles[3 * t + 1]!, triangles[3 * t + 2]!] as const;
    const corners = [point(vertices[0]), point(vertices[1]), point(vertices[2])] as const;
    const bound = (choose: (...values: number[]) => number): Vector => [
      choose(...corners.map((c) => c[0])),
      choose(...corners.map((c) => c[1])),
      choose(...corners.map((c) => c[2])),
    ];
    return { ids: vertices.map((v) => ids[v]!), corners, low: bound(Math.min), high: bound(Math.max) };
  });
}

function gridSize(all: readonly Triangle[]): number {
  const sides = all.map(({ low, high }) => Math.max(high[0] - low[0], high[1] - low[1], high[2] - low[2]));
  return Math.max(sides.reduce((sum, side) => sum + side, 0) / Math.max(sides.length, 1), 1e-9);
}

function* cellsOf({ low, high }: Triangle, size: number): Generator<string> {
  const [i0, j0, k0] = low.map((c) => Math.floor(c / size)) as unknown as Vector;
  const [i1, j1, k1] = high.map((c) => Math.floor(c / size)) as unknown as Vector;
  for (let i = i0; i <= i1; i++) for (let j = j0; j <= j1; j++) for (let k = k0; k <= k1; k++) yield `${i} ${j} ${k}`;
}

function cross(one: Triangle, other: Triangle): boolean {
  for (let c = 0; c < 3; c++) if (one.low[c]! > other.high[c]! || other.low[c]! > one.high[c]!) return false;
  return pierces(one, other) || pierces(other, one);
}

/** Whether an edge of `one` without a corner in `other` goes through the inside of `other`. */
function pierces(one: Triangle, other: Triangle): boolean {
  for (let k = 0; k < 3; k++) {
    const next = (k + 1) % 3;
    if (other.ids.includes(one.ids[k]!) || other.ids.includes(one.ids[next]!)) continue;
    if (passes(one.corners[k]!, one.corners[next]!, other.corners)) return true;
  }
  return false;
}

function passes(p: Vector, q: Vector, [a, b, c]: Triangle['corners']): boolean {
  const before = volume(p, a, b, c);
  const after = volume(q, a, b, c);
  if (before * after >= 0) return false;
  const [u, v, w] = [volume(p, q, a, b), volume(p, q, b, c), volume(p, q, c, a)];
  return (u > 0 && v > 0 && w > 0) || (u < 0 && v < 0 && w < 0);
}

function volume(o: Vector, a: Vector, b: Vector, c: Vector): number {
  const [ax, ay, az] = [a[0] - o[0], a[1] - o[1], a[2] - o[2]];
  const [bx, by, bz] = [b[0] - o[0], b[1] - o[1], b[2] - o[2]];
  const [cx, cy, cz] = [c[0] - o[0], c[1] - o[1], c[2] - o[2]];
  return ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
}
