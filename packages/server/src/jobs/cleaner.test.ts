import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { newJob } from '../../test/support/jobs.ts';
import { createScriptedModel } from '../../test/support/scripted-model.ts';
import type { Engine } from '../engine/contract.ts';
import { createSqliteEngine } from '../engine/sqlite/engine.ts';
import { Cleaner, maxCleanupAttempts } from './cleaner.ts';

let engine: Engine;
let cleaner: Cleaner;

beforeEach(async () => {
  vi.useFakeTimers();
  engine = await createSqliteEngine({ file: ':memory:' });
});

afterEach(async () => {
  await cleaner.close();
  await engine.close();
  vi.useRealTimers();
});

const noFiles = {
  async *list(): AsyncGenerator<string> {
    // None.
  },
  remove: async (): Promise<void> => undefined,
  removePrefix: async (): Promise<void> => undefined,
  areRemovalsHeld: async (): Promise<boolean> => false,
};
const removal = { type: 'remove_attempt', jobId: 'j', fileId: 'f', attemptId: 'a' } as const;

function start(
  cancel: (remembered: unknown) => Promise<void>,
  files: ConstructorParameters<typeof Cleaner>[0]['files'] = noFiles,
): string[] {
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  const model = { ...createScriptedModel({ id: 'hosted' }), cancel };
  cleaner = new Cleaner({ engine, models: new Map([['hosted', model]]), files, log, worker: 'test' });
  cleaner.start();
  return lines;
}

it('waits longer each time, gives up after so many attempts, and says so', async () => {
  const at: number[] = [];
  const list = (): AsyncGenerator<string> => {
    at.push(Date.now());
    throw new Error('The disk is away');
  };
  const lines = start(async () => undefined, { ...noFiles, list });
  await engine.addCleanup(removal);
  await vi.advanceTimersByTimeAsync(2 * 3_600_000);
  expect(at).toHaveLength(maxCleanupAttempts.remove_attempt);
  const waits = at.slice(1).map((time, index) => time - (at[index] ?? 0));
  for (const [index, wait] of waits.entries())
    expect(wait).toBeLessThanOrEqual(Math.min(300_000, 1000 * 2 ** index) + 1000);
  expect(lines.filter((line) => line.includes('given up'))).toHaveLength(1);
});

it('cancels at a provider that was away for half a day, and gives up after about a day', async () => {
  let calls = 0;
  let isAway = true;
  const lines = start(async () => {
    calls += 1;
    if (isAway) throw new Error('The provider is away');
  });
  const add = async (request: number) =>
    await engine.addCleanup({ type: 'cancel_remote_job', model: 'hosted', remembered: { request } });
  await add(7);
  await vi.advanceTimersByTimeAsync(12 * 3_600_000);
  isAway = false;
  const before = calls;
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(calls).toBe(before + 1);
  expect(lines.join()).not.toContain('given up');
  isAway = true;
  calls = 0;
  await add(8);
  await vi.advanceTimersByTimeAsync(48 * 3_600_000);
  expect(calls).toBe(maxCleanupAttempts.cancel_remote_job);
  expect(lines.filter((line) => line.includes('given up'))).toHaveLength(1);
  expect(lines.join()).not.toContain('"request":7');
});

it('does several at once, so that one that hangs does not hold up the others', async () => {
  const done: unknown[] = [];
  const hanging = Promise.withResolvers<void>();
  start(async (remembered) => {
    if (remembered === 'hangs') await hanging.promise;
    done.push(remembered);
  });
  for (const remembered of ['hangs', 'a', 'b', 'c', 'd', 'e']) {
    await engine.addCleanup({ type: 'cancel_remote_job', model: 'hosted', remembered });
  }
  await vi.advanceTimersByTimeAsync(10);
  expect(done).toEqual(['a', 'b', 'c', 'd', 'e']);
  hanging.resolve();
  await vi.advanceTimersByTimeAsync(10);
  expect(done.at(-1)).toBe('hangs');
});

it('removes files while a provider holds up every cancel', async () => {
  const removed: string[] = [];
  const hanging = Promise.withResolvers<void>();
  start(async () => await hanging.promise, {
    ...noFiles,
    async *list() {
      yield 'f.a.glb';
    },
    remove: async (key) => void removed.push(key),
  });
  for (let request = 0; request < 6; request += 1) {
    await engine.addCleanup({ type: 'cancel_remote_job', model: 'hosted', remembered: { request } });
  }
  await engine.addCleanup(removal);
  await vi.advanceTimersByTimeAsync(10);
  expect(removed).toHaveLength(1);
  hanging.resolve();
});

it('removes what is left of a deleted job, also where the disk is away for hours', async () => {
  let isAway = true;
  const removed: string[] = [];
  const lines = start(async () => undefined, {
    ...noFiles,
    removePrefix: async (prefix) => {
      if (isAway) throw new Error('The disk is away');
      removed.push(prefix);
    },
  });
  await engine.addCleanup({ type: 'remove_job', jobId: 'j' });
  await vi.advanceTimersByTimeAsync(6 * 3_600_000);
  isAway = false;
  await vi.advanceTimersByTimeAsync(600_000);
  expect(removed).toEqual(['jobs/j']);
  expect(lines.join()).not.toContain('given up');
});

it('leaves files alone while a backup reads them, but cancels at providers', async () => {
  let isHeld = true;
  const removed: string[] = [];
  const cancelled: unknown[] = [];
  start(async (remembered) => void cancelled.push(remembered), {
    ...noFiles,
    areRemovalsHeld: async () => isHeld,
    removePrefix: async (prefix) => void removed.push(prefix),
  });
  await engine.addCleanup({ type: 'remove_job', jobId: 'j' });
  await engine.addCleanup({ type: 'cancel_remote_job', model: 'hosted', remembered: 1 });
  await vi.advanceTimersByTimeAsync(4 * 3_600_000);
  expect({ removed, cancelled }).toEqual({ removed: [], cancelled: [1] });
  isHeld = false;
  await vi.advanceTimersByTimeAsync(61_000);
  expect(removed).toEqual(['jobs/j']);
});

it('leaves the work of models that are not offered here to others', async () => {
  start(async () => undefined);
  await engine.addCleanup({ type: 'cancel_remote_job', model: 'other', remembered: 1 });
  await vi.advanceTimersByTimeAsync(10_000);
  const lease = await engine.claimCleanup({ worker: 'another', leaseMs: 1000, models: ['other'] });
  expect(lease?.cleanup).toEqual({ type: 'cancel_remote_job', model: 'other', remembered: 1 });
});

it('removes a mask that was replaced, or that nobody came to use, and never the one of its file', async () => {
  const job = newJob(1);
  const [file] = job.files;
  if (!file) throw new Error('a file');
  const { jobId } = job;
  const { fileId } = file;
  const mask = { filename: 'm.png', contentType: 'image/png', sizeBytes: 3, sha256: 'ab', storageKey: 'used' };
  await engine.submit({ ...job, files: [{ ...file, mask }] });
  const removed: string[] = [];
  start(async () => undefined, { ...noFiles, remove: async (key) => void removed.push(key) });
  for (const storageKey of ['stray', 'used'])
    await engine.addCleanup({ type: 'remove_mask', jobId, fileId, storageKey });
  await vi.advanceTimersByTimeAsync(1000);
  expect(removed).toEqual(['stray']);
});
