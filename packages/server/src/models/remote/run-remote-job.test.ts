import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { smallGlb } from '../../../test/support/scripted-model.ts';
import { ModelError } from '../errors.ts';
import type { ModelContext } from '../contract.ts';
import { createAddressGuard } from './address.ts';
import { createJobEndings } from './job-endings.ts';
import { createKeyState } from './key-state.ts';
import { createLedger } from './ledger.ts';
import type { RemoteJob, SubmitOutcome } from './remote-job.ts';
import { patienceLeftMs, remoteWork } from './run-remote-job.ts';
import { defaultTimings } from './timings.ts';

/** A provider that keeps its jobs by our own ids, as a server on one's own graphics card may. */
async function setUp(change: Partial<RemoteJob> & { patienceMs?: number; findable?: boolean } = {}) {
  const { patienceMs = 60_000, findable = true, ...changes } = change;
  const server = createServer((_, response) => response.end(smallGlb())).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.glb`;
  const jobs = new Map<string, string>();
  const did: string[] = [];
  const money = new Map<string, number>();
  const memory: unknown[] = [];
  const abandoned: unknown[] = [];
  const stop = new AbortController();
  const job: RemoteJob = {
    plan: () => ({ units: 2, warnings: [{ text: 'Few faces' }] }),
    prepare: async () => ({}),
    async submit(_, ourId): Promise<SubmitOutcome> {
      did.push('submit');
      jobs.set(ourId, `job-${jobs.size + 1}`);
      return { outcome: 'accepted', jobId: jobs.get(ourId) ?? '' };
    },
    ...(findable && { find: async (ourId: string) => jobs.get(ourId) }),
    follow: async (jobId) => did.push(`follow ${jobId}`),
    result: async () => ({ files: { models: [{ url, extension: 'glb' }], extras: [] } }),
    cancel: async (jobId) => void did.push(`cancel ${jobId}`),
    ...changes,
  };
  const timings = { ...defaultTimings, firstBackoffMs: 1, maxBackoffMs: 5, patienceMs };
  const provider = { id: 'simulated', name: 'Simulated' };
  const engine = {
    reserve: async ({ key, micros }: { key: string; micros: number }) => Boolean(money.set(key, micros)),
    settle: async (key: string, micros: number) => void money.set(key, micros),
  };
  const prices = { of: () => ({ amount: 5, currency: 'credits', unit: 'models' }), ready: async () => undefined };
  const lines: unknown[] = [];
  const log = { warn: (line: unknown) => void lines.push(line), error: () => undefined };
  const model = remoteWork({
    id: 'simulated/model',
    job,
    provider,
    currency: 'credits',
    ledger: createLedger({ provider, currency: 'credits', dailyLimit: null, prices, engine }),
    key: createKeyState({ provider: provider.name, refusedMs: 1000, log }),
    endings: createJobEndings(),
    guard: createAddressGuard('127.0.0.1'),
    measure: async () => ({ parts: 1, watertight: true }),
    timings,
    typicalSeconds: async () => null,
    log,
  });
  const run = async (context: Partial<ModelContext> = {}) =>
    await model.generate(
      { fileId: 'f', pictures: [{ filename: 'f.png', contentType: 'image/png', bytes: new Uint8Array(1) }] },
      { faceLimit: null, options: {} },
      {
        signal: stop.signal,
        report: () => undefined,
        remembered: undefined,
        remember: async (state) => void memory.push(state),
        abandon: async (state) => void abandoned.push(state),
        ...context,
      },
    );
  return { run, model, jobs, did, money, memory, abandoned, lines, stop };
}

const unknown = async (): Promise<SubmitOutcome> => ({ outcome: 'unknown' });

describe('a job at a provider', () => {
  it('is written down, paid in the currency of its provider, and said with what to know about it', async () => {
    const { run, memory, money } = await setUp();
    expect(await run()).toMatchObject({
      cost: { units: 2, unit: 'models', amount: 10, currency: 'credits' },
      statistics: { parts: 1, watertight: true, warnings: ['Few faces'], warning_messages: [{}] },
    });
    expect(memory).toMatchObject([{ step: 'begun' }, { step: 'intent' }, { step: 'submitted', jobId: 'job-1' }]);
    expect([...money.values()]).toEqual([10_000_000]);
  });

  it('is resumed after a lost answer where the provider finds it by our id', async () => {
    const { run, jobs, did } = await setUp();
    jobs.set('ours', 'job-1');
    await run({ remembered: { step: 'intent', ourId: 'ours' } });
    expect(did).toEqual(['follow job-1']);
  });

  it('is sent again under the same id where the provider certainly has none of it', async () => {
    const { run, jobs, did } = await setUp();
    await run({ remembered: { step: 'intent', ourId: 'ours' } });
    expect(did).toEqual(['submit', 'follow job-1']);
    expect([...jobs.keys()]).toEqual(['ours']);
  });

  it('is looked up at once where an answer is lost, and sent again only where there is none', async () => {
    let submits = 0;
    const { run, did, jobs } = await setUp({
      async submit(_, ourId) {
        submits += 1;
        // The first is lost on the way, of the second the answer alone.
        if (submits === 2) jobs.set(ourId, 'job-2');
        return { outcome: 'unknown' };
      },
    });
    await run();
    expect([submits, ...did]).toEqual([2, 'follow job-2']);
  });

  it('is never sent again where the provider cannot say, and keeps the money set aside', async () => {
    const { run, memory, money } = await setUp({ submit: unknown, findable: false });
    await expect(run()).rejects.toMatchObject({ code: 'SUBMIT_OUTCOME_UNKNOWN', retryable: false });
    expect(memory.at(-1)).toMatchObject({ step: 'intent' });
    expect([...money.values()]).toEqual([10_000_000]);
    await expect(run({ remembered: memory.at(-1) })).rejects.toMatchObject({ code: 'SUBMIT_OUTCOME_UNKNOWN' });
  });

  it('is forgotten where it failed for good, and its money given back where nothing was charged', async () => {
    const error = new ModelError('GENERATION_FAILED', { text: 'no' });
    const { run, memory, money } = await setUp({ result: async () => ({ error, charged: 'no' }) });
    await expect(run()).rejects.toBe(error);
    expect(memory.at(-1)).toBeUndefined();
    expect([...money.values()]).toEqual([0]);
  });

  it('is left for a cleanup where it takes too long', async () => {
    const { run, memory, abandoned } = await setUp({
      patienceMs: 20,
      follow: async (_, { signal }) => {
        await once(signal, 'abort');
        signal.throwIfAborted();
      },
    });
    await expect(run()).rejects.toMatchObject({ code: 'PROVIDER_TIMEOUT', retryable: false });
    expect(abandoned).toEqual([memory.at(-1)]);
  });

  it('has a fair share of the patience left, whatever was made of the clock since its submit', () => {
    const [submittedAt, hour] = [Date.UTC(2026, 0, 1), 3_600_000];
    const left = (sinceMs: number) => patienceLeftMs(submittedAt, 2 * hour, submittedAt + sinceMs);
    expect([0, hour, 24 * hour, -hour].map(left)).toEqual([2 * hour, hour, hour / 2, 2 * hour]);
  });

  it('is cancelled at once where the store has no room for its id, nor for the cleanup', async () => {
    const { run, did } = await setUp();
    const full = new Error('There is no room');
    const remember = async (state: unknown) => {
      if ((state as { step?: string } | undefined)?.step === 'submitted') throw full;
    };
    const abandon = () => Promise.reject(new Error('There is no room either'));
    await expect(run({ remember, abandon })).rejects.toBe(full);
    expect(did).toEqual(['submit', 'cancel job-1']);
  });

  it('ends with the first error where it cannot be cancelled either, and says which job it was', async () => {
    const { run, lines } = await setUp({ cancel: () => Promise.reject(new Error('The provider is away')) });
    const full = new Error('There is no room');
    const remember = async (state: unknown) => {
      if ((state as { step?: string } | undefined)?.step === 'submitted') throw full;
    };
    await expect(run({ remember, abandon: () => Promise.reject(full) })).rejects.toBe(full);
    expect(lines).toMatchObject([{ request_id: 'job-1', provider: 'simulated' }]);
  });

  it('is cancelled by what was stored of it, an intent where it can be found', async () => {
    const { model, jobs, did } = await setUp();
    const submitted = { step: 'submitted', ourId: 'o', jobId: 'job-7', submittedAt: 1, price: null, warnings: [] };
    jobs.set('ours', 'job-8');
    for (const remembered of [undefined, { step: 'begun', ourId: 'ours' }, { step: 'intent', ourId: 'other' }]) {
      await model.cancel(remembered);
    }
    expect(did).toEqual([]);
    await model.cancel(submitted);
    await model.cancel({ step: 'intent', ourId: 'ours' });
    expect(did).toEqual(['cancel job-7', 'cancel job-8']);
  });
});
