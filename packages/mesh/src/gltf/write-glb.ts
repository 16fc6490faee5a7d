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
  /** What it lies or stands on when it is printed: a relief has a flat back. */
  rests: 'bottom' | 'back';
  /** Where the picture would be in the plane of the front: its edges in metres. */
  picture: { left: number; top: number; width: number };
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
  // Copies, because the writer requires buffers that are not shared.
  const accessor = (type: 'SCALAR' | 'VEC2' | 'VEC3', values: Float32Array | Uint16Array | Uint32Array) =>
    document.createAccessor().setType(type).setArray(values.slice()).setBuffer(buffer);
  const primitive = document
    .createPrimitive()
    .setMaterial(material)
    .setIndices(accessor('SCALAR', small ? Uint16Array.from(model.triangles) : model.triangles))
    .setAttribute('POSITION', accessor('VEC3', model.positions))
    .setAttribute('NORMAL', accessor('VEC3', model.normals))
    .setAttribute('TEXCOORD_0', accessor('VEC2', model.uvs));
  const mesh = document.createMesh('model').addPrimitive(primitive);
  root.setDefaultScene(document.createScene().addChild(document.createNode('model').setMesh(mesh)));
  return new WebIO().writeBinary(document);
}
