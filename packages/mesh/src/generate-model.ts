import { setImmediate } from 'node:timers/promises';
import sharp from 'sharp';
import { checkOptions } from './check-options.ts';
import { boxOf, sidesOf } from './convert/box.ts';
import { measureSurface } from './convert/measure-surface.ts';
import { weldParts } from './convert/weld.ts';
import { toDrawable } from './gltf/place-model.ts';
import { writeGlb } from './gltf/write-glb.ts';
import { decodeImage, decodeMask } from './image/decode-image.ts';
import { readHeader } from './image/open-image.ts';
import { cutSeams } from './meshing/normals.ts';
import { meshMessage } from './messages.ts';
import { renderPreview } from './render/preview.ts';
import type { Drawable, Texture } from './render/rasterise.ts';
import { findForeground } from './segmentation/find-foreground.ts';
import { loadPrior } from './segmentation/prior/load-prior.ts';
import { shapeObject, shapeRelief } from './shape-picture.ts';
import type { EnterStage } from './shape-picture.ts';
import { stages } from './types.ts';
import type { GenerateContext, GeneratedModel, GenerateOptions, Stage } from './types.ts';
import type { ModelMeasures } from './measure-model.ts';

/** The share of the time that has passed when each stage begins, from measurements. */
const stageStarts: Record<Stage, number> = {
  decode: 0,
  foreground: 0.05,
  height: 0.4,
  mesh: 0.52,
  texture: 0.74,
  preview: 0.9,
  write: 0.97,
};

const objectDescription =
  'The silhouette of the picture as a body, with the picture as its skin; the back is a guess, not a reconstruction.';
const reliefDescription = 'A relief of the whole picture; heights follow light and contrast, not measured depth.';

/**
 * One image in, one closed, textured model out. The same image and options give the same bytes.
 * @param image JPEG, PNG, WebP or AVIF.
 * @throws ImageError where the image or an option cannot lead to a model; the signal's reason once it is aborted.
 */
export async function generateModel(
  image: Uint8Array,
  options: GenerateOptions = {},
  context: GenerateContext = {},
): Promise<GeneratedModel> {
  const wanted = checkOptions(options);
  const { sizeMm, origin } = options;
  const enter = stageReporter(context);

  await enter('decode');
  const picture = await decodeImage(image);
  const mask = options.mask && (await decodeMask(options.mask, picture, await readHeader(image)));

  await enter('foreground');
  const found = findForeground(picture, { mode: wanted.mode, parts: wanted.parts, mask, prior: loadPrior() });

  const shape =
    found.kind === 'object'
      ? await shapeObject(picture, found, wanted, enter)
      : await shapeRelief(picture, found.saliency, wanted, enter);

  await enter('texture');
  const atlas = shape.paint();
  const surface = cutSeams(shape.solid, shape.normalAt);
  const { model, picture: frame } = toDrawable(surface, shape.grid, atlas, picture, { sizeMm, origin });
  const jpeg = await encodeJpeg(atlas);

  await enter('preview');
  const preview = await renderPreview(model, atlas);

  await enter('write');
  const warnings = [...found.warnings, ...shape.warnings];
  const description = found.kind === 'object' ? objectDescription : reliefDescription;
  const texts = warnings.map(({ text }) => text);
  const provenance = { method: found.method, description, warnings: texts, rests: shape.rests, picture: frame };
  const glb = await writeGlb(model, jpeg, provenance);
  context.signal?.throwIfAborted();
  context.report?.({ stage: 'write', fraction: 1, message: meshMessage('mesh.done') });
  return {
    glb,
    preview,
    statistics: {
      faces: shape.solid.triangles.length / 3,
      vertices: shape.solid.positions.length / 3,
      ...measureDrawable(model),
      method: found.method,
      ...(found.score !== undefined && { cut: { method: found.method, score: found.score } }),
      ...(shape.kind && { shape: shape.kind }),
      warnings,
    },
  };
}

/** What the file itself holds is measured, welded as whoever reads it welds it. */
function measureDrawable({ positions, triangles }: Drawable): ModelMeasures {
  const { points, triangles: welded } = weldParts([{ positions, triangles }]);
  const [width, height, depth] = sidesOf(boxOf(points));
  return { width, height, depth, ...measureSurface(points, welded) };
}

/** Reports each stage as it begins, and yields to the event loop once, so that an abort can arrive. */
function stageReporter(context: GenerateContext): EnterStage {
  return async (stage) => {
    const { signal } = context;
    signal?.throwIfAborted();
    const place = { step: stages.indexOf(stage) + 1, steps: stages.length };
    context.report?.({ stage, fraction: stageStarts[stage], message: meshMessage(`mesh.stage.${stage}`, place) });
    await setImmediate();
    signal?.throwIfAborted();
  };
}

async function encodeJpeg({ width, height, rgb }: Texture): Promise<Uint8Array> {
  const jpeg = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90, chromaSubsampling: '4:4:4' })
    .toBuffer();
  return new Uint8Array(jpeg);
}
