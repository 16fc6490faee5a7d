import type { Part } from './read-parts.ts';

/** Binary STL: only triangles, in millimetres, Z up. */
export function writeStl(parts: Part[]): Uint8Array {
  const faces = parts.reduce((sum, { triangles }) => sum + triangles.length / 3, 0);
  const bytes = new Uint8Array(84 + 50 * faces);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode('image2model, millimetres, Z up'));
  view.setUint32(80, faces, true);
  let offset = 84;
  for (const { positions, triangles } of parts) {
    for (let t = 0; t < triangles.length; t += 3) {
      const corners = [0, 1, 2].map((c) => toMillimetres(positions, triangles[t + c]!));
      const values = [...normalOf(corners), ...corners.flat()];
      for (const value of values) {
        view.setFloat32(offset, value, true);
        offset += 4;
      }
      offset += 2;
    }
  }
  return bytes;
}

function toMillimetres(positions: Float32Array, v: number): [number, number, number] {
  return [1000 * positions[3 * v]!, -1000 * positions[3 * v + 2]!, 1000 * positions[3 * v + 1]!];
}

function normalOf(corners: [number, number, number][]): [number, number, number] {
  const [a, b, c] = corners as [[number, number, number], [number, number, number], [number, number, number]];
  const u = [b[0] - a[0], b[1] - a[1], b[2] - a[2]] as const;
  const v = [c[0] - a[0], c[1] - a[1], c[2] - a[2]] as const;
  const n = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]] as const;
  const length = Math.hypot(...n) || 1;
  return [n[0] / length, n[1] / length, n[2] / length];
}
