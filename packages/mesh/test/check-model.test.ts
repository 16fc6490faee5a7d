import { WebIO } from '@gltf-transform/core';
import { describe, expect, it } from 'vitest';
import { generateModel } from '../src/index.ts';
import { alphaMask, compareFront, findDefects } from './check-model.ts';
import { disc, ring } from './pictures.ts';

describe('the oracles', () => {
  it('find a missing face, a flipped face and a model that is inside out', async () => {
    const { glb } = await generateModel(await disc(80, 30), { faceLimit: 300 });
    expect(await findDefects(glb)).toEqual([]);
    expect(await findDefects(await withIndices(glb, (t) => t.slice(3)))).not.toEqual([]);
    expect(await findDefects(await withIndices(glb, ([a, b, c, ...rest]) => [b!, a!, c!, ...rest]))).not.toEqual([]);
    expect(await findDefects(await withIndices(glb, (t) => t.toReversed()))).toContain('the volume is not positive');
  });

  it('distinguish another shape from the one in the picture', async () => {
    const { glb } = await generateModel(await disc(200, 70));
    const picture = await ring(200);
    expect((await compareFront(glb, picture, await alphaMask(picture))).overlap).toBeLessThan(0.8);
  });
});

async function withIndices(glb: Uint8Array, change: (triangles: number[]) => number[]): Promise<Uint8Array> {
  const io = new WebIO();
  const document = await io.readBinary(glb);
  const accessor = document.getRoot().listMeshes()[0]!.listPrimitives()[0]!.getIndices()!;
  accessor.setArray(Uint32Array.from(change([...accessor.getArray()!])));
  return io.writeBinary(document);
}
