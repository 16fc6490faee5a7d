import { nextCorner } from '../meshing/half-edges.ts';

/** What a surface is like as a thing to print. */
export interface Measures {
  /** Separate solids: sets of triangles that share no corner. */
  parts: number;
  /** Closed and consistently oriented: each edge of a triangle is one of exactly one other, which runs the other way. */
  watertight: boolean;
  /** What it encloses, in the cubed unit of the positions; undefined where it is open. */
  volume?: number;
}

/**
 * Measures a surface of which each position is there once. Triangles that have fallen together into a line, as some
 * exporters leave them, do not count: their neighbours meet where they were.
 */
export function measureSurface(points: Float32Array, triangles: Uint32Array): Measures {
  const whole = withoutLines(triangles);
  const parts = countParts(whole, points.length / 3);
  if (!isPaired(whole, points.length / 3)) return { parts, watertight: false };
  return { parts, watertight: true, volume: Math.abs(volumeOf(points, whole)) };
}

function withoutLines(triangles: Uint32Array): Uint32Array {
  const whole = new Uint32Array(triangles.length);
  let length = 0;
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [triangles[t]!, triangles[t + 1]!, triangles[t + 2]!];
    if (a === b || b === c || c === a) continue;
    whole.set([a, b, c], length);
    length += 3;
  }
  return whole.subarray(0, length);
}

/**
 * Whether the edges, and the edges run backwards, are the same, and none is there twice. Sorted, since a set of the three
 * million edges of a large model took ten times as long.
 */
function isPaired(triangles: Uint32Array, vertices: number): boolean {
  const there = new Float64Array(triangles.length);
  const back = new Float64Array(triangles.length);
  for (let edge = 0; edge < triangles.length; edge++) {
    const [from, to] = [triangles[edge]!, triangles[nextCorner(edge)]!];
    there[edge] = from * vertices + to;
    back[edge] = to * vertices + from;
  }
  there.sort();
  back.sort();
  for (let i = 0; i < there.length; i++) if (there[i] !== back[i] || there[i] === there[i + 1]) return false;
  return there.length > 0;
}

function countParts(triangles: Uint32Array, vertices: number): number {
  const parent = Uint32Array.from({ length: vertices }, (_, v) => v);
  const find = (v: number): number => {
    let at = v;
    while (parent[at] !== at) at = parent[at] = parent[parent[at]!]!;
    return at;
  };
  let parts = 0;
  const isUsed = new Uint8Array(vertices);
  for (const v of triangles) {
    if (isUsed[v] === 0) parts++;
    isUsed[v] = 1;
  }
  for (let i = 0; i < triangles.length; i++) {
    if (i % 3 === 0) continue;
    const [a, b] = [find(triangles[i - 1]!), find(triangles[i]!)];
    if (a === b) continue;
    parent[a] = b;
    parts--;
  }
  return parts;
}

/** The sum of the tetrahedra between each triangle and a point; one nearby, so that little is lost to rounding. */
function volumeOf(points: Float32Array, triangles: Uint32Array): number {
  const [ox, oy, oz] = [points[0]!, points[1]!, points[2]!];
  let sum = 0;
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [3 * triangles[t]!, 3 * triangles[t + 1]!, 3 * triangles[t + 2]!];
    const [ax, ay, az] = [points[a]! - ox, points[a + 1]! - oy, points[a + 2]! - oz];
    const [bx, by, bz] = [points[b]! - ox, points[b + 1]! - oy, points[b + 2]! - oz];
    const [cx, cy, cz] = [points[c]! - ox, points[c + 1]! - oy, points[c + 2]! - oz];
    sum += ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
  }
  return sum / 6;
}
