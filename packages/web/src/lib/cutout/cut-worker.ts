import {
  createStrokeCutter,
  fetchPrior,
  findCandidates,
  type Prior,
  type Raster,
  type Stroke,
  type StrokeCutter,
} from '@image2model/mesh/cut';
import priorAddress from '@image2model/mesh/prior.bin?url';
import { veilPng } from './png.ts';
import type { Size } from '../services/measure-photo.ts';
import type { Cut, PhotoCuts } from './types.ts';

/** A task for this worker; it answers each with its `id`, in order, without a result where the photo cannot be read. */
export type CutTask = { id: number } & (
  | { kind: 'cuts'; photo: Blob; size: Size }
  | { kind: 'mask'; mask: Blob; size: Size }
  | { kind: 'strokes'; start?: { raster: Raster; coverage: Float32Array }; strokes: readonly Stroke[] }
);

export interface CutAnswer {
  id: number;
  cuts?: PhotoCuts;
  coverage?: Float32Array | undefined;
}

/** What strokes are drawn on now, until a task brings something else. */
let drawnOn: { raster: Raster; cutter: StrokeCutter; coverage: Float32Array } | undefined;

let prior: Promise<Prior | undefined> | undefined;

addEventListener('message', ({ data }: MessageEvent<CutTask>) => void answer(data));

async function answer(task: CutTask): Promise<void> {
  const result: CutAnswer = { id: task.id };
  try {
    if (task.kind === 'cuts') result.cuts = await cutsOf(task.photo, task.size);
    else if (task.kind === 'mask') result.coverage = maskOf(await rasterOf(task.mask, task.size));
    else result.coverage = afterStrokes(task);
  } catch {
    // Then there is none.
  }
  postMessage(result);
}

async function cutsOf(photo: Blob, size: Size): Promise<PhotoCuts> {
  const [raster, known] = await Promise.all([rasterOf(photo, size), knownPrior()]);
  const { width, height } = raster;
  const cuts = findCandidates(raster, known).map(async ({ method, score, coverage }): Promise<Cut> => {
    return { method, score, coverage, veil: await veilPng(coverage, width, height) };
  });
  return { raster, cuts: await Promise.all(cuts) };
}

/** What was learned from other pictures, loaded with the first photo. Where it does not come, the photo alone decides. */
async function knownPrior(): Promise<Prior | undefined> {
  prior ??= fetchPrior(priorAddress).catch(() => undefined);
  const loaded = await prior;
  // The next photo tries again.
  if (!loaded) prior = undefined;
  return loaded;
}

function afterStrokes({ start, strokes }: CutTask & { kind: 'strokes' }): Float32Array | undefined {
  if (start) drawnOn = { ...start, cutter: createStrokeCutter(start.raster) };
  return drawnOn?.cutter(drawnOn.coverage, strokes);
}

/** White and opaque is kept. */
function maskOf({ rgb, alpha }: Raster): Float32Array {
  return Float32Array.from({ length: rgb.length / 3 }, (_, i) => {
    const light = Math.max(rgb[3 * i]!, rgb[3 * i + 1]!, rgb[3 * i + 2]!);
    return (light * (alpha?.[i] ?? 255)) / (255 * 255);
  });
}

/** The upright pixels of an image, scaled to this size. */
async function rasterOf(image: Blob, { width, height }: Size): Promise<Raster> {
  const bitmap = await createImageBitmap(image, { resizeWidth: width, resizeHeight: height, resizeQuality: 'medium' });
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  context?.drawImage(bitmap, 0, 0);
  bitmap.close();
  const pixels = context?.getImageData(0, 0, width, height).data;
  if (!pixels) throw new Error('No canvas');
  const rgb = new Uint8Array(3 * width * height);
  const alpha = new Uint8Array(width * height);
  for (let i = 0; i < alpha.length; i++) {
    rgb.set(pixels.subarray(4 * i, 4 * i + 3), 3 * i);
    alpha[i] = pixels[4 * i + 3]!;
  }
  return { width, height, rgb, ...(alpha.some((a) => a < 255) && { alpha }) };
}
