import { setImmediate } from 'node:timers/promises';
import sharp from 'sharp';
import { buildSolid } from './build-solid.ts';
import { decodeImage, decodeMask } from './decode-image.ts';
import type { Picture } from './decode-image.ts';
import { findEasyForeground } from './foreground/find-foreground.ts';
import type { Foreground } from './foreground/find-foreground.ts';
import { inflate } from './height/inflate.ts';
import { ImageError } from './image-error.ts';
import { renderPreview } from './render/preview.ts';
import { layGrid } from './sheet/grid.ts';
import { cutSeams } from './sheet/normals.ts';
import { paintObject } from './skin/atlas.ts';
import { toDrawable, sizeOf } from './place-model.ts';
import type { GenerateContext, GeneratedModel, GenerateOptions, Stage } from './types.ts';
import { writeGlb } from './write-glb.ts';

export async function generateModel(
  image: Uint8Array,
  options: GenerateOptions = {},
  context: GenerateContext = {},
): Promise<GeneratedModel> {
  const faceLimit = options.faceLimit ?? 20_000;
  const enter = async (stage: Stage, fraction: number, message: string): Promise<void> => {
    context.report?.({ stage, fraction, message });
    await setImmediate();
    context.signal?.throwIfAborted();
  };
  const t0 = performance.now();
  const lap = (name: string): void => {
    if (process.env['MESH_LAPS']) console.log(name, (performance.now() - t0).toFixed(0));
  };
  await enter('decode', 0, 'Reading the picture');
  const picture = await decodeImage(image);
  lap('decode');
  await enter('foreground', 0.05, 'Finding the object');
  const foreground = findEasyForeground(picture);
  lap('foreground');
  if (!foreground) throw new Error('scene');
  await enter('height', 0.3, 'Giving it depth');
  const grid = layGrid(foreground.coverage, picture.width, picture.height);
  if (!grid) throw new ImageError('NO_FOREGROUND', 'nothing');
  const heights = inflate(grid, options.depth ?? 'full');
  lap('height');
  await enter('mesh', 0.4, 'Building the surface');
  const { solid, warnings } = await buildSolid(grid, heights, faceLimit);
  lap('mesh');
  await enter('texture', 0.6, 'Painting it');
  const atlas = paintObject(picture, foreground.coverage, grid);
  const model = toDrawable(cutSeams(solid), grid, atlas, picture);
  const jpeg = await sharp(atlas.rgb, { raw: { width: atlas.width, height: atlas.height, channels: 3 } })
    .jpeg({ quality: 90, chromaSubsampling: '4:4:4' })
    .toBuffer();
  lap('texture');
  await enter('preview', 0.8, 'Drawing a preview');
  const preview = await renderPreview(model, atlas);
  lap('preview');
  await enter('write', 0.95, 'Writing the model');
  const glb = await writeGlb(model, new Uint8Array(jpeg), { method: foreground.method, description: '', warnings });
  lap('write');
  return {
    glb,
    preview,
    statistics: {
      faces: solid.triangles.length / 3,
      vertices: solid.positions.length / 3,
      ...sizeOf(model),
      method: foreground.method,
      warnings,
    },
  };
}
