import type { Cut } from '../cutout/types.ts';
import { measurePhoto, type Size } from '../services/measure-photo.ts';
import type { ThumbnailAnswer, ThumbnailTask } from './thumbnail-worker.ts';

/** Reads the photos of a batch, a few at a time however many there are. Nothing here rejects. */
export interface Pictures {
  /** From the head of the file alone; undefined if the browser cannot read it. */
  measure(file: File): Promise<Size | undefined>;
  /** Address of an upright thumbnail, to be revoked by the caller. Undefined if the browser cannot read the photo. */
  thumbnail(file: File, size: Size): Promise<string | undefined>;
  /** The cut-out that the server would take by itself. Undefined if the browser cannot tell. */
  cut(file: File, size: Size): Promise<Cut | undefined>;
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
  let scaler: ((file: File, size: Size) => Promise<Blob | undefined>) | undefined;
  return {
    measure: async (file) => await forHeads(async () => await measurePhoto(file)),
    thumbnail: async (file, { width, height }) =>
      await forPixels(async () => {
        const scale = Math.min(1, side / Math.max(width, height));
        const of = (pixels: number) => Math.max(1, Math.round(pixels * scale));
        const picture = await (scaler ??= startScaler())(file, { width: of(width), height: of(height) });
        return picture && URL.createObjectURL(picture);
      }),
    cut: async (file, size) =>
      await forCuts(async () => {
        const { sharedCutter } = await import('../cutout/cutter.ts');
        return (await sharedCutter()?.cuts(file, size))?.cuts[0];
      }),
  };
}

/** One worker for all photos. Gives undefined for a photo that it cannot read, and the photo itself without a worker. */
function startScaler(): (file: File, size: Size) => Promise<Blob | undefined> {
  const worker = new Worker(new URL('./thumbnail-worker.ts', import.meta.url), { type: 'module' });
  const waiting = new Map<number, (picture?: Blob) => void>();
  let count = 0;
  // The browser is too old for it, or the server is away when it is to be loaded.
  let isBroken = typeof OffscreenCanvas === 'undefined';
  worker.addEventListener('message', ({ data: { id, blob } }: MessageEvent<ThumbnailAnswer>) => {
    waiting.get(id)?.(blob);
    waiting.delete(id);
  });
  worker.addEventListener('error', () => {
    isBroken = true;
    for (const resolve of waiting.values()) resolve();
    waiting.clear();
  });
  return async (file, size) => {
    const picture = await new Promise<Blob | undefined>((resolve) => {
      if (isBroken) return resolve(undefined);
      const task: ThumbnailTask = { id: (count += 1), file, ...size };
      waiting.set(task.id, resolve);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
      worker.postMessage(task);
    });
    return isBroken ? file : picture;
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
