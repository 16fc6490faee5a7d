import type { ThumbnailAnswer, ThumbnailTask } from './thumbnail-worker.ts';

/** Pixels of a picture, upright. */
export interface Size {
  width: number;
  height: number;
}

/** Reads the photos of a batch, a few at a time however many there are. Nothing here rejects. */
export interface Pictures {
  /** From the head of the file alone; undefined if the browser cannot read it. */
  measure(file: File): Promise<Size | undefined>;
  /** Address of an upright thumbnail, to be revoked by the caller. Undefined if the browser cannot read the photo. */
  thumbnail(file: File, size: Size): Promise<string | undefined>;
}

/** Pixels of the longer side of a thumbnail: sharp on a phone's screen, and some 30 KB where the photo has 48 MB. */
const side = 480;
/** Photos that are decoded at the same time. Each needs the memory of all its pixels. */
const maxDecoding = 2;

/** By the browser's own decoders, off the page's thread. */
export function browserPictures(): Pictures {
  const forHeads = limited(maxDecoding * 2);
  const forPixels = limited(maxDecoding);
  let scaler: ((file: File, size: Size) => Promise<Blob | undefined>) | undefined;
  return {
    measure: async (file) => await forHeads(async () => await measure(file)),
    thumbnail: async (file, { width, height }) =>
      await forPixels(async () => {
        const scale = Math.min(1, side / Math.max(width, height));
        const of = (pixels: number) => Math.max(1, Math.round(pixels * scale));
        const picture = await (scaler ??= startScaler())(file, { width: of(width), height: of(height) });
        return picture && URL.createObjectURL(picture);
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

/** An image outside the page loads its bytes and reads its head, but decodes nothing. */
async function measure(file: File): Promise<Size> {
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    await new Promise((resolve, reject) => {
      image.addEventListener('load', resolve);
      image.addEventListener('error', reject);
      image.src = url;
    });
    return { width: image.naturalWidth, height: image.naturalHeight };
  } finally {
    URL.revokeObjectURL(url);
  }
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
