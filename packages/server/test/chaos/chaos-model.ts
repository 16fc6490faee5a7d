import { createLocalModel } from '../../src/models/local/local.ts';
import type { Model } from '../../src/models/contract.ts';
import type { Order } from './chaos-worker.ts';
import type { Fate } from './plan.ts';

/**
 * The local model with a thread of its own making: the same pool, the same threads that die, and what happens to a file
 * stands in its name (see plan.ts). Simulated, for tests alone.
 */
export function createChaosModel(threads: number): Model {
  const local = createLocalModel({ threads, worker: new URL('chaos-worker.ts', import.meta.url) });
  return {
    ...local,
    async generate(input, options, context) {
      const [picture] = input.pictures;
      const [fate, delay] = picture.filename.split('-');
      const again = context.remembered !== undefined;
      const order: Order = { fate: fate as Fate, delayMs: Number(delay), again };
      // Outlasts the server, so that "once" means once.
      if (!again && (fate === 'throwsonce' || fate === 'crashesonce')) await context.remember({ tried: true });
      return await local.generate(
        { ...input, pictures: [{ ...picture, bytes: new TextEncoder().encode(JSON.stringify(order)) }] },
        options,
        context,
      );
    },
  };
}
