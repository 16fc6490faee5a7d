import type { Raster, Stroke } from '@image2model/mesh/cut';
import type { CutAnswer, CutTask } from './cut-worker.ts';
import type { Size } from '../services/measure-photo.ts';
import { type PhotoCuts, rasterSize } from './types.ts';

/** Photos whose cuts are kept, so that the editor opens at once: those of a batch, about a megabyte each. */
const maxKept = 25;

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** Cuts photos out, off the page's thread. Nothing here rejects: what does not work gives undefined. */
export interface Cutter {
  /** The ways to cut out a photo of this upright size. */
  cuts(photo: Blob, size: Size): Promise<PhotoCuts | undefined>;
  /** The coverage of a mask of a photo of this upright size. */
  coverage(mask: Blob, size: Size): Promise<Float32Array | undefined>;
  /** The cut after these strokes, all of them; those that it had in the call before cost nothing. */
  mend(raster: Raster, start: Float32Array, strokes: readonly Stroke[]): Promise<Float32Array | undefined>;
}

/** By one worker, which starts with the first task; undefined where the browser is too old for it. */
export function browserCutter(): Cutter | undefined {
  if (typeof OffscreenCanvas === 'undefined' || typeof CompressionStream === 'undefined') return undefined;
  const waiting = new Map<number, (answer?: CutAnswer) => void>();
  let worker: Worker | undefined;
  let count = 0;
  const kept = new Map<Blob, PhotoCuts>();
  let drawnOn: { raster: Raster; start: Float32Array } | undefined;

  function start(): Worker {
    const started = new Worker(new URL('./cut-worker.ts', import.meta.url), { type: 'module' });
    started.addEventListener('message', ({ data }: MessageEvent<CutAnswer>) => {
      waiting.get(data.id)?.(data);
      waiting.delete(data.id);
    });
    // It could not be loaded, as when the server is away, or ran out of memory: the next task starts another one.
    started.addEventListener('error', () => {
      started.terminate();
      worker = undefined;
      drawnOn = undefined;
      for (const resolve of waiting.values()) resolve();
      waiting.clear();
    });
    return started;
  }

  async function ask(task: WithoutId<CutTask>): Promise<CutAnswer | undefined> {
    return await new Promise((resolve) => {
      const id = (count += 1);
      waiting.set(id, resolve);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
      (worker ??= start()).postMessage({ ...task, id });
    });
  }

  return {
    async cuts(photo, size) {
      const cuts = kept.get(photo) ?? (await ask({ kind: 'cuts', photo, size: rasterSize(size) }))?.cuts;
      if (cuts) kept.set(photo, cuts);
      for (const oldest of [...kept.keys()].slice(0, -maxKept)) kept.delete(oldest);
      return cuts;
    },
    coverage: async (mask, size) => (await ask({ kind: 'mask', mask, size: rasterSize(size) }))?.coverage,
    async mend(raster, coverage, strokes) {
      const isKnown = drawnOn?.raster === raster && drawnOn.start === coverage;
      drawnOn = { raster, start: coverage };
      const begun = isKnown ? {} : { start: { raster, coverage } };
      return (await ask({ kind: 'strokes', ...begun, strokes: [...strokes] }))?.coverage;
    },
  };
}

let shared: Cutter | undefined;

/** The page's own. */
export function sharedCutter(): Cutter | undefined {
  return (shared ??= browserCutter());
}
