import { Document, WebIO } from '@gltf-transform/core';
import { describe, expect, it } from 'vitest';
import { disc } from '../../test/pictures.ts';
import { generateModel, measureModel } from '../index.ts';
import { measureSurface } from './measure-surface.ts';
import { weldParts, weldPositions } from './weld.ts';

/** A tetrahedron at three axes, whose volume is a sixth. */
const corners = [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1];
const faces = [0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3];
const measure = (positions: number[], triangles: number[]) =>
  measureSurface(Float32Array.from(positions), Uint32Array.from(triangles));
/** The tetrahedron, and another one beside it. */
const two = {
  positions: [...corners, ...corners.map((value) => value + 5)],
  triangles: [...faces, ...faces.map((v) => v + 4)],
};

describe('measureSurface', () => {
  it('gives the volume of what is closed, and counts its parts', () => {
    expect(measure(corners, faces)).toEqual({ parts: 1, watertight: true, volume: expect.closeTo(1 / 6) as number });
    expect(measure(two.positions, two.triangles)).toEqual({
      parts: 2,
      watertight: true,
      volume: expect.closeTo(1 / 3, 5) as number,
    });
  });

  it('keeps the volume of something small far from the origin', () => {
    const far = corners.map((value) => 4096 + value / 8);
    expect(measure(far, faces).volume).toBeCloseTo(1 / 6 / 8 ** 3, 9);
  });

  it('gives none for what is open, folded or turned in part', () => {
    expect(measure(corners, faces.slice(3))).toEqual({ parts: 1, watertight: false });
    expect(measure(corners, [...faces, 0, 2, 1])).toEqual({ parts: 1, watertight: false });
    expect(measure(corners, [2, 0, 1, ...faces.slice(3)])).toEqual({ parts: 1, watertight: false });
    expect(measure(two.positions, two.triangles.slice(3))).toEqual({ parts: 2, watertight: false });
    expect(measure(corners, [])).toEqual({ parts: 0, watertight: false });
  });

  it('counts neither positions without a triangle nor triangles that are a line', () => {
    expect(measure(two.positions, [...faces, 4, 4, 5])).toMatchObject({ parts: 1, watertight: true });
  });
});

describe('weldPositions', () => {
  it('merges what is at one place, zeros of both signs among it, and nothing else', () => {
    const { points, ids } = weldPositions(Float32Array.from([1, 0, 2, 1, -0, 2, 1, 1e-40, 2, 1, 0, 2]));
    expect([...ids]).toEqual([0, 0, 1, 0]);
    expect([...points]).toEqual([1, 0, 2, 1, Math.fround(1e-40), 2]);
  });

  it('tells a hundred thousand positions of a grid apart', () => {
    const side = 47;
    const grid = Float32Array.from({ length: 3 * side ** 3 }, (_, i) => {
      const v = Math.floor(i / 3);
      return [v % side, Math.floor(v / side) % side, Math.floor(v / side ** 2)][i % 3]! / 8;
    });
    const { points, ids } = weldPositions(grid);
    expect(points).toEqual(grid);
    expect(ids.every((id, v) => id === v)).toBe(true);
  });

  it('joins parts where they meet', () => {
    const part = (triangles: number[]) => ({
      positions: Float32Array.from(corners),
      triangles: Uint32Array.from(triangles),
    });
    const { points, triangles } = weldParts([part(faces.slice(0, 6)), part(faces.slice(6))]);
    expect([...points]).toEqual(corners);
    expect([...triangles]).toEqual(faces);
  });
});

describe('measureModel', () => {
  it('measures a model as the generator did', async () => {
    const { glb, statistics } = await generateModel(await disc(80, 30), { faceLimit: 300, shape: 'round' });
    const { parts, watertight, volume, width, height, depth } = statistics;
    expect(await measureModel(glb)).toEqual({ parts, watertight, volume, width, height, depth });
    expect(volume).toBeGreaterThan(0.1);
  });

  it('sees a hole in a model of somebody else', async () => {
    expect(await measureModel(await glbOf(corners, faces))).toMatchObject({ width: 1, watertight: true });
    expect(await measureModel(await glbOf(corners, faces.slice(3)))).toEqual({
      width: 1,
      height: 1,
      depth: 1,
      parts: 1,
      watertight: false,
    });
  });
});

async function glbOf(positions: number[], triangles: number[]): Promise<Uint8Array> {
  const document = new Document();
  const buffer = document.createBuffer();
  const accessor = () => document.createAccessor().setBuffer(buffer);
  const primitive = document
    .createPrimitive()
    .setAttribute('POSITION', accessor().setType('VEC3').setArray(Float32Array.from(positions)))
    .setIndices(accessor().setType('SCALAR').setArray(Uint16Array.from(triangles)));
  const node = document.createNode().setMesh(document.createMesh().addPrimitive(primitive));
  document.getRoot().setDefaultScene(document.createScene().addChild(node));
  return await new WebIO().writeBinary(document);
}
