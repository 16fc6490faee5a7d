import type { Part } from './read-parts.ts';
import { vertexColours } from './vertex-colours.ts';
import { weldPositions } from './weld.ts';
import type { Welded } from './weld.ts';

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

async function colourVertices(part: Part): Promise<Welded & { colours: Uint8Array }> {
  const { points, ids } = weldPositions(part.positions);
  const all = await vertexColours(part);
  const colours = new Uint8Array(points.length);
  // Backwards, so that of several vertices at one position the first sets the colour.
  for (let v = ids.length - 1; v >= 0; v--) colours.set(all.subarray(3 * v, 3 * v + 3), 3 * ids[v]!);
  return { points, ids, colours };
}
