import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Generated,
  Model,
  ModelContext,
  ModelDescription,
  ModelInput,
  ModelOptions,
} from '../../src/models/contract.ts';
import { packGlb } from './glb.ts';

interface ScriptedModelOptions {
  id?: string;
  /** Milliseconds that a generation takes, spread over the steps. */
  delayMs?: number;
  /** Reports of each generation. */
  steps?: number;
  /** Called before the result: throw from it to fail, wait in it to hang. */
  fault?: (input: ModelInput, context: ModelContext, options: ModelOptions) => unknown;
  /** What the model gives back in place of a small binary glTF. */
  generated?: Partial<Generated>;
}

/** A model that makes nothing of the picture: it waits, reports and fails as it is told. Simulated, for tests alone. */
export function createScriptedModel(script: ScriptedModelOptions = {}): Model & { calls: ModelInput[] } {
  const { id = 'test', delayMs = 0, steps = 2, fault, generated } = script;
  const calls: ModelInput[] = [];
  return {
    id,
    calls,
    describe: (): ModelDescription => ({
      id,
      name: 'Test model',
      description: 'Waits, reports and fails as a test tells it to.',
      options_schema: { type: 'object' },
      formats: ['glb'],
      requires_key: false,
      price: null,
    }),
    checkOptions: (given) => ({ options: (given ?? {}) as Record<string, unknown> }),
    async generate(input: ModelInput, options: ModelOptions, context: ModelContext): Promise<Generated> {
      calls.push(input);
      for (let step = 1; step <= steps; step += 1) {
        context.report({
          stage: `step-${step}`,
          fraction: step / (steps + 1),
          message: { text: `Step ${step} of ${steps}` },
        });
        if (delayMs > 0) await sleep(delayMs / steps, undefined, { signal: context.signal });
      }
      await fault?.(input, context, options);
      context.signal.throwIfAborted();
      return { glb: smallGlb(), preview: null, statistics: { faces: 12 }, ...generated };
    },
    close: () => Promise.resolve(),
  };
}

/** The smallest valid binary glTF: a header and an empty scene. */
export function smallGlb(): Uint8Array {
  return new Uint8Array(packGlb({ asset: { version: '2.0' } }));
}
