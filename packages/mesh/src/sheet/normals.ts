import type { Solid } from './solid.ts';

/** A solid cut along the seams between its groups, as a GPU wants it. */
export interface Surface {
  /** Three numbers a vertex; vertices on a seam are there once for each side, bit for bit at the same place. */
  positions: Float32Array;
  normals: Float32Array;
  triangles: Uint32Array;
  /** The group of each vertex. */
  groups: Uint8Array;
}

/** Splits at seams and averages the normals of the faces round each vertex, weighted by the faces' areas. */
export function cutSeams(solid: Solid): Surface {
  const { positions, triangles, groups, rounded } = solid;
  const shared = rounded ? faceNormals(positions, triangles, triangles, positions.length / 3) : undefined;
  const ids = new Map<number, number>();
  const origin: number[] = [];
  const vertexGroups: number[] = [];
  const indices = new Uint32Array(triangles.length);
  for (let corner = 0; corner < triangles.length; corner++) {
    const group = groups[Math.floor(corner / 3)]!;
    const key = triangles[corner]! * 8 + group;
    let id = ids.get(key);
    if (id === undefined) {
      id = origin.length;
      ids.set(key, id);
      origin.push(triangles[corner]!);
      vertexGroups.push(group);
    }
    indices[corner] = id;
  }
  const normals = shared
    ? new Float32Array(origin.length * 3)
    : faceNormals(positions, triangles, indices, origin.length);
  const cut = new Float32Array(origin.length * 3);
  for (let v = 0; v < origin.length; v++) {
    for (let c = 0; c < 3; c++) {
      cut[3 * v + c] = positions[3 * origin[v]! + c]!;
      if (shared) normals[3 * v + c] = shared[3 * origin[v]! + c]!;
    }
  }
  return { positions: cut, normals, triangles: indices, groups: Uint8Array.from(vertexGroups) };
}

/** Sums over `targets`, which names for each corner the vertex that collects. */
function faceNormals(
  positions: Float32Array,
  triangles: Uint32Array,
  targets: Uint32Array,
  count: number,
): Float32Array {
  const normals = new Float32Array(count * 3);
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [3 * triangles[t]!, 3 * triangles[t + 1]!, 3 * triangles[t + 2]!];
    const ux = positions[b]! - positions[a]!;
    const uy = positions[b + 1]! - positions[a + 1]!;
    const uz = positions[b + 2]! - positions[a + 2]!;
    const vx = positions[c]! - positions[a]!;
    const vy = positions[c + 1]! - positions[a + 1]!;
    const vz = positions[c + 2]! - positions[a + 2]!;
    const [nx, ny, nz] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    for (let corner = 0; corner < 3; corner++) {
      const at = 3 * targets[t + corner]!;
      normals[at]! += nx;
      normals[at + 1]! += ny;
      normals[at + 2]! += nz;
    }
  }
  for (let at = 0; at < normals.length; at += 3) {
    const length = Math.hypot(normals[at]!, normals[at + 1]!, normals[at + 2]!);
    if (length > 1e-20) for (let c = 0; c < 3; c++) normals[at + c]! /= length;
    else normals[at + 2] = 1;
  }
  return normals;
}
