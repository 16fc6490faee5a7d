import { WebIO } from '@gltf-transform/core';
import sharp from 'sharp';
import type { Drawable, Texture } from '../src/render/rasterise.ts';

/** Where the file says the picture is, in metres. */
interface Frame {
  left: number;
  top: number;
  width: number;
}

/** Reads a generated GLB back. */
export async function readModel(
  glb: Uint8Array,
): Promise<{ model: Drawable; texture: Texture; extras: unknown; frame: Frame }> {
  const document = await new WebIO().readBinary(glb);
  const root = document.getRoot();
  const extras = root.getAsset()['extras'] as { picture: Frame };
  const primitive = root.listMeshes()[0]!.listPrimitives()[0]!;
  const floats = (name: string): Float32Array => Float32Array.from(primitive.getAttribute(name)!.getArray()!);
  const { data, info } = await sharp(root.listTextures()[0]!.getImage()!)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    model: {
      positions: floats('POSITION'),
      normals: floats('NORMAL'),
      uvs: floats('TEXCOORD_0'),
      triangles: Uint32Array.from(primitive.getIndices()!.getArray()!),
    },
    texture: { width: info.width, height: info.height, rgb: data },
    extras,
    frame: extras.picture,
  };
}
