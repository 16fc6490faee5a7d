import { Document, WebIO } from '@gltf-transform/core';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { disc, draw } from '../test/pictures.ts';
import { unzip } from '../test/unzip.ts';
import { convertModel, generateModel, modelFormats } from './index.ts';
import type { GeneratedModel, ModelFormat } from './index.ts';

let made: GeneratedModel;

beforeAll(async () => {
  const picture = await draw(200, 200, '<circle cx="100" cy="100" r="80" fill="#20c040"/>');
  made = await generateModel(picture, { faceLimit: 600, shape: 'round' });
});

const utf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('convertModel', () => {
  it.each(['constructor', 'GLB', undefined])('says which formats there are where it gets %s', async (format) => {
    await expect(convertModel(made.glb, format as ModelFormat)).rejects.toThrow(/^format must be one of: glb, obj/);
  });

  it('writes an OBJ that is closed without welding, with its material and texture', async () => {
    const { bytes, contentType, extension } = await convertModel(made.glb, 'obj');
    expect({ contentType, extension }).toEqual({ contentType: 'application/zip', extension: 'zip' });
    const files = unzip(bytes);
    expect([...files.keys()]).toEqual(['model.obj', 'model.mtl', 'model-skin0.jpg']);
    const lines = text(files.get('model.obj')!).split('\n');
    expect(lines.filter((line) => line.startsWith('v '))).toHaveLength(made.statistics.vertices);
    const faces = lines
      .filter((line) => line.startsWith('f '))
      .map((line) =>
        line
          .split(' ')
          .slice(1)
          .map((c) => Number(c.split('/')[0])),
      );
    expect(faces).toHaveLength(made.statistics.faces);
    expect(unpaired(faces)).toEqual([]);
    expect(text(files.get('model.mtl')!)).toContain('map_Kd model-skin0.jpg');
    expect((await sharp(files.get('model-skin0.jpg')).metadata()).format).toBe('jpeg');
  });

  it('names everything in an OBJ after the model, in words that the format can refer to', async () => {
    const named = async (name: string) => unzip((await convertModel(made.glb, 'obj', {}, name)).bytes);
    const files = await named('Stühle & Tische');
    const [obj, mtl, texture] = ['Stühle_&_Tische.obj', 'Stühle_&_Tische.mtl', 'Stühle_&_Tische-skin0.jpg'];
    expect([...files.keys()]).toEqual([obj, mtl, texture]);
    expect(utf8(files.get(obj)!).split('\n')[0]).toBe(`mtllib ${mtl}`);
    expect(utf8(files.get(mtl)!)).toContain(`map_Kd ${texture}\n`);
    expect([...(await named('../a\nb\\c')).keys()]).toEqual(['.._a_b_c.obj', '.._a_b_c.mtl', '.._a_b_c-skin0.jpg']);
  });

  it('writes an STL in millimetres that stands on the plane Z = 0', async () => {
    const { bytes, extension } = await convertModel(made.glb, 'stl');
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    expect(extension).toBe('stl');
    expect(view.getUint32(80, true)).toBe(made.statistics.faces);
    expect(bytes).toHaveLength(84 + 50 * made.statistics.faces);
    const heights: number[] = [];
    for (let f = 0; f < made.statistics.faces; f++) {
      for (let c = 1; c <= 3; c++) heights.push(view.getFloat32(84 + 50 * f + 12 * c + 8, true));
    }
    expect(Math.min(...heights)).toBeCloseTo(0, 3);
    expect(Math.max(...heights)).toBeCloseTo(100 * made.statistics.height, 3);
  });

  it('writes a PLY with the colours of the photo', async () => {
    const { bytes } = await convertModel(made.glb, 'ply');
    const end = text(bytes).indexOf('end_header\n') + 11;
    const { vertices, faces } = made.statistics;
    expect(text(bytes.slice(0, end))).toContain(`element vertex ${vertices}\n`);
    expect(bytes).toHaveLength(end + 15 * vertices + 13 * faces);
    for (const v of [0, Math.floor(vertices / 2), vertices - 1]) {
      const [red, green, blue] = bytes.slice(end + 15 * v + 12, end + 15 * v + 15);
      expect(Math.abs(red! - 0x20) + Math.abs(green! - 0xc0) + Math.abs(blue! - 0x40)).toBeLessThan(12);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const triangles = Array.from({ length: faces }, (_, f) =>
      [0, 1, 2].map((c) => view.getInt32(end + 15 * vertices + 13 * f + 1 + 4 * c, true)),
    );
    expect(unpaired(triangles)).toEqual([]);
  });

  it('writes a USDZ with stored files at multiples of 64 bytes, the layer first', async () => {
    const { bytes, contentType } = await convertModel(made.glb, 'usdz');
    expect(contentType).toBe('model/vnd.usdz+zip');
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const names: string[] = [];
    for (let at = 0; view.getUint32(at, true) === 0x04034b50;) {
      const nameLength = view.getUint16(at + 26, true);
      const start = at + 30 + nameLength + view.getUint16(at + 28, true);
      names.push(text(bytes.slice(at + 30, at + 30 + nameLength)));
      expect(view.getUint16(at + 8, true)).toBe(0);
      expect(start % 64).toBe(0);
      at = start + view.getUint32(at + 18, true);
    }
    expect(names).toEqual(['model.usda', 'textures/skin0.jpg']);
    const layer = text(unzip(bytes).get('model.usda')!);
    expect(layer).toMatch(/^#usda 1\.0/);
    expect(layer).toContain('asset inputs:file = @textures/skin0.jpg@');
    const indices = /faceVertexIndices = \[(.*)\]/.exec(layer)![1]!.split(', ');
    expect(indices).toHaveLength(3 * made.statistics.faces);
  });

  it('gives the same bytes again', async () => {
    for (const format of modelFormats) {
      const [first, second] = [await convertModel(made.glb, format), await convertModel(made.glb, format)];
      expect(Buffer.from(first.bytes).equals(second.bytes)).toBe(true);
    }
  });

  it('applies node transforms, joins several meshes and keeps plain colours', async () => {
    const { bytes } = await convertModel(await twoTriangles(), 'ply');
    const end = text(bytes).indexOf('end_header\n') + 11;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const first = [0, 4, 8].map((o) => view.getFloat32(end + o, true));
    expect(first).toEqual([10, 20, 30]);
    expect(Array.from(bytes.subarray(end + 12, end + 15))).toEqual([255, 0, 0]);
    expect(bytes).toHaveLength(end + 15 * 6 + 13 * 2);
    const parts = unzip((await convertModel(await twoTriangles(), 'obj')).bytes);
    expect(text(parts.get('model.obj')!)).toMatch(/f 4\/ 5\/ 6\//);
    expect(parts.has('model-skin0.jpg')).toBe(false);
  });

  it('rejects what is not a model', async () => {
    await expect(convertModel(await disc(50, 20), 'obj')).rejects.toThrow(/not a readable binary glTF/);
    await expect(convertModel(await new WebIO().writeBinary(new Document()), 'stl')).rejects.toThrow(/no triangles/);
  });
});

function unpaired(faces: number[][]): string[] {
  const edges = new Set(faces.flatMap((face) => face.map((v, c) => `${v}>${face[(c + 1) % 3]}`)));
  expect(edges.size).toBe(3 * faces.length);
  return [...edges].filter((edge) => !edges.has(edge.split('>').toReversed().join('>')));
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** Two triangles without texture or indices, one moved, in red. */
async function twoTriangles(): Promise<Uint8Array> {
  const document = new Document();
  const buffer = document.createBuffer();
  const material = document.createMaterial().setBaseColorFactor([1, 0, 0, 1]);
  const mesh = () =>
    document.createMesh().addPrimitive(
      document
        .createPrimitive()
        .setMaterial(material)
        .setAttribute(
          'POSITION',
          document
            .createAccessor()
            .setType('VEC3')
            .setArray(new Float32Array([0, 0, 0, 1, 0, 0, 0, 1, 0]))
            .setBuffer(buffer),
        ),
    );
  const scene = document.createScene();
  scene.addChild(document.createNode().setMesh(mesh()).setTranslation([10, 20, 30]).setScale([2, 2, 2]));
  scene.addChild(document.createNode().setMesh(mesh()));
  document.getRoot().setDefaultScene(scene);
  return new WebIO().writeBinary(document);
}
