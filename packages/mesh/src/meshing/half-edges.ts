/**
 * The half-edge from corner c of triangle t to the next corner has the number 3 t + c.
 * @returns For each half-edge the one that runs the other way, or -1 on the boundary.
 */
export function oppositeEdges(triangles: Uint32Array): Int32Array {
  const opposite = new Int32Array(triangles.length).fill(-1);
  // An open-addressing hash table; a Map keyed by strings or products took four times as long.
  let capacity = 16;
  while (capacity < triangles.length * 2) capacity *= 2;
  const table = new Int32Array(capacity).fill(-1);
  for (let edge = 0; edge < triangles.length; edge++) {
    const from = triangles[edge]!;
    const to = triangles[nextCorner(edge)]!;
    let slot = hash(to, from) & (capacity - 1);
    while (table[slot] !== -1) {
      const other = table[slot]!;
      if (triangles[other] === to && triangles[nextCorner(other)] === from && opposite[other] === -1) {
        opposite[edge] = other;
        opposite[other] = edge;
        break;
      }
      slot = (slot + 1) & (capacity - 1);
    }
    if (opposite[edge] !== -1) continue;
    slot = hash(from, to) & (capacity - 1);
    while (table[slot] !== -1) slot = (slot + 1) & (capacity - 1);
    table[slot] = edge;
  }
  return opposite;
}

/** The half-edge after this one in the same triangle. */
export function nextCorner(edge: number): number {
  return edge % 3 === 2 ? edge - 2 : edge + 1;
}

/** Which vertices lie on the boundary. */
export function boundaryVertices(triangles: Uint32Array, opposite: Int32Array, vertexCount: number): Uint8Array {
  const boundary = new Uint8Array(vertexCount);
  for (let edge = 0; edge < triangles.length; edge++) {
    if (opposite[edge] === -1) boundary[triangles[edge]!] = boundary[triangles[nextCorner(edge)]!] = 1;
  }
  return boundary;
}

function hash(from: number, to: number): number {
  return Math.imul(from, 0x9e3779b1) ^ Math.imul(to, 0x85ebca6b);
}
