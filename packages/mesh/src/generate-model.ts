import { setImmediate } from 'node:timers/promises';
import sharp from 'sharp';
import { decodeImage, decodeMask } from './image/decode-image.ts';
import { findForeground } from './segmentation/find-foreground.ts';
import { ImageError } from './image-error.ts';
import { sizeOf, toDrawable } from './gltf/place-model.ts';
import { renderPreview } from './render/preview.ts';
import type { Texture } from './render/rasterise.ts';
import { shapeObject, shapeRelief } from './shape-picture.ts';
import type { Enter } from './shape-picture.ts';
import { cutSeams } from './meshing/normals.ts';
import { stages } from './types.ts';
import type { GenerateContext, GeneratedModel, GenerateOptions, Stage } from './types.ts';
import { writeGlb } from './gltf/write-glb.ts';

/** Faces under which no shape is recognisable. */
const leastFaces = 100;
/** The limit where the caller sets none. */
const defaultFaceLimit = 20_000;

/** For each stage what it is called and, from measurements, the share of the time that has passed when it begins. */
const plan: Record<Stage, { begins: number; message: string }> = {
  decode: { begins: 0, message: 'Reading the picture' },
  foreground: { begins: 0.05, message: 'Finding the object' },
  height: { begins: 0.4, message: 'Giving it depth' },
  mesh: { begins: 0.52, message: 'Building the surface' },
  texture: { begins: 0.74, message: 'Painting the surface' },
  preview: { begins: 0.9, message: 'Drawing a preview' },
  write: { begins: 0.97, message: 'Writing the model' },
};

const objectDescription =
  'The silhouette of the picture, inflated, with the picture as its skin; the back is a guess, not a reconstruction.';
const reliefDescription = 'A relief of the whole picture; heights follow light and contrast, not measured depth.';

/**
 * One image in, one closed, textured model out. The same image and options give the same bytes.
 * @param image JPEG, PNG or WebP.
 * @throws ImageError where the image or an option cannot lead to a model; the signal's reason once it is aborted.
 */
export async function generateModel(
  image: Uint8Array,
  options: GenerateOptions = {},
  context: GenerateContext = {},
): Promise<GeneratedModel> {
  const faceLimit = checkFaceLimit(options.faceLimit);
  const enter = followed(context);

  await enter('decode');
  const picture = await decodeImage(image);
  const mask = options.mask && (await decodeMask(options.mask, picture));

  await enter('foreground');
  const found = findForeground(picture, options.mode ?? 'auto', mask);

  const wanted = { depth: options.depth ?? 'full', detail: Math.min(Math.max(options.detail ?? 0, 0), 1), faceLimit };
  const shape =
    found.kind === 'object'
      ? await shapeObject(picture, found, wanted, enter)
      : await shapeRelief(picture, found.saliency, wanted, enter);

  await enter('texture');
  const atlas = shape.paint();
  const model = toDrawable(cutSeams(shape.solid, shape.normalAt), shape.grid, atlas, picture);
  const jpeg = await encodeSkin(atlas);

  await enter('preview');
  const preview = await renderPreview(model, atlas);

  await enter('write');
  const warnings = [...found.warnings, ...shape.warnings];
  const description = found.kind === 'object' ? objectDescription : reliefDescription;
  const glb = await writeGlb(model, jpeg, { method: found.method, description, warnings });
  context.signal?.throwIfAborted();
  context.report?.({ stage: 'write', fraction: 1, message: 'Done' });
  return {
    glb,
    preview,
    statistics: {
      faces: shape.solid.triangles.length / 3,
      vertices: shape.solid.positions.length / 3,
      ...sizeOf(model),
      method: found.method,
      warnings,
    },
  };
}

function checkFaceLimit(faceLimit = defaultFaceLimit): number {
  if (!Number.isInteger(faceLimit) || faceLimit < leastFaces) {
    throw new ImageError('FACE_LIMIT_TOO_LOW', `The face limit has to be a whole number from ${leastFaces}.`);
  }
  return faceLimit;
}

/** Reports each stage as it begins. One turn of the event loop passes, so that an abort can arrive. */
function followed(context: GenerateContext): Enter {
  return async (stage) => {
    const { signal } = context;
    signal?.throwIfAborted();
    const { begins, message } = plan[stage];
    context.report?.({
      stage,
      fraction: begins,
      message: `${message} (${stages.indexOf(stage) + 1} of ${stages.length})`,
    });
    await setImmediate();
    signal?.throwIfAborted();
  };
}

async function encodeSkin({ width, height, rgb }: Texture): Promise<Uint8Array> {
  const jpeg = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90, chromaSubsampling: '4:4:4' })
    .toBuffer();
  return new Uint8Array(jpeg);
}
