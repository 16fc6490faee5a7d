import { measurePhoto, type Size } from '../services/measure-photo.ts';
import { type Cutter, sharedCutter } from './cutter.ts';
import { veilPng } from './png.ts';
import { type ChosenCut, type Cut, type PhotoCuts, rasterSize } from './types.ts';

/** Longest side of the photo on the stage, in pixels: enough to see what is painted on. */
const stageSide = 1600;

/** A photo that is ready to be edited. */
export interface OpenPhoto {
  cutter: Cutter;
  cuts: PhotoCuts;
  /** The cut to start from. */
  from: Cut | undefined;
  /** Upright. */
  bitmap: ImageBitmap;
}

/** Reads a photo and looks for its object; `used` is what was chosen before. Undefined if this browser cannot. */
export async function openPhoto(photo: Blob, used?: Partial<ChosenCut>): Promise<OpenPhoto | undefined> {
  const cutter = sharedCutter();
  if (!cutter) return undefined;
  try {
    const size = await measurePhoto(photo);
    const [cuts, own, bitmap] = await Promise.all([
      cutter.cuts(photo, size),
      used?.mask && ownCut(cutter, used.mask, size),
      createImageBitmap(photo, { ...stageSize(size), resizeQuality: 'high' }),
    ]);
    if (!cuts) return undefined;
    // What is among the choices anyway is not shown twice.
    const same = used?.method !== 'mask' && cuts.cuts.find(({ method }) => method === used?.method);
    if (same || !own) return { cutter, cuts, from: same || undefined, bitmap };
    return { cutter, cuts: { ...cuts, cuts: [own, ...cuts.cuts] }, from: own, bitmap };
  } catch {
    return undefined;
  }
}

async function ownCut(cutter: Cutter, mask: Blob, size: Size): Promise<Cut | undefined> {
  const coverage = await cutter.coverage(mask, size);
  if (!coverage) return undefined;
  const { width, height } = rasterSize(size);
  return { method: 'mask', score: 1, coverage, veil: await veilPng(coverage, width, height) };
}

function stageSize({ width, height }: Size): { resizeWidth: number; resizeHeight: number } {
  const scale = Math.min(1, stageSide / Math.max(width, height));
  return {
    resizeWidth: Math.max(1, Math.round(width * scale)),
    resizeHeight: Math.max(1, Math.round(height * scale)),
  };
}
