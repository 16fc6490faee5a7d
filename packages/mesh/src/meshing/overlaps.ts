import { nextCorner, oppositeEdges } from './half-edges.ts';
import type { Sheet } from './sheet.ts';

/** Two edges of a sheet's boundary that cross or touch, or an edge beside a triangle that another one covers. */
export type Overlap = readonly number[];

/**
 * Where a sheet lies over itself in the plane, as half-edges of its boundary; empty for a sheet that does so nowhere.
 * All triangles face the same way, so it is enough to look at the boundary: if no two of its edges cross, a loop of it
 * is either all right or all inside another part.
 */
export function findOverlaps({ vertices, triangles }: Sheet): Overlap[] {
  const opposite = oppositeEdges(triangles);
  const edges: number[] = [];
  for (let edge = 0; edge < triangles.length; edge++) if (opposite[edge] === -1) edges.push(edge);
  const segments = edges.map((edge) => segmentOf(vertices, triangles, edge));
  const overlaps: Overlap[] = crossingPairs(segments).map(([one, other]) => [edges[one]!, edges[other]!]);
  if (overlaps.length > 0) return overlaps;
  for (const edge of firstOfEachLoop(edges, triangles, opposite)) {
    const t = edge - (edge % 3);
    const [a, b, c] = [triangles[t]!, triangles[t + 1]!, triangles[t + 2]!];
    const x = (vertices[3 * a]! + vertices[3 * b]! + vertices[3 * c]!) / 3;
    const y = (vertices[3 * a + 1]! + vertices[3 * b + 1]! + vertices[3 * c + 1]!) / 3;
    if (windings(segments, x, y) !== 1) overlaps.push([edge]);
  }
  return overlaps;
}

interface Segment {
  from: number;
  to: number;
  ax: number;
  ay: number;
  bx: number;
  by: number;
}

function segmentOf(vertices: Float32Array, triangles: Uint32Array, edge: number): Segment {
  const [from, to] = [triangles[edge]!, triangles[nextCorner(edge)]!];
  return {
    from,
    to,
    ax: vertices[3 * from]!,
    ay: vertices[3 * from + 1]!,
    bx: vertices[3 * to]!,
    by: vertices[3 * to + 1]!,
  };
}

/** Side of the squares in which neighbours are looked for, in cells. */
const square = 8;

function crossingPairs(segments: readonly Segment[]): [number, number][] {
  const squares = new Map<number, number[]>();
  const pairs = new Set<number>();
  const found: [number, number][] = [];
  for (const [k, segment] of segments.entries()) {
    const [left, right] = [Math.min(segment.ax, segment.bx), Math.max(segment.ax, segment.bx)];
    const [low, high] = [Math.min(segment.ay, segment.by), Math.max(segment.ay, segment.by)];
    for (let i = Math.floor(left / square); i <= Math.floor(right / square); i++) {
      for (let j = Math.floor(low / square); j <= Math.floor(high / square); j++) {
        const key = i * 65_536 + j;
        const inSquare = squares.get(key) ?? [];
        squares.set(key, inSquare);
        for (const other of inSquare) {
          const pair = k * segments.length + other;
          if (pairs.has(pair) || !meet(segment, segments[other]!)) continue;
          pairs.add(pair);
          found.push([other, k]);
        }
        inSquare.push(k);
      }
    }
  }
  return found;
}

/** Whether two edges have a point in common that is not a vertex of both. */
function meet(one: Segment, other: Segment): boolean {
  if (one.from === other.from || one.to === other.to || one.from === other.to || one.to === other.from) return false;
  const side = (s: Segment, x: number, y: number): number => (s.bx - s.ax) * (y - s.ay) - (s.by - s.ay) * (x - s.ax);
  const [a, b] = [side(one, other.ax, other.ay), side(one, other.bx, other.by)];
  const [c, d] = [side(other, one.ax, one.ay), side(other, one.bx, one.by)];
  if ((a > 0 && b > 0) || (a < 0 && b < 0) || (c > 0 && d > 0) || (c < 0 && d < 0)) return false;
  // On one line, they meet where their boxes do.
  return (
    Math.max(one.ax, one.bx) >= Math.min(other.ax, other.bx) &&
    Math.max(other.ax, other.bx) >= Math.min(one.ax, one.bx) &&
    Math.max(one.ay, one.by) >= Math.min(other.ay, other.by) &&
    Math.max(other.ay, other.by) >= Math.min(one.ay, one.by)
  );
}

/** How often the boundary goes around a point: the number of triangles that cover it. */
function windings(segments: readonly Segment[], x: number, y: number): number {
  let turns = 0;
  for (const { ax, ay, bx, by } of segments) {
    const upwards = ay <= y && by > y;
    if (!upwards && !(ay > y && by <= y)) continue;
    const side = (bx - ax) * (y - ay) - (by - ay) * (x - ax);
    if (upwards && side > 0) turns++;
    else if (!upwards && side < 0) turns--;
  }
  return turns;
}

/** One edge of each loop of the boundary. */
function firstOfEachLoop(edges: readonly number[], triangles: Uint32Array, opposite: Int32Array): number[] {
  const seen = new Set<number>();
  const firsts: number[] = [];
  for (const start of edges) {
    if (seen.has(start)) continue;
    firsts.push(start);
    let edge = start;
    while (!seen.has(edge)) {
      seen.add(edge);
      // Around the vertex at its end, to the next edge without another side.
      edge = nextCorner(edge);
      while (opposite[edge] !== -1) edge = nextCorner(opposite[edge]!);
    }
  }
  return firsts;
}
