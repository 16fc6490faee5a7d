import type { Drawable } from '../../src/render/rasterise.ts';

/** A surface whose equal positions are one vertex. */
export interface Solid {
  positions: Float32Array;
  triangles: Uint32Array;
}

/** Joins the vertices that seams of the texture have doubled. */
export function weld({ positions, triangles }: Pick<Drawable, 'positions' | 'triangles'>): Solid {
  const ids = new Map<string, number>();
  const kept: number[] = [];
  const idOf = Uint32Array.from({ length: positions.length / 3 }, (_, v) => {
    const point = positions.subarray(3 * v, 3 * v + 3);
    const key = point.join(' ');
    const known = ids.get(key);
    if (known !== undefined) return known;
    kept.push(...point);
    ids.set(key, ids.size);
    return ids.size - 1;
  });
  return { positions: Float32Array.from(kept), triangles: triangles.map((v) => idOf[v]!) };
}

/** Whether each directed edge is there once, and its reverse once. */
export function isClosed({ positions, triangles }: Solid): boolean {
  const count = positions.length / 3;
  const edges = new Set<number>();
  for (let t = 0; t < triangles.length; t++) {
    const next = t % 3 === 2 ? t - 2 : t + 1;
    const edge = triangles[t]! * count + triangles[next]!;
    if (edges.has(edge)) return false;
    edges.add(edge);
  }
  for (const edge of edges) if (!edges.has((edge % count) * count + Math.floor(edge / count))) return false;
  return true;
}

/** Pieces that share no vertex. */
export function countParts({ positions, triangles }: Solid): number {
  const parent = Uint32Array.from({ length: positions.length / 3 }, (_, v) => v);
  const rootOf = (v: number): number => {
    let root = v;
    while (parent[root] !== root) root = parent[root] = parent[parent[root]!]!;
    return root;
  };
  let parts = parent.length;
  for (let t = 0; t < triangles.length; t++) {
    const [a, b] = [rootOf(triangles[t]!), rootOf(triangles[t % 3 === 2 ? t - 2 : t + 1]!)];
    if (a === b) continue;
    parent[a] = b;
    parts--;
  }
  return parts;
}

/** Depth against the shorter side of the front, from the bounding box. */
export function thickness({ positions }: Pick<Solid, 'positions'>): number {
  const size = [0, 1, 2].map((axis) => {
    let [low, high] = [Infinity, -Infinity];
    for (let i = axis; i < positions.length; i += 3) {
      low = Math.min(low, positions[i]!);
      high = Math.max(high, positions[i]!);
    }
    return high - low;
  }) as [number, number, number];
  return size[2] / Math.min(size[0], size[1]);
}
