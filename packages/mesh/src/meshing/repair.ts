import { GrowingArray } from './growing-array.ts';
import { boundaryVertices, nextCorner, oppositeEdges } from './half-edges.ts';
import type { Sheet } from './sheet.ts';

/** Height of a vertex inside the outline, in cells: front and back must not touch. */
const minHeight = 0.05;

/**
 * Prepares a sheet for mirroring: vertices on the boundary get height 0, all others lie above it; no inner edge joins
 * two boundary vertices (mirrored, it would have four faces); no vertex is shared by several fans.
 * @param heightAt Height of the surface, in cells, at a point of the sheet's plane.
 */
export function repairSheet(sheet: Sheet, heightAt: (x: number, y: number) => number): Sheet {
  const separate = splitNonManifoldVertices(sheet);
  const opposite = oppositeEdges(separate.triangles);
  const boundary = boundaryVertices(separate.triangles, opposite, separate.vertices.length / 3);
  const vertices = new GrowingArray(Float32Array);
  for (let v = 0; v < boundary.length; v++) {
    const z = boundary[v] ? 0 : Math.max(separate.vertices[3 * v + 2]!, minHeight);
    vertices.push(separate.vertices[3 * v]!, separate.vertices[3 * v + 1]!, z);
  }
  const triangles = splitChords(separate, opposite, boundary, vertices, heightAt);
  return { vertices: vertices.done(), triangles };
}

/** Where several fans share a vertex, gives each fan its own, moved slightly into the fan. */
function splitNonManifoldVertices(sheet: Sheet): Sheet {
  const { triangles } = sheet;
  const opposite = oppositeEdges(triangles);
  const fanOf = new Int32Array(triangles.length).fill(-1);
  const fansAt = new Int32Array(sheet.vertices.length / 3);
  for (let start = 0; start < triangles.length; start++) {
    if (fanOf[start] !== -1) continue;
    const fan = fansAt[triangles[start]!]!++;
    walkFan(start, opposite, (corner) => (fanOf[corner] = fan));
  }
  if (!fansAt.some((fans) => fans > 1)) return sheet;

  const vertices = new GrowingArray(Float32Array);
  for (let i = 0; i < sheet.vertices.length; i += 3) {
    vertices.push(sheet.vertices[i]!, sheet.vertices[i + 1]!, sheet.vertices[i + 2]!);
  }
  const split = triangles.slice();
  const ids = new Map<string, number>();
  for (let corner = 0; corner < triangles.length; corner++) {
    const vertex = triangles[corner]!;
    if (fansAt[vertex]! < 2) continue;
    const key = `${vertex}/${fanOf[corner]!}`;
    let id = ids.get(key);
    if (id === undefined) {
      id = vertices.length / 3;
      ids.set(key, id);
      const [x, y] = centroid(sheet, corner - (corner % 3));
      const px = sheet.vertices[3 * vertex]!;
      const py = sheet.vertices[3 * vertex + 1]!;
      vertices.push(px + 0.03 * (x - px), py + 0.03 * (y - py), sheet.vertices[3 * vertex + 2]!);
    }
    split[corner] = id;
  }
  return { vertices: vertices.done(), triangles: split };
}

/** Visits every corner of the fan that `start` belongs to, both ways around its vertex. */
function walkFan(start: number, opposite: Int32Array, visit: (corner: number) => void): void {
  let corner = start;
  do {
    visit(corner);
    const previous = nextCorner(nextCorner(corner));
    corner = opposite[previous]!;
  } while (corner !== -1 && corner !== start);
  if (corner === start) return;
  corner = start;
  for (;;) {
    const across = opposite[corner]!;
    if (across === -1) return;
    corner = nextCorner(across);
    visit(corner);
  }
}

/** Splits inner edges that join two boundary vertices, and raises the new vertices. */
function splitChords(
  sheet: Sheet,
  opposite: Int32Array,
  boundary: Uint8Array,
  vertices: GrowingArray<Float32Array>,
  heightAt: (x: number, y: number) => number,
): Uint32Array {
  const { triangles } = sheet;
  const midpoint = new Int32Array(triangles.length).fill(-1);
  const result = new GrowingArray(Uint32Array);
  const raise = (x: number, y: number, reach: number): number => {
    vertices.push(x, y, Math.max(heightAt(x, y), minHeight, 0.1 * reach));
    return vertices.length / 3 - 1;
  };
  for (let edge = 0; edge < triangles.length; edge++) {
    const other = opposite[edge]!;
    const a = triangles[edge]!;
    const b = triangles[nextCorner(edge)]!;
    if (other === -1 || midpoint[edge] !== -1 || !boundary[a] || !boundary[b]) continue;
    const [ax, ay] = [sheet.vertices[3 * a]!, sheet.vertices[3 * a + 1]!];
    const [bx, by] = [sheet.vertices[3 * b]!, sheet.vertices[3 * b + 1]!];
    midpoint[edge] = midpoint[other] = raise((ax + bx) / 2, (ay + by) / 2, Math.hypot(ax - bx, ay - by));
  }
  for (let t = 0; t < triangles.length; t += 3) {
    const corners = [triangles[t]!, triangles[t + 1]!, triangles[t + 2]!] as const;
    const midpoints = [midpoint[t]!, midpoint[t + 1]!, midpoint[t + 2]!] as const;
    if (opposite[t] === -1 && opposite[t + 1] === -1 && opposite[t + 2] === -1) {
      const [x, y] = centroid(sheet, t);
      const top = raise(x, y, 1);
      for (let c = 0; c < 3; c++) result.push(corners[c]!, corners[(c + 1) % 3]!, top);
    } else emitSplit(corners, midpoints, result);
  }
  return result.done();
}

/** The triangle, split at the midpoints of its edges (-1: not split there). */
function emitSplit(
  corners: readonly [number, number, number],
  midpoints: readonly [number, number, number],
  result: GrowingArray<Uint32Array>,
): void {
  const splits = midpoints.filter((m) => m !== -1).length;
  if (splits === 0) result.push(...corners);
  else if (splits === 3) {
    const [a, b, c] = corners;
    const [ab, bc, ca] = midpoints;
    result.push(a, ab, ca, b, bc, ab, c, ca, bc, ab, bc, ca);
  } else {
    // Rotated so that the first edge is split and, if two are, the second edge too.
    let turn = midpoints.findIndex((m) => m !== -1);
    if (splits === 2 && midpoints[(turn + 1) % 3] === -1) turn = (turn + 2) % 3;
    const [a, b, c] = [corners[turn]!, corners[(turn + 1) % 3]!, corners[(turn + 2) % 3]!];
    const [ab, bc] = [midpoints[turn]!, midpoints[(turn + 1) % 3]!];
    if (splits === 1) result.push(a, ab, c, ab, b, c);
    else result.push(ab, b, bc, a, ab, bc, a, bc, c);
  }
}

function centroid(sheet: Sheet, t: number): [number, number] {
  const [a, b, c] = [3 * sheet.triangles[t]!, 3 * sheet.triangles[t + 1]!, 3 * sheet.triangles[t + 2]!];
  const { vertices } = sheet;
  return [
    (vertices[a]! + vertices[b]! + vertices[c]!) / 3,
    (vertices[a + 1]! + vertices[b + 1]! + vertices[c + 1]!) / 3,
  ];
}
