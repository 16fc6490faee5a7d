import { toDrawable } from './gltf/place-model.ts';
import { decodeImage, decodeMask } from './image/decode-image.ts';
import type { Picture } from './image/decode-image.ts';
import { readHeader } from './image/open-image.ts';
import { resample, shrinkRgb } from './image/resample.ts';
import { layGrid } from './meshing/grid.ts';
import { cutSeams } from './meshing/normals.ts';
import { scoreShapes } from './outline/score-shapes.ts';
import type { ShapeScore } from './outline/score-shapes.ts';
import { renderPreview } from './render/preview.ts';
import { findForeground } from './segmentation/find-foreground.ts';
import { loadPrior } from './segmentation/prior/load-prior.ts';
import { shapeObject } from './shape-picture.ts';

/**
 * Pixels of the longest side of the photo, where the object is found and judged, and of the copy that the bodies are made
 * from; faces of each body; pixels of each picture of it. Enough to tell them apart.
 */
const photoSide = 256;
const bodySide = 160;
const faceLimit = 1200;
const defaultSide = 160;
const minSide = 32;
const maxSide = 512;
/** At least two kinds, and a third one if it is likely enough. */
const minKinds = 2;
const maxKinds = 3;
const minScore = 0.1;

/** What an outline could become, and how that would look. */
export interface ShapePreview extends ShapeScore {
  /** WebP on a transparent background. */
  preview: Uint8Array;
}

/**
 * The two or three bodies that the object is likely to have, the likeliest first: what `shape: 'auto'` takes, unless two are
 * about as likely.
 * Small and quick, for somebody to choose from. Empty where no object stands out: that becomes a relief.
 * @param image JPEG, PNG or WebP.
 * @throws ImageError
 */
export async function previewShapes(
  image: Uint8Array,
  { mask, sizePx = defaultSide }: { mask?: Uint8Array | undefined; sizePx?: number | undefined } = {},
): Promise<{ shapes: ShapePreview[] }> {
  const picture = await decodeImage(image, photoSide);
  const given = mask && (await decodeMask(mask, picture, await readHeader(image)));
  const found = findForeground(picture, { mask: given, prior: loadPrior() });
  if (found.kind !== 'object') return { shapes: [] };
  const grid = layGrid(found.coverage, picture.width, picture.height);
  if (!grid) return { shapes: [] };
  const scores = scoreShapes(grid, picture);
  const likely = scores.filter(({ score }, k) => k < minKinds || (k < maxKinds && score >= minScore));
  const { small, coverage } = shrink(picture, found.coverage);
  // What is too thin at that size has no pictures.
  if (!layGrid(coverage, small.width, small.height)?.field.some((f) => f > 0.5)) return { shapes: [] };
  const side = Math.min(Math.max(Math.round(sizePx) || defaultSide, minSide), maxSide);
  const shapes: ShapePreview[] = [];
  for (const { shape: kind, score } of likely) {
    const options = { shape: kind, depth: undefined, detail: 0, faceLimit };
    const shape = await shapeObject(small, { ...found, coverage }, options, () => Promise.resolve());
    const atlas = shape.paint();
    const { model } = toDrawable(cutSeams(shape.solid, shape.normalAt), shape.grid, atlas, small);
    shapes.push({ shape: kind, score, preview: await renderPreview(model, atlas, side) });
  }
  return { shapes };
}

function shrink(picture: Picture, coverage: Float32Array): { small: Picture; coverage: Float32Array } {
  const scale = Math.min(1, bodySide / Math.max(picture.width, picture.height));
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const rgb = shrinkRgb(picture.rgb, picture.width, picture.height, width, height);
  return {
    small: { width, height, rgb, ...(picture.enlarged && { enlarged: picture.enlarged * scale }) },
    coverage: resample(coverage, picture.width, picture.height, width, height),
  };
}
