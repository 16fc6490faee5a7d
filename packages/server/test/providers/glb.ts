import { createHash } from 'node:crypto';
import { packGlb } from '../support/glb.ts';

/**
 * A small binary glTF that is whole and valid: a bumpy square of at most `faces` triangles. The seed decides its
 * bumps, so that no two are alike.
 */
export function makeGlb(seed: string, faces = 200): Uint8Array {
  const side = Math.max(1, Math.floor(Math.sqrt(Math.min(faces, 5000) / 2)));
  const noise = createHash('sha512').update(seed).digest();
  const points: number[] = [];
  for (let row = 0; row <= side; row += 1) {
    for (let column = 0; column <= side; column += 1) {
      const bump = (noise[(row * (side + 1) + column) % noise.length] ?? 0) / 512;
      points.push(column / side, bump, row / side);
    }
  }
  const corners: number[] = [];
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      const at = row * (side + 1) + column;
      const below = at + side + 1;
      corners.push(at, below, at + 1, at + 1, below, below + 1);
    }
  }
  const positions = Buffer.from(Float32Array.from(points).buffer);
  const indices = Buffer.from(Uint32Array.from(corners).buffer);
  const heights = points.filter((_, index) => index % 3 === 1);
  const document = {
    asset: { version: '2.0', generator: 'simulated fal.ai', extras: { seed } },
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [{ mesh: 0 }],
    meshes: [{ primitives: [{ attributes: { POSITION: 0 }, indices: 1 }] }],
    accessors: [
      {
        bufferView: 0,
        componentType: 5126,
        count: points.length / 3,
        type: 'VEC3',
        min: [0, Math.fround(Math.min(...heights)), 0],
        max: [1, Math.fround(Math.max(...heights)), 1],
      },
      { bufferView: 1, componentType: 5125, count: corners.length, type: 'SCALAR' },
    ],
    bufferViews: [
      { buffer: 0, byteOffset: 0, byteLength: positions.length, target: 34_962 },
      { buffer: 0, byteOffset: positions.length, byteLength: indices.length, target: 34_963 },
    ],
    buffers: [{ byteLength: positions.length + indices.length }],
  };
  return new Uint8Array(packGlb(document, Buffer.concat([positions, indices])));
}

/** What may come in place of a GLB, by its first bytes. */
export function wrongBytes(is: string, true_: Uint8Array): { bytes: Uint8Array; contentType: string } {
  switch (is) {
    case 'fbx':
      return {
        bytes: Buffer.from(`Kaydara FBX Binary  \0\x1A\0${'\0'.repeat(200)}`, 'latin1'),
        contentType: 'application/octet-stream',
      };
    case 'zip':
      return { bytes: Buffer.from(`PK\x03\x04\x14\0${'\0'.repeat(200)}`, 'latin1'), contentType: 'application/zip' };
    case 'html':
      return { bytes: Buffer.from('<!doctype html><title>Just a moment…</title>'), contentType: 'text/html' };
    // The header promises more than there is, though the transfer was whole.
    case 'short-glb':
      return { bytes: true_.subarray(0, Math.floor(true_.length / 2)), contentType: 'model/gltf-binary' };
    default:
      return { bytes: true_, contentType: 'model/gltf-binary' };
  }
}
