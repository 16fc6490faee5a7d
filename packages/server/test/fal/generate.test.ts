import { afterEach, describe, expect, it } from 'vitest';
import { createFal } from '../../src/models/fal/fal.ts';
import type { ModelContext } from '../../src/models/contract.ts';
import { picture } from '../support/server.ts';
import { falKey, startFalServer } from './server.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** One hosted model by itself, with a memory and a ledger that a test looks into. */
async function setUp() {
  const server = await startFalServer();
  cleanups.push(() => server.close());
  const settled: Record<string, number> = {};
  const memory: unknown[] = [];
  const stop = new AbortController();
  const fal = createFal({
    key: falKey,
    queueUrl: server.queueUrl,
    restUrl: server.restUrl,
    apiUrl: server.restUrl,
    dailyLimitUsd: null,
    publicUrl: null,
    log: quiet,
    timings: { firstBackoffMs: 5, longestBackoffMs: 20, submitMs: 5000 },
    engine: {
      async reserve({ key, micros }) {
        settled[key] = micros;
        return true;
      },
      async settle(key, micros) {
        settled[key] = micros;
      },
      typicalSeconds: async () => null,
    },
  });
  cleanups.push(() => fal.close());
  const bytes = await picture();
  const model = fal.models.find(({ id }) => id === 'fal-ai/trellis');
  async function run(context: Partial<ModelContext> = {}) {
    const given = model?.checkOptions({});
    if (model === undefined || given === undefined || 'problems' in given) throw new Error('no such model');
    return await model.generate(
      { fileId: 'f', filename: 'secret name.png', contentType: 'image/png', bytes },
      { faceLimit: null, options: given.options },
      {
        signal: stop.signal,
        report: () => undefined,
        remembered: undefined,
        remember: async (state) => void memory.push(state),
        ...context,
      },
    );
  }
  return { server, fal, run, memory, settled, stop };
}

const steps = (memory: readonly unknown[]) =>
  memory.map((state) => (typeof state === 'object' && state !== null && 'step' in state ? state.step : state));

describe('one model at fal', () => {
  it('writes down what it is about to do, and what fal called it', async () => {
    const { run, memory, settled, server } = await setUp();
    await run();
    expect(steps(memory)).toEqual(['begun', 'intent', 'submitted']);
    expect(memory.at(-1)).toMatchObject({ requestId: server.ledger().submits[0]?.requestId });
    expect(Object.values(settled)).toEqual([20_000]);
    expect(JSON.stringify(server.ledger())).not.toContain('secret name');
  });

  it.each([[{ step: 'intent', spending: 's' }], [{ step: 'submitted' }], ['garbage']])(
    'sends nothing where an earlier attempt may have (%j)',
    async (remembered) => {
      const { run, server } = await setUp();
      await expect(run({ remembered })).rejects.toMatchObject({ code: 'SUBMIT_OUTCOME_UNKNOWN', retryable: false });
      expect(server.ledger().calls.submit).toBe(0);
    },
  );

  it('goes on with what an earlier attempt was given, and sends nothing', async () => {
    const { run, memory, server } = await setUp();
    await run();
    await run({ remembered: memory.at(-1) });
    expect(server.ledger().submits).toHaveLength(1);
  });

  it('cancels what it cannot remember', async () => {
    const { run, server } = await setUp();
    const remember = async (state: unknown) => {
      if (JSON.stringify(state).includes('submitted')) throw new Error('the lease is lost');
    };
    await expect(run({ remember })).rejects.toThrow('the lease is lost');
    const { cancels, submits } = await server.until((ledger) => ledger.cancels.length === 1);
    expect(cancels).toEqual([submits[0]?.requestId]);
  });

  it('sends nothing that it could not write down before', async () => {
    const { run, server, settled } = await setUp();
    const remember = async (state: unknown) => {
      if (JSON.stringify(state).includes('intent')) throw new Error('the lease is lost');
    };
    await expect(run({ remember })).rejects.toThrow('the lease is lost');
    expect(server.ledger().calls.submit).toBe(0);
    expect(Object.values(settled)).toEqual([0]);
  });

  it('is cancelled at once while its request is on the way, and the request as soon as fal has named it', async () => {
    const { run, server, stop } = await setUp();
    server.fault({ at: 'submit', kind: 'slow', ms: 300 });
    const running = run();
    await server.until(({ submits }) => submits.length === 1);
    stop.abort('cancelled');
    await expect(running).rejects.toBe('cancelled');
    await server.until(({ cancels }) => cancels.length === 1);
  });

  it('waits for the name of its request when the server stops, so that the next one can go on', async () => {
    const { run, memory, server, stop } = await setUp();
    server.fault({ at: 'submit', kind: 'slow', ms: 200 });
    const running = run();
    await server.until(({ submits }) => submits.length === 1);
    stop.abort('shutdown');
    await expect(running).rejects.toBe('shutdown');
    expect(steps(memory).at(-1)).toBe('submitted');
    expect(server.ledger().cancels).toEqual([]);
  });
});
