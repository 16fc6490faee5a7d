import type { ModelMeasures } from '@image2model/mesh';
import type { Statistics } from '@image2model/protocol';
import { Threads } from '../../threads/threads.ts';
import { toMeasured } from '../measured.ts';

/** Measures models that came without measures. */
export interface Measurer {
  /** Nothing where the model cannot be measured. Rejects with the signal's reason once that is aborted. */
  measure(glb: Uint8Array, signal: AbortSignal): Promise<Statistics>;
  close(): Promise<void>;
}

/** The largest file that is measured: a few million triangles, which take some seconds. */
const maxBytes = 64 * 1024 * 1024;
/** Millions of edges are counted; running out ends the thread, and the model is not measured. */
const threadHeapMb = 512;

/** A measurer with one thread, started when there is something to measure: the event streams go on meanwhile. */
export function createMeasurer(): Measurer {
  const pool = new Threads<Uint8Array, ModelMeasures>({
    module: new URL('measure-worker.ts', import.meta.url),
    max: 1,
    resourceLimits: { maxOldGenerationSizeMb: threadHeapMb },
  });
  return {
    async measure(glb, signal) {
      if (glb.byteLength > maxBytes) return {};
      try {
        return toMeasured(await pool.run(glb, { signal }));
      } catch {
        // It was paid for, and is good without measures too.
        signal.throwIfAborted();
        return {};
      }
    },
    close: () => pool.close(),
  };
}
