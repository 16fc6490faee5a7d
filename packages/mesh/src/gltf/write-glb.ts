import { Document, WebIO } from '@gltf-transform/core';
import type { Drawable } from '../render/rasterise.ts';
import type { Method } from '../types.ts';

/** What the file says about its origin, under `asset.extras`. */
export interface Provenance {
  method: Method;
  /** What the shape is, for people. */
  description: string;
  /** In English. */
  warnings: string[];
}

/** Binary glTF 2.0: one mesh, one material, one embedded JPEG. The same input gives the same bytes. */
export async function writeGlb(model: Drawable, jpeg: Uint8Array, provenance: Provenance): Promise<Uint8Array> {
  const document = new Document();
  const root = document.getRoot();
  root.getAsset().generator = 'image2model';
  root.getAsset()['extras'] = { ...provenance };
  const buffer = document.createBuffer();
  const texture = document.createTexture('skin').setImage(jpeg).setMimeType('image/jpeg');
  const material = document
    .createMaterial('skin')
    .setBaseColorTexture(texture)
    .setMetallicFactor(0)
    .setRoughnessFactor(0.9);
  material.getBaseColorTextureInfo()?.setWrapS(33_071).setWrapT(33_071);
  const small = model.positions.length / 3 <= 65_535;
  const primitive = document
    .createPrimitive()
    .setMaterial(material)
    .setIndices(
      document
        .createAccessor()
        .setType('SCALAR')
        .setArray(small ? Uint16Array.from(model.triangles) : Uint32Array.from(model.triangles))
        .setBuffer(buffer),
    )
    .setAttribute(
      'POSITION',
      document.createAccessor().setType('VEC3').setArray(copyOf(model.positions)).setBuffer(buffer),
    )
    .setAttribute('NORMAL', document.createAccessor().setType('VEC3').setArray(copyOf(model.normals)).setBuffer(buffer))
    .setAttribute(
      'TEXCOORD_0',
      document.createAccessor().setType('VEC2').setArray(copyOf(model.uvs)).setBuffer(buffer),
    );
  const mesh = document.createMesh('model').addPrimitive(primitive);
  root.setDefaultScene(document.createScene().addChild(document.createNode('model').setMesh(mesh)));
  return new WebIO().writeBinary(document);
}

/** A copy in a buffer that is not shared, which the writer requires. */
function copyOf(values: Float32Array): Float32Array<ArrayBuffer> {
  return new Float32Array(values);
}
