import { cross, unit } from '../vector.ts';
import type { Vector } from '../vector.ts';
import type { Part } from './read-parts.ts';

/** Binary STL: only triangles. The parts are in millimetres, Z up. */
export function writeStl(parts: Part[]): Uint8Array {
  const faces = parts.reduce((sum, { triangles }) => sum + triangles.length / 3, 0);
  const bytes = new Uint8Array(84 + 50 * faces);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode('image2model, millimetres, Z up'));
  view.setUint32(80, faces, true);
  let offset = 84;
  for (const { positions, triangles } of parts) {
    for (let t = 0; t < triangles.length; t += 3) {
      const corner = (c: number) => pointAt(positions, triangles[t + c]!);
      const [a, b, c] = [corner(0), corner(1), corner(2)];
      const values = [...unit(cross(minus(b, a), minus(c, a))), ...a, ...b, ...c];
      for (const value of values) {
        view.setFloat32(offset, value, true);
        offset += 4;
      }
      offset += 2;
    }
  }
  return bytes;
}

function pointAt(positions: Float32Array, v: number): Vector {
  return [positions[3 * v]!, positions[3 * v + 1]!, positions[3 * v + 2]!];
}

function minus(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}
