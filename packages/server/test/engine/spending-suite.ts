import { describe, expect, it } from 'vitest';
import { newJob } from '../support/jobs.ts';
import { harnesses, mustClaim } from './harness.ts';
import type { OpenHarness } from './harness.ts';

const today = (key: string, micros: number) => ({ key, day: '2026-11-22', model: 'm', micros });

/** What every engine promises of money, and of work that goes on at a provider. */
export function spendingSuite(open: OpenHarness): void {
  const setUp = harnesses(open);

  describe('the money of a day', () => {
    it('is set aside up to the limit and no further, however many ask at once', async () => {
      const { engine } = await setUp();
      const asked = await Promise.all(
        Array.from({ length: 10 }, (_, index) => engine.reserve(today(`r${index}`, 300_000), 1_000_000)),
      );
      expect(asked.filter(Boolean)).toHaveLength(3);
      expect(await engine.spent('2026-11-22')).toBe(900_000);
      expect(await engine.spent('2026-11-23')).toBe(0);
      expect(await engine.reserve({ ...today('tomorrow', 300_000), day: '2026-11-23' }, 1_000_000)).toBe(true);
    });

    it('counts each request once, and what it came to in the end', async () => {
      const harness = await setUp();
      expect(await harness.engine.reserve(today('a', 400_000), 500_000)).toBe(true);
      expect(await harness.engine.reserve(today('a', 400_000), 500_000)).toBe(true);
      await harness.engine.settle('a', 100_000);
      await harness.engine.settle('a', 100_000);
      await harness.restart();
      expect(await harness.engine.spent('2026-11-22')).toBe(100_000);
      expect(await harness.engine.reserve(today('b', 400_000), 500_000)).toBe(true);
      await harness.engine.settle('b', 0);
      expect(await harness.engine.reserve(today('c', 9_000_000), null)).toBe(true);
      expect(await harness.engine.spent('2026-11-22')).toBe(9_100_000);
    });
  });

  describe('the money of long ago', () => {
    it('is forgotten after two months', async () => {
      const { engine } = await setUp();
      await engine.reserve(today('old', 5), null);
      await engine.reserve({ ...today('recent', 7), day: '2027-01-20' }, null);
      expect(await engine.spent('2026-11-22')).toBe(5);
      await engine.reserve({ ...today('late', 7), day: '2027-02-20' }, null);
      expect([await engine.spent('2026-11-22'), await engine.spent('2027-01-20')]).toEqual([0, 7]);
    });
  });

  describe('work that goes on at a provider', () => {
    it('is told of when its file is cancelled while nobody holds it', async () => {
      const { engine } = await setUp();
      const left: unknown[] = [];
      engine.onAbandoned((given) => left.push(...given));
      const job = newJob(3, { model: 'hosted' });
      await engine.submit(job);
      const [waiting, held] = [await mustClaim(engine), await mustClaim(engine)];
      for (const lease of [waiting, held]) await engine.remember(lease.token, { request: lease.file.fileId });
      await engine.release(waiting.token, { delayMs: 60_000 });
      await engine.cancel(job.taskId);
      expect(left).toEqual([{ model: 'hosted', remembered: { request: waiting.file.fileId } }]);
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
      const busy = await engine.claim('test', 60_000, ['hosted']);
      expect(busy?.remembered).toBeUndefined();
      expect(await mustClaim(engine)).toMatchObject({ taskId: begun.taskId, remembered: { requestId: 'paid' } });
      expect((await mustClaim(engine)).remembered).toBeUndefined();
    });
  });
}
