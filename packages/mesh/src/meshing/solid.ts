import { boundaryVertices, nextCorner, oppositeEdges } from './half-edges.ts';
import type { Sheet } from './sheet.ts';

/** A closed surface. Triangles are anticlockwise seen from outside. */
export interface Solid {
  /** Three numbers per vertex, each position once. */
  positions: Float32Array;
  triangles: Uint32Array;
  /** For each triangle the side it belongs to: 0 is the front, which shows the picture. */
  groups: Uint8Array;
  /** Whether shading is smooth across groups, as on a pebble, or has creases, as on a box. */
  rounded: boolean;
}

/** How close to the plane of its boundary the back may come, in cells. */
const minDepth = 0.05;

/**
 * The sheet and its mirror image, sharing the boundary.
 * @param depthAt How far behind the plane the back lies at a point of it; without it, as far as the front before it.
 */
export function mirrorSheet(sheet: Sheet, depthAt?: (x: number, y: number) => number): Solid {
  const count = sheet.vertices.length / 3;
  const boundary = boundaryVertices(sheet.triangles, oppositeEdges(sheet.triangles), count);
  const twin = new Uint32Array(count);
  let total = count;
  for (let v = 0; v < count; v++) twin[v] = boundary[v] ? v : total++;
  const positions = new Float32Array(total * 3);
  positions.set(sheet.vertices);
  for (let v = 0; v < count; v++) {
    if (boundary[v]) continue;
    const at = 3 * twin[v]!;
    const [x, y, z] = [sheet.vertices[3 * v]!, sheet.vertices[3 * v + 1]!, sheet.vertices[3 * v + 2]!];
    positions[at] = x;
    positions[at + 1] = y;
    positions[at + 2] = -(depthAt ? Math.max(depthAt(x, y), minDepth) : z);
  }
  const half = sheet.triangles.length;
  const triangles = new Uint32Array(half * 2);
  triangles.set(sheet.triangles);
  for (let t = 0; t < half; t += 3) {
    triangles[half + t] = twin[sheet.triangles[t]!]!;
    triangles[half + t + 1] = twin[sheet.triangles[t + 2]!]!;
    triangles[half + t + 2] = twin[sheet.triangles[t + 1]!]!;
  }
  const groups = new Uint8Array((half * 2) / 3).fill(1, half / 3);
  return { positions, triangles, groups, rounded: true };
}

/**
 * The sheet as the top of a slab, with walls from its boundary down to a flat back.
 * The boundary must be one convex loop around `centre`.
 * @param back Height of the back, below every vertex of the sheet.
 */
export function extrudeSheet(sheet: Sheet, back: number, centre: [number, number]): Solid {
  const opposite = oppositeEdges(sheet.triangles);
  const count = sheet.vertices.length / 3;
  const below = new Int32Array(count).fill(-1);
  const positions = [...sheet.vertices];
  const triangles = [...sheet.triangles];
  const groups: number[] = Array.from({ length: triangles.length / 3 }, () => 0);
  const lower = (v: number): number => {
    if (below[v] === -1) {
      below[v] = positions.length / 3;
      positions.push(sheet.vertices[3 * v]!, sheet.vertices[3 * v + 1]!, back);
    }
    return below[v]!;
  };
  const middle = positions.length / 3;
  positions.push(centre[0], centre[1], back);
  for (let edge = 0; edge < sheet.triangles.length; edge++) {
    if (opposite[edge] !== -1) continue;
    const a = sheet.triangles[edge]!;
    const b = sheet.triangles[nextCorner(edge)]!;
    triangles.push(a, lower(a), b, b, lower(a), lower(b), middle, lower(b), lower(a));
    const wall = wallGroup(
      sheet.vertices[3 * b]! - sheet.vertices[3 * a]!,
      sheet.vertices[3 * b + 1]! - sheet.vertices[3 * a + 1]!,
    );
    groups.push(wall, wall, 1);
  }
  return {
    positions: Float32Array.from(positions),
    triangles: Uint32Array.from(triangles),
    groups: Uint8Array.from(groups),
    rounded: false,
  };
}

/** Whether each edge is used exactly once in each direction: closed, edge-manifold and consistently oriented. */
export function isClosed(triangles: Uint32Array): boolean {
  const opposite = oppositeEdges(triangles);
  const seen = new Set<number>();
  for (let edge = 0; edge < triangles.length; edge++) {
    const key = triangles[edge]! * 4_294_967 + triangles[nextCorner(edge)]!;
    if (opposite[edge] === -1 || seen.has(key)) return false;
    seen.add(key);
  }
  return true;
}

function wallGroup(dx: number, dy: number): number {
  if (Math.abs(dx) > Math.abs(dy)) return dx > 0 ? 2 : 3;
  return dy > 0 ? 4 : 5;
}
