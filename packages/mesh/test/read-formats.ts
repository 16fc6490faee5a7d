/** Readers of what `convertModel` writes, apart from its own code: positions in millimetres, and triangles between them. */
import { WebIO } from '@gltf-transform/core';
import type { ModelFormat } from '../src/index.ts';
import { unzip } from './unzip.ts';

/** A surface as a file has it. */
export interface Surface {
  points: number[][];
  triangles: number[][];
}

/** The surface of a file, in millimetres and with the axes of the file. */
export async function readSurface(bytes: Uint8Array, format: ModelFormat): Promise<Surface> {
  switch (format) {
    case 'glb':
      return await readGlb(bytes);
    case 'stl':
      return readStl(bytes);
    case '3mf':
      return readThreeMf(bytes);
    case 'obj':
      return inMillimetres(readObj(text(unzip(bytes).get('model.obj')!)));
    case 'ply':
      return inMillimetres(readPly(bytes));
    case 'usdz':
      return inMillimetres(readUsda(text(unzip(bytes).get('model.usda')!)));
  }
}

/** Its lowest and highest coordinates along each axis. */
export function boxOf({ points }: Surface): { low: number[]; high: number[]; sides: number[] } {
  const along = [0, 1, 2].map((axis) => points.map((point) => point[axis]!));
  const low = along.map((values) => values.reduce((a, b) => Math.min(a, b), Infinity));
  const high = along.map((values) => values.reduce((a, b) => Math.max(a, b), -Infinity));
  return { low, high, sides: high.map((value, axis) => value - low[axis]!) };
}

/** The surface with each position once, as a reader welds it. */
export function weld({ points, triangles }: Surface): Surface {
  const ids = new Map<string, number>();
  const at = points.map((point) => {
    const key = point.join(' ');
    const id = ids.get(key) ?? ids.size;
    ids.set(key, id);
    return id;
  });
  const places = [...ids.keys()].map((key) => key.split(' ').map(Number));
  return { points: places, triangles: triangles.map((corners) => corners.map((v) => at[v]!)) };
}

/** Edges that are not shared by exactly two triangles that run along them in both ways. */
export function openEdges({ triangles }: Surface): string[] {
  const edges = triangles.flatMap((face) => face.map((v, c) => `${v}>${face[(c + 1) % 3]!}`));
  const seen = new Set(edges);
  const reverse = (edge: string) => edge.split('>').toReversed().join('>');
  return edges.filter((edge, i) => !seen.has(reverse(edge)) || edges.indexOf(edge, i + 1) !== -1);
}

/** The model part of a 3MF. */
export function modelOf3mf(bytes: Uint8Array): string {
  return text(unzip(bytes).get('3D/3dmodel.model')!);
}

function readThreeMf(bytes: Uint8Array): Surface {
  const model = modelOf3mf(bytes);
  const all = (pattern: RegExp) => [...model.matchAll(pattern)].map((found) => found.slice(1).map(Number));
  return {
    points: all(/<vertex x="([^"]+)" y="([^"]+)" z="([^"]+)"\/>/g),
    triangles: all(/<triangle v1="(\d+)" v2="(\d+)" v3="(\d+)"/g),
  };
}

function readStl(bytes: Uint8Array): Surface {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const points: number[][] = [];
  const triangles = Array.from({ length: view.getUint32(80, true) }, (_, f) =>
    [0, 1, 2].map((c) => points.push(floats(view, 84 + 50 * f + 12 * (c + 1))) - 1),
  );
  return { points, triangles };
}

function readObj(obj: string): Surface {
  const lines = obj.split('\n').map((line) => line.split(' '));
  const of = (keyword: string) => lines.filter(([first]) => first === keyword).map(([, ...rest]) => rest);
  return {
    points: of('v').map((values) => values.map(Number)),
    triangles: of('f').map((corners) => corners.map((corner) => Number(corner.split('/')[0]) - 1)),
  };
}

function readPly(bytes: Uint8Array): Surface {
  const head = text(bytes.slice(0, 600));
  const start = head.indexOf('end_header\n') + 11;
  const [vertices = 0, faces = 0] = [/vertex (\d+)/, /face (\d+)/].map((pattern) => Number(pattern.exec(head)?.[1]));
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const after = start + 15 * vertices;
  return {
    points: Array.from({ length: vertices }, (_, v) => floats(view, start + 15 * v)),
    triangles: Array.from({ length: faces }, (_, f) =>
      [0, 1, 2].map((c) => view.getInt32(after + 13 * f + 1 + 4 * c, true)),
    ),
  };
}

function readUsda(layer: string): Surface {
  const numbers = (name: string) =>
    (new RegExp(`${name} = \\[(.*)\\]`).exec(layer)?.[1] ?? '').replaceAll(/[()]/g, '').split(', ').map(Number);
  return { points: inThrees(numbers('points')), triangles: inThrees(numbers('faceVertexIndices')) };
}

async function readGlb(bytes: Uint8Array): Promise<Surface> {
  const scene = (await new WebIO().readBinary(bytes)).getRoot().getDefaultScene()!;
  const surface: Surface = { points: [], triangles: [] };
  scene.traverse((node) => {
    const m = node.getWorldMatrix();
    for (const primitive of node.getMesh()?.listPrimitives() ?? []) {
      const first = surface.points.length;
      for (const point of inThrees([...primitive.getAttribute('POSITION')!.getArray()!])) {
        const [x, y, z] = point as [number, number, number];
        surface.points.push([0, 1, 2].map((r) => m[r]! * x + m[4 + r]! * y + m[8 + r]! * z + m[12 + r]!));
      }
      const indices = primitive.getIndices()?.getArray() ?? surface.points.slice(first).keys();
      surface.triangles.push(...inThrees([...indices].map((v) => first + v)));
    }
  });
  return inMillimetres(surface);
}

function inMillimetres({ points, triangles }: Surface): Surface {
  return { points: points.map((point) => point.map((value) => 1000 * value)), triangles };
}

function floats(view: DataView, at: number): number[] {
  return [0, 4, 8].map((offset) => view.getFloat32(at + offset, true));
}

function inThrees(values: number[]): number[][] {
  return Array.from({ length: values.length / 3 }, (_, i) => values.slice(3 * i, 3 * i + 3));
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
