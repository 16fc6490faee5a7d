import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
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
};

function start(cancel: (remembered: unknown) => Promise<void>): string[] {
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  const model = { ...createScriptedModel({ id: 'hosted' }), cancel };
  cleaner = new Cleaner({ engine, models: new Map([['hosted', model]]), files: noFiles, log, worker: 'test' });
  cleaner.start();
  return lines;
}

it('waits longer each time, gives up after so many attempts, and says so', async () => {
  const at: number[] = [];
  const lines = start(async () => {
    at.push(Date.now());
    throw new Error('The provider is away');
  });
  await engine.addCleanup({ type: 'cancel_remote_job', model: 'hosted', remembered: { request: 7 } });
  await vi.advanceTimersByTimeAsync(2 * 3_600_000);
  expect(at).toHaveLength(maxCleanupAttempts);
  const waits = at.slice(1).map((time, index) => time - (at[index] ?? 0));
  for (const [index, wait] of waits.entries())
    expect(wait).toBeLessThanOrEqual(Math.min(300_000, 1000 * 2 ** index) + 1000);
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

it('leaves the work of models that are not offered here to others', async () => {
  start(async () => undefined);
  await engine.addCleanup({ type: 'cancel_remote_job', model: 'other', remembered: 1 });
  await vi.advanceTimersByTimeAsync(10_000);
  const lease = await engine.claimCleanup({ worker: 'another', leaseMs: 1000, models: ['other'] });
  expect(lease?.cleanup).toEqual({ type: 'cancel_remote_job', model: 'other', remembered: 1 });
});
