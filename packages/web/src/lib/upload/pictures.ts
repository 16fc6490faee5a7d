import type { Cut } from '../cutout/types.ts';
import { measurePhoto, type Size } from '../services/measure-photo.ts';
import { askWorker } from './ask-worker.ts';
import { type Fix, photoFitter } from './photo-fitter.ts';
import type { ThumbnailAnswer, ThumbnailTask } from './thumbnail-worker.ts';

/** Reads the photos of a batch, a few at a time however many there are. Nothing here rejects. */
export interface Pictures {
  /** From the head of the file alone; undefined if the browser cannot read it. */
  measure(file: File): Promise<Size | undefined>;
  /** Address of an upright thumbnail, to be revoked by the caller. Undefined if the browser cannot read the photo. */
  thumbnail(file: File, size: Size): Promise<string | undefined>;
  /** The cut-out that the server would take by itself. Undefined if the browser cannot tell. */
  cut(file: File, size: Size): Promise<Cut | undefined>;
  /** The photo as one that can be sent, with its size if that is known. Undefined if the browser cannot read it. */
  fit(file: File, fix: Fix, size: Size | undefined): Promise<Blob | undefined>;
}

/** Pixels of the longer side of a thumbnail: sharp on a phone's screen, and some 30 KB where the photo has 48 MB. */
const side = 480;
/** Photos that are decoded at the same time. Each needs the memory of all its pixels. */
const maxDecoding = 2;

/** By the browser's own decoders, off the page's thread. */
export function browserPictures(): Pictures {
  const forHeads = limited(maxDecoding * 2);
  const forPixels = limited(maxDecoding);
  // One after the other: nobody waits for these.
  const forCuts = limited(1);
  const forFits = limited(1);
  const canDraw = typeof OffscreenCanvas !== 'undefined';
  const scale = askWorker<ThumbnailTask, ThumbnailAnswer>(
    () => new Worker(new URL('./thumbnail-worker.ts', import.meta.url), { type: 'module' }),
  );
  const fit = photoFitter();
  return {
    measure: async (file) => await forHeads(async () => await measurePhoto(file)),
    thumbnail: async (file, { width, height }) =>
      await forPixels(async () => {
        const share = Math.min(1, side / Math.max(width, height));
        const of = (pixels: number) => Math.max(1, Math.round(pixels * share));
        // The browser is too old for it, or the worker cannot be loaded: the photo itself has to do.
        const made = canDraw ? await scale({ file, width: of(width), height: of(height) }) : { blob: file };
        const picture = made ? made.blob : file;
        return picture && URL.createObjectURL(picture);
      }),
    // One after the other: each is large.
    fit: async (file, fix, size) => await forFits(async () => await fit(file, fix, size)),
    cut: async (file, size) =>
      await forCuts(async () => {
        const { sharedCutter } = await import('../cutout/cutter.ts');
        return (await sharedCutter()?.cuts(file, size))?.cuts[0];
      }),
  };
}

/** Runs at most `max` at once, the others after them in order; what fails gives undefined. */
function limited(max: number): <T>(work: () => Promise<T>) => Promise<T | undefined> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= max) await new Promise<void>((resolve) => void waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } catch {
      return undefined;
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
