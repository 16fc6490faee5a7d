import { expect, it, onTestFinished } from 'vitest';
import { packGlb } from '../../../test/support/glb.ts';
import { createMeasurer } from './measurer.ts';

/** A tetrahedron of two metres; the first triangles of its four, if fewer are asked for. */
function tetrahedron(triangles = 4): Uint8Array {
  const points = [
    [0, 0, 0],
    [2, 0, 0],
    [0, 2, 0],
    [0, 0, 2],
  ];
  const corners = [0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3].slice(0, 3 * triangles);
  const positions = Buffer.from(new Float32Array(corners.flatMap((v) => points[v]!)).buffer);
  const document = {
    asset: { version: '2.0' },
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [{ mesh: 0 }],
    meshes: [{ primitives: [{ attributes: { POSITION: 0 } }] }],
    accessors: [
      { bufferView: 0, componentType: 5126, count: corners.length, type: 'VEC3', min: [0, 0, 0], max: [2, 2, 2] },
    ],
    bufferViews: [{ buffer: 0, byteLength: positions.length }],
    buffers: [{ byteLength: positions.length }],
  };
  return new Uint8Array(packGlb(document, positions));
}

it('measures what comes from elsewhere, open or closed, and nothing that cannot be read', async () => {
  const measurer = createMeasurer();
  onTestFinished(() => measurer.close());
  const { signal } = new AbortController();
  const sides = { width: 2, height: 2, depth: 2 };
  const size_mm = { width: 2000, height: 2000, depth: 2000 };
  const closed = await measurer.measure(tetrahedron(), signal);
  expect(closed).toEqual({ ...sides, size_mm, parts: 1, watertight: true, volume_mm3: expect.any(Number) });
  expect(closed.volume_mm3! / 1e9).toBeCloseTo(8 / 6, 6);
  expect(await measurer.measure(tetrahedron(3), signal)).toEqual({ ...sides, size_mm, parts: 1, watertight: false });
  expect(await measurer.measure(Buffer.from('no model'), signal)).toEqual({});
  await expect(measurer.measure(tetrahedron(), AbortSignal.abort('stopped'))).rejects.toBe('stopped');
});
