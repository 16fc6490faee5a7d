import type { NormalAt } from '../height/normals.ts';
import { cross, unit } from '../vector.ts';
import type { Vector } from '../vector.ts';
import type { Solid } from './solid.ts';

/** A solid cut along the seams between its groups, as GPUs need it. */
export interface Surface {
  /** Three numbers per vertex. A vertex on a seam exists once for each side, at exactly the same position. */
  positions: Float32Array;
  normals: Float32Array;
  triangles: Uint32Array;
  /** The group of each vertex. */
  groups: Uint8Array;
}

/**
 * Splits at seams and averages the normals of the faces around each vertex, weighted by their angles there. A normal
 * from `normalAt` is more exact and takes precedence.
 */
export function cutSeams(solid: Solid, normalAt?: NormalAt): Surface {
  const { positions, triangles, groups, rounded } = solid;
  const shared = rounded ? faceNormals(positions, triangles, triangles, positions.length / 3) : undefined;
  if (shared && normalAt) replaceNormals(shared, positions, normalAt);
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

function replaceNormals(normals: Float32Array, positions: Float32Array, normalAt: NormalAt): void {
  for (let at = 0; at < normals.length; at += 3) {
    const normal = normalAt(positions[at]!, positions[at + 1]!, positions[at + 2]!);
    if (normal) normals.set(unit(normal), at);
  }
}

/** Sums for each vertex; `targets` has the vertex of each corner. */
function faceNormals(
  positions: Float32Array,
  triangles: Uint32Array,
  targets: Uint32Array,
  count: number,
): Float32Array {
  const normals = new Float32Array(count * 3);
  for (let t = 0; t < triangles.length; t += 3) {
    const corners = [3 * triangles[t]!, 3 * triangles[t + 1]!, 3 * triangles[t + 2]!] as const;
    const normal = unit(cross(edge(positions, corners[0], corners[1]), edge(positions, corners[0], corners[2])));
    for (let corner = 0; corner < 3; corner++) {
      const here = corners[corner]!;
      const one = unit(edge(positions, here, corners[(corner + 1) % 3]!));
      const other = unit(edge(positions, here, corners[(corner + 2) % 3]!));
      // Weighted by area, the long triangles at a steep boundary would dominate and streak the shading.
      const angle = Math.acos(Math.min(Math.max(one[0] * other[0] + one[1] * other[1] + one[2] * other[2], -1), 1));
      const at = 3 * targets[t + corner]!;
      for (let c = 0; c < 3; c++) normals[at + c]! += angle * normal[c]!;
    }
  }
  for (let at = 0; at < normals.length; at += 3) {
    const length = Math.hypot(normals[at]!, normals[at + 1]!, normals[at + 2]!);
    if (length > 1e-20) for (let c = 0; c < 3; c++) normals[at + c]! /= length;
    else normals[at + 2] = 1;
  }
  return normals;
}

function edge(positions: Float32Array, from: number, to: number): Vector {
  return [
    positions[to]! - positions[from]!,
    positions[to + 1]! - positions[from + 1]!,
    positions[to + 2]! - positions[from + 2]!,
  ];
}
