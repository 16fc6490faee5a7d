import { describe, expect, it, onTestFinished } from 'vitest';
import { createFal } from '../../../src/models/fal/fal.ts';
import type { ModelContext } from '../../../src/models/contract.ts';
import { picture } from '../../support/server.ts';
import { falKey, startFalServer } from './server.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** One hosted model by itself, with a memory and a ledger that a test looks into. */
async function setUp() {
  const server = await startFalServer();
  onTestFinished(() => server.close());
  const settled: Record<string, number> = {};
  const memory: unknown[] = [];
  const abandoned: unknown[] = [];
  const stop = new AbortController();
  const fal = createFal({
    key: falKey,
    queueUrl: server.queueUrl,
    restUrl: server.restUrl,
    apiUrl: server.restUrl,
    dailyLimitUsd: null,
    publicUrl: null,
    log: quiet,
    timings: { firstBackoffMs: 5, maxBackoffMs: 20, submitMs: 5000 },
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
  onTestFinished(() => fal.close());
  const bytes = await picture();
  const model = fal.models.find(({ id }) => id === 'fal-ai/trellis');
  async function run(context: Partial<ModelContext> = {}) {
    const given = model?.checkOptions({});
    if (model === undefined || given === undefined || 'problems' in given) throw new Error('no such model');
    return await model.generate(
      { fileId: 'f', pictures: [{ filename: 'secret name.png', contentType: 'image/png', bytes }] },
      { faceLimit: null, options: given.options },
      {
        signal: stop.signal,
        report: () => undefined,
        remembered: undefined,
        remember: async (state) => void memory.push(state),
        abandon: async (state) => void abandoned.push(state),
        ...context,
      },
    );
  }
  return { server, fal, model, run, memory, abandoned, settled, stop };
}

const steps = (memory: readonly unknown[]) =>
  memory.map((state) => (typeof state === 'object' && state !== null && 'step' in state ? state.step : state));

describe('one model at fal', () => {
  it('writes down what it is about to do, and what fal called it', async () => {
    const { run, memory, settled, server } = await setUp();
    await run();
    expect(steps(memory)).toEqual(['begun', 'intent', 'submitted']);
    expect(memory.at(-1)).toMatchObject({ jobId: server.ledger().submits[0]?.requestId });
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

  it('goes on with what version 0.1 stored, and counts its cost under the same name', async () => {
    const { run, memory, settled, server } = await setUp();
    await run();
    const { jobId, ourId, submittedAt, price } = memory.at(-1) as Record<string, unknown>;
    const stored = {
      step: 'submitted',
      spending: ourId,
      requestId: jobId,
      submittedAt,
      price,
      warnings: ['Few faces'],
    };
    expect(await run({ remembered: stored })).toMatchObject({
      cost: { amount: 0.02 },
      statistics: { warnings: ['Few faces'] },
    });
    await run({ remembered: { step: 'begun', spending: 'earlier' } });
    expect(server.ledger().submits).toHaveLength(2);
    expect(settled).toEqual({ [String(ourId)]: 20_000, earlier: 20_000 });
  });

  it('leaves what it cannot remember for a cleanup', async () => {
    const { run, server, abandoned, model } = await setUp();
    const remember = async (state: unknown) => {
      if (JSON.stringify(state).includes('submitted')) throw new Error('the lease is lost');
    };
    await expect(run({ remember })).rejects.toThrow('the lease is lost');
    const [left] = abandoned;
    expect(abandoned).toMatchObject([{ step: 'submitted', jobId: server.ledger().submits[0]?.requestId }]);
    await model?.cancel?.(left);
    const { cancels, submits } = server.ledger();
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

  it('is left for a cleanup where it is cancelled while its request is on the way, as soon as fal has named it', async () => {
    const { run, server, stop, memory, abandoned, model } = await setUp();
    server.fault({ at: 'submit', kind: 'slow', ms: 300 });
    const running = run();
    await server.until(({ submits }) => submits.length === 1);
    stop.abort('cancelled');
    await expect(running).rejects.toBe('cancelled');
    expect(steps(memory)).toEqual(['begun', 'intent']);
    expect(abandoned).toMatchObject([{ step: 'submitted', jobId: server.ledger().submits[0]?.requestId }]);
    await model?.cancel?.(abandoned[0]);
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

  it('is cancelled by what was stored of it, also by version 0.1', async () => {
    const { run, server, memory, model } = await setUp();
    server.planNext({ hold: 'queue' });
    const stop = new AbortController();
    const running = run({ signal: stop.signal });
    await server.until(({ calls }) => calls.stream === 1);
    stop.abort('cancelled');
    await expect(running).rejects.toBe('cancelled');
    // The attempt itself cancels nothing.
    expect(server.ledger().cancels).toEqual([]);
    const { jobId } = memory.at(-1) as { jobId: string };
    const stored = { step: 'submitted', spending: 's', requestId: jobId, submittedAt: 1, price: null, warnings: [] };
    await model?.cancel?.(stored);
    // Twice is once: fal says that it has ended.
    await model?.cancel?.(memory.at(-1));
    expect(server.ledger().cancels).toEqual([jobId, jobId]);
    // Nobody knows of which request that is.
    await model?.cancel?.({ step: 'intent', ourId: 'o' });
    expect(server.ledger().calls.cancel).toBe(2);
  });

  it.each([
    { kind: 'cut-before' },
    { kind: 'answer', status: 503 },
    { kind: 'answer', status: 429 },
    { kind: 'answer', status: 401 },
  ] as const)('is to be cancelled again where fal did not hear of it (%j)', async (fault) => {
    const { server, model } = await setUp();
    server.fault({ at: 'cancel', ...fault });
    const left = { step: 'submitted', ourId: 'o', jobId: 'unknown', submittedAt: 1, price: null, warnings: [] };
    await expect(model?.cancel?.(left)).rejects.toBeInstanceOf(Error);
    // 404: fal has no such request, and nothing is left to do.
    await model?.cancel?.(left);
  });
});
