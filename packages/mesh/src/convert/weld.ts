import type { Part } from './read-parts.ts';

/** Positions, each once, and which of them each of the given vertices is at. */
export interface Welded {
  /** Three numbers per position. */
  points: Float32Array;
  /** For each vertex, the number of its position. */
  ids: Uint32Array;
}

/** Merges vertices at the same position: a seam in the texture is not one in the shape. */
export function weldPositions(positions: Float32Array): Welded {
  // Adding zero turns −0 into 0: one position, but other bits.
  const floats = positions.map((value) => value + 0);
  const bits = new Int32Array(floats.buffer);
  const count = floats.length / 3;
  const ids = new Uint32Array(count);
  // Open addressing, at most half full; each slot has the number of a position, plus one.
  const mask = 2 ** Math.ceil(Math.log2(2 * count + 2)) - 1;
  const slots = new Uint32Array(mask + 1);
  let known = 0;
  for (let v = 0; v < count; v++) {
    const [x, y, z] = [bits[3 * v]!, bits[3 * v + 1]!, bits[3 * v + 2]!];
    let slot = hash(x, y, z) & mask;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const at = 3 * (slots[slot]! - 1);
      // The positions found so far are moved to the front.
      if (bits[at] === x && bits[at + 1] === y && bits[at + 2] === z) break;
    }
    if (slots[slot] === 0) {
      bits.copyWithin(3 * known, 3 * v, 3 * v + 3);
      slots[slot] = ++known;
    }
    ids[v] = slots[slot]! - 1;
  }
  return { points: floats.slice(0, 3 * known), ids };
}

/** All parts as one surface: positions, each once, and triangles between them. */
export function weldParts(parts: readonly Pick<Part, 'positions' | 'triangles'>[]): {
  points: Float32Array;
  triangles: Uint32Array;
} {
  const positions = new Float32Array(parts.reduce((sum, part) => sum + part.positions.length, 0));
  const triangles = new Uint32Array(parts.reduce((sum, part) => sum + part.triangles.length, 0));
  let [vertex, corner] = [0, 0];
  for (const part of parts) {
    positions.set(part.positions, 3 * vertex);
    for (const v of part.triangles) triangles[corner++] = vertex + v;
    vertex += part.positions.length / 3;
  }
  const { points, ids } = weldPositions(positions);
  return { points, triangles: triangles.map((v) => ids[v]!) };
}

function hash(x: number, y: number, z: number): number {
  let h = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca6b) ^ Math.imul(z, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
}
