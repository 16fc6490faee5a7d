import { message } from '@image2model/protocol';
import { ApiError } from '../http/errors.ts';
import { Threads } from '../threads/threads.ts';
import type { Converted, ConvertTask } from './converter-worker.ts';

/** Turns finished models into other formats, sizes and places. */
export interface Converter {
  /**
   * Rejects with `QUEUE_FULL` where too many wait already. The bytes of `task` are still the caller's afterwards.
   */
  convert(task: ConvertTask): Promise<Converted>;
  close(): Promise<void>;
}

/** Conversions that may wait for the one thread; beyond it they are refused. */
const maxWaiting = 50;

/**
 * A converter with a thread of its own, per process: a model of 20 000 faces needs a tenth to half a second, in
 * which the event streams of this process would stand still otherwise. The thread is started by the first conversion.
 */
export function createConverter(): Converter {
  const pool = new Threads<ConvertTask, Converted>({
    module: new URL('converter-worker.ts', import.meta.url),
    max: 1,
  });
  return {
    async convert(task) {
      if (pool.waiting >= maxWaiting) throw new ApiError('QUEUE_FULL', message('error.converter_busy'));
      return await pool.run(task);
    },
    close: () => pool.close(),
  };
}
