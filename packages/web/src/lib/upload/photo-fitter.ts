import { maxFileSizeBytes } from '@image2model/protocol';
import type { Size } from '../services/measure-photo.ts';
import { askWorker } from './ask-worker.ts';
import type { FitAnswer, FitTask } from './fit-picture.ts';

/** What has to be done to a photo so that it can be sent. */
export type Fix = 'scale' | 'convert';

/** Pixels of a photo that was scaled: more than any model shows, and no more than every browser can draw. */
const maxPixels = 16_000_000;
/** Pixels beyond which decoding could exhaust the memory. */
const maxDecodedPixels = 268_000_000;

/** Makes photos acceptable, off the page's thread; undefined for one that the browser cannot read. */
export function photoFitter(): (file: File, fix: Fix, size: Size | undefined) => Promise<Blob | undefined> {
  const fit = askWorker<FitTask, FitAnswer>(
    () => new Worker(new URL('./fit-worker.ts', import.meta.url), { type: 'module' }),
  );
  const decode = askWorker<FitTask, FitAnswer>(
    () => new Worker(new URL('./heic-worker.ts', import.meta.url), { type: 'module' }),
  );
  return async (file, fix, size) => {
    if (typeof OffscreenCanvas === 'undefined') return undefined;
    if (size && size.width * size.height > maxDecodedPixels) return undefined;
    const task = { file, maxPixels, maxBytes: maxFileSizeBytes, size };
    const made = (await fit(task))?.blob;
    return made ?? (fix === 'convert' ? (await decode(task))?.blob : undefined);
  };
}
