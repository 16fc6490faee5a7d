import { describe, expect, it } from 'vitest';
import { newJob } from '../support/jobs.ts';
import { claimBut, harnesses, mustClaim, mustClaimCleanup } from './harness.ts';
import type { OpenHarness } from './harness.ts';

const dayMs = 86_400_000;
const paid = (key: string, micros: number) => ({ key, provider: 'fal', model: 'm', currency: 'USD', micros });

/** What every engine promises of money, and of work that goes on at a provider. */
export function spendingSuite(open: OpenHarness): void {
  const setUp = harnesses(open);

  describe('the money of a day', () => {
    it('is set aside up to the limit and no further, however many ask at once', async () => {
      const { engine, advance } = await setUp();
      const asked = await Promise.all(
        Array.from({ length: 10 }, (_, index) => engine.reserve(paid(`r${index}`, 300_000), 1_000_000)),
      );
      expect(asked.filter(Boolean)).toHaveLength(3);
      expect(await engine.spent('fal', 'USD')).toBe(900_000);
      await advance(dayMs);
      expect(await engine.spent('fal', 'USD')).toBe(0);
      expect(await engine.spent('fal', 'USD', 1)).toBe(900_000);
      expect(await engine.reserve(paid('tomorrow', 300_000), 1_000_000)).toBe(true);
    });

    it('is one sum for each provider and currency', async () => {
      const { engine } = await setUp();
      expect(await engine.reserve(paid('a', 900_000), 1_000_000)).toBe(true);
      expect(await engine.reserve({ ...paid('b', 900_000), currency: 'credits' }, 1_000_000)).toBe(true);
      expect(await engine.reserve({ ...paid('c', 900_000), provider: 'other' }, 1_000_000)).toBe(true);
      expect(await engine.reserve({ ...paid('d', 900_000), model: 'another' }, 1_000_000)).toBe(false);
      expect(await engine.spent('fal', 'credits')).toBe(900_000);
      expect(await engine.spent('fal', 'EUR')).toBe(0);
    });

    it('counts each request once, and what it came to in the end', async () => {
      const harness = await setUp();
      expect(await harness.engine.reserve(paid('a', 400_000), 500_000)).toBe(true);
      expect(await harness.engine.reserve(paid('a', 400_000), 500_000)).toBe(true);
      await harness.engine.settle('a', 100_000);
      await harness.engine.settle('a', 100_000);
      await harness.restart();
      expect(await harness.engine.spent('fal', 'USD')).toBe(100_000);
      expect(await harness.engine.reserve(paid('b', 400_000), 500_000)).toBe(true);
      await harness.engine.settle('b', 0);
      expect(await harness.engine.reserve(paid('c', 9_000_000), null)).toBe(true);
      expect(await harness.engine.spent('fal', 'USD')).toBe(9_100_000);
    });
  });

  describe('the money of long ago', () => {
    it('is forgotten after two months', async () => {
      const { engine, advance } = await setUp();
      await engine.reserve(paid('old', 5), null);
      await advance(59 * dayMs);
      await engine.reserve(paid('recent', 7), null);
      expect(await engine.spent('fal', 'USD', 59)).toBe(5);
      await advance(31 * dayMs);
      await engine.reserve(paid('late', 7), null);
      expect([await engine.spent('fal', 'USD', 90), await engine.spent('fal', 'USD', 31)]).toEqual([0, 7]);
    });
  });

  describe('work that goes on at a provider', () => {
    it('is left to be cancelled with its file, whether anybody holds it or not', async () => {
      const { engine } = await setUp();
      const job = newJob(3, { model: 'hosted' });
      await engine.submit(job);
      const [waiting, held] = [await mustClaim(engine), await mustClaim(engine)];
      for (const lease of [waiting, held]) await engine.remember(lease.token, { request: lease.file.fileId });
      await engine.release(waiting.token, { delayMs: 60_000 });
      await engine.cancel(job.taskId);
      const left = [await mustClaimCleanup(engine), await mustClaimCleanup(engine)].map(({ cleanup }) => cleanup);
      for (const { file } of [waiting, held]) {
        expect(left).toContainEqual({
          type: 'cancel_remote_job',
          model: 'hosted',
          remembered: { request: file.fileId },
        });
      }
      expect(await engine.claimCleanup({ worker: 'test', leaseMs: 1000, models: ['hosted'] })).toBeUndefined();
    });

    it('is taken up after any number of restarts, as the same attempt', async () => {
      const harness = await setUp();
      await harness.engine.submit(newJob(1));
      for (let start = 0; start < 5; start += 1) {
        const lease = await mustClaim(harness.engine);
        expect(lease.attempt).toBe(1);
        await harness.engine.remember(lease.token, { request: 'r' });
        await harness.restart();
      }
      const lease = await mustClaim(harness.engine);
      expect(lease.remembered).toEqual({ request: 'r' });
      await harness.engine.remember(lease.token, undefined);
      await harness.engine.release(lease.token);
      expect((await mustClaim(harness.engine)).remembered).toBeUndefined();
    });

    it('is gone on with before new work is taken', async () => {
      const { engine } = await setUp();
      const jobs = [newJob(2), newJob(2), newJob(2, { model: 'hosted' })];
      for (const job of jobs) await engine.submit(job);
      const [first, second, begun] = [await mustClaim(engine), await mustClaim(engine), await mustClaim(engine)];
      await engine.remember(begun.token, { requestId: 'paid' });
      for (const lease of [first, second, begun]) await engine.release(lease.token, { countAttempt: false });
      const busy = await claimBut(engine, ['hosted']);
      expect(busy?.remembered).toBeUndefined();
      expect(await mustClaim(engine)).toMatchObject({ taskId: begun.taskId, remembered: { requestId: 'paid' } });
      expect((await mustClaim(engine)).remembered).toBeUndefined();
    });
  });
}
