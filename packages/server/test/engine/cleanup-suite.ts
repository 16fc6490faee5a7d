import { describe, expect, it } from 'vitest';
import type { Cleanup } from '../../src/engine/contract.ts';
import { newJob } from '../support/jobs.ts';
import { complete, failure, harnesses, mustClaim, mustClaimCleanup } from './harness.ts';
import type { OpenHarness } from './harness.ts';

const remote = (requestId: string): Cleanup => ({
  type: 'cancel_remote_job',
  model: 'hosted',
  remembered: { requestId },
});

/** What every engine promises of what is left to be done outside of it. */
export function cleanupSuite(open: OpenHarness): void {
  const setUp = harnesses(open);
  const options = { worker: 'test', leaseMs: 1000, models: ['hosted'] };

  describe('a cleanup', () => {
    it('is leased to one worker until it is done, and handed out again when the lease expires', async () => {
      const { engine, advance } = await setUp();
      await engine.addCleanup(remote('a'));
      const lost = await engine.claimCleanup(options);
      expect(lost).toEqual({ token: expect.any(String), attempt: 1, cleanup: remote('a') });
      expect(await engine.claimCleanup(options)).toBeUndefined();
      let rung = 0;
      engine.onWork(() => (rung += 1));
      await advance(900);
      expect(rung).toBe(0);
      await advance(5000);
      expect(rung).toBe(1);
      const again = await mustClaimCleanup(engine);
      expect(again).toEqual({ token: expect.any(String), attempt: 2, cleanup: remote('a') });
      // Who lost it can no longer end it.
      await engine.finishCleanup(lost?.token ?? '');
      await engine.retryCleanup(lost?.token ?? '', 0);
      expect(await engine.claimCleanup(options)).toBeUndefined();
      await advance(65_000);
      const third = await mustClaimCleanup(engine);
      expect(third.attempt).toBe(3);
      await engine.finishCleanup(third.token);
      await advance(120_000);
      expect(await engine.claimCleanup(options)).toBeUndefined();
    });

    it('comes due when it was asked to, also after a restart, and rings then', async () => {
      const harness = await setUp();
      await harness.engine.addCleanup(remote('later'), 60_000);
      await harness.engine.addCleanup(remote('failed'));
      const { token } = await mustClaimCleanup(harness.engine);
      // Nothing but the two is due then.
      await harness.advance(10);
      await harness.engine.retryCleanup(token, 30_000);
      let rung = 0;
      harness.engine.onWork(() => (rung += 1));
      await harness.advance(29_000);
      expect(rung).toBe(0);
      expect(await harness.engine.claimCleanup(options)).toBeUndefined();
      await harness.advance(2000);
      expect(rung).toBe(1);
      await harness.restart();
      harness.engine.onWork(() => (rung += 1));
      await harness.advance(1);
      expect(rung).toBe(2);
      expect(await mustClaimCleanup(harness.engine)).toMatchObject({ attempt: 2, cleanup: remote('failed') });
      await harness.advance(35_000);
      expect(rung).toBe(3);
      expect(await mustClaimCleanup(harness.engine)).toMatchObject({ attempt: 1, cleanup: remote('later') });
    });

    it('of a model waits for a worker that offers it; any worker removes files', async () => {
      const { engine } = await setUp();
      const files: Cleanup = { type: 'remove_attempt', jobId: 'j', fileId: 'f', attemptId: 'a' };
      await engine.addCleanup(remote('a'));
      await engine.addCleanup(files);
      expect(await engine.claimCleanup({ ...options, models: ['test'] })).toMatchObject({ cleanup: files });
      expect(await engine.claimCleanup({ ...options, models: [] })).toBeUndefined();
      expect(await engine.claimCleanup(options)).toMatchObject({ cleanup: remote('a') });
    });

    it('is left by a job that is deleted, for its files', async () => {
      const harness = await setUp();
      const { engine, advance } = harness;
      const [gone, running] = [newJob(1), newJob(1)];
      for (const job of [gone, running]) await engine.submit(job);
      await complete(engine, await mustClaim(engine));
      expect(await engine.deleteJob(running.jobId)).toBe('running');
      expect(await engine.deleteJob(gone.jobId)).toBe('deleted');
      expect(await engine.deleteJob(gone.jobId)).toBe('unknown');
      // Whoever deleted it removes them first.
      expect(await engine.claimCleanup(options)).toBeUndefined();
      await harness.restart();
      await advance(10_000);
      const { cleanup, token } = await mustClaimCleanup(harness.engine);
      expect(cleanup).toEqual({ type: 'remove_job', jobId: gone.jobId });
      await harness.engine.finishCleanup(token);
      expect(await harness.engine.claimCleanup(options)).toBeUndefined();
    });

    it('is left by each lease that was taken away, and by no other', async () => {
      const harness = await setUp();
      const { engine, advance } = harness;
      const [ended, cancelled, voided] = [newJob(3), newJob(1), newJob(1)];
      for (const job of [ended, cancelled, voided]) await engine.submit(job);
      for (let file = 0; file < 3; file += 1) {
        const lease = await mustClaim(engine);
        if (lease.taskId === ended.taskId) await complete(engine, lease);
      }
      await engine.finish((await mustClaim(engine)).token, failure);
      await engine.release((await mustClaim(engine)).token, { delayMs: 600_000 });
      await engine.cancel(cancelled.taskId);
      await advance(29_000);
      await harness.restart();
      // What the dead process held is nobody's at once; who was cancelled has a while to remove its own.
      expect((await mustClaimCleanup(harness.engine)).cleanup).toMatchObject({ jobId: voided.jobId });
      expect(await harness.engine.claimCleanup(options)).toBeUndefined();
      await harness.advance(5000);
      expect((await mustClaimCleanup(harness.engine)).cleanup).toMatchObject({ jobId: cancelled.jobId });
      await harness.advance(50_000);
      expect(await harness.engine.claimCleanup(options)).toBeUndefined();
    });
  });
}
