import sharp from 'sharp';
import { weldPositions } from './read-parts.ts';
import type { Part } from './read-parts.ts';

/** Binary PLY: each position once, with a vertex colour read from the texture. */
export async function writePly(parts: Part[]): Promise<Uint8Array> {
  const pieces = await Promise.all(parts.map(colourVertices));
  const vertices = pieces.reduce((sum, { points }) => sum + points.length / 3, 0);
  const faces = parts.reduce((sum, { triangles }) => sum + triangles.length / 3, 0);
  const header = [
    'ply',
    'format binary_little_endian 1.0',
    'comment image2model, metres, Y up',
    `element vertex ${vertices}`,
    ...['x', 'y', 'z'].map((name) => `property float ${name}`),
    ...['red', 'green', 'blue'].map((name) => `property uchar ${name}`),
    `element face ${faces}`,
    'property list uchar int vertex_indices',
    'end_header\n',
  ].join('\n');
  const head = new TextEncoder().encode(header);
  const bytes = new Uint8Array(head.length + 15 * vertices + 13 * faces);
  const view = new DataView(bytes.buffer);
  bytes.set(head);
  let offset = head.length;
  for (const { points, colours } of pieces) {
    for (let v = 0; v < points.length / 3; v++) {
      for (let c = 0; c < 3; c++) view.setFloat32(offset + 4 * c, points[3 * v + c]!, true);
      bytes.set(colours.subarray(3 * v, 3 * v + 3), offset + 12);
      offset += 15;
    }
  }
  let first = 0;
  for (const [n, { triangles }] of parts.entries()) {
    const { ids, points } = pieces[n]!;
    for (let t = 0; t < triangles.length; t += 3) {
      view.setUint8(offset, 3);
      for (let c = 0; c < 3; c++) view.setInt32(offset + 1 + 4 * c, first + ids[triangles[t + c]!]!, true);
      offset += 13;
    }
    first += points.length / 3;
  }
  return bytes;
}

async function colourVertices(part: Part): Promise<{ points: Float32Array; ids: Uint32Array; colours: Uint8Array }> {
  const { points, ids } = weldPositions(part.positions);
  const colours = new Uint8Array(points.length);
  const factor = part.colour.map((c) => Math.min(Math.max(c, 0), 1) ** (1 / 2.2));
  if (!part.image || !part.uvs) {
    for (let i = 0; i < colours.length; i++) colours[i] = 255 * factor[i % 3]!;
    return { points, ids, colours };
  }
  const { data, info } = await sharp(part.image.bytes)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  // Backwards, so that of several vertices at one position the first sets the colour.
  for (let v = ids.length - 1; v >= 0; v--) {
    const x = pixel(part.uvs[2 * v]!, info.width);
    const y = pixel(part.uvs[2 * v + 1]!, info.height);
    for (let c = 0; c < 3; c++) colours[3 * ids[v]! + c] = data[3 * (y * info.width + x) + c]! * factor[c]!;
  }
  return { points, ids, colours };
}

/** Coordinates beyond the edge repeat, as by default in glTF. */
function pixel(coordinate: number, size: number): number {
  const share = coordinate >= 0 && coordinate <= 1 ? coordinate : coordinate - Math.floor(coordinate);
  return Math.min(size - 1, Math.floor(share * size));
}
