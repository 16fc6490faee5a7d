import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/contract.ts';
import { newJob } from '../support/jobs.ts';
import { claim, complete, harnesses } from './harness.ts';
import type { OpenHarness } from './harness.ts';

const share = (number: number, jobId: string, fileId: string | null = null) => ({
  shareId: `00000000-0000-4000-8000-00000000000${number}`,
  jobId,
  fileId,
  hash: `hash-${number}`,
});

async function finishedJob(engine: Engine, number: number): Promise<string> {
  const job = newJob(number);
  await engine.submit(job);
  for (let lease = await claim(engine, 60_000); lease !== undefined; lease = await claim(engine, 60_000))
    await complete(engine, lease);
  return job.jobId;
}

/** What every engine promises of lasting links. */
export function sharesSuite(open: OpenHarness): void {
  const setUp = harnesses(open);

  describe('shares', () => {
    // Promised: A shared link survives restarts and crashes.
    it('are found by the hash of their token at every process, after a restart and after a crash', async () => {
      const harness = await setUp();
      const jobId = await finishedJob(harness.engine, 1);
      const made = await harness.engine.addShare(share(1, jobId, 'f'), { forMs: 60_000, limit: 5 });
      expect(made).toMatchObject({
        ...share(1, jobId, 'f'),
        expiresAt: (made as { createdAt: number }).createdAt + 60_000,
      });
      const second = await harness.second();
      expect(await second.share('hash-1')).toEqual(made);
      expect(await second.share('hash-2')).toBeUndefined();
      await harness.restart();
      expect(await harness.engine.share('hash-1')).toEqual(made);
      await harness.kill();
      expect(await harness.engine.share('hash-1')).toEqual(made);
    });

    it('end when their time is over, or never', async () => {
      const harness = await setUp();
      const jobId = await finishedJob(harness.engine, 1);
      await harness.engine.addShare(share(1, jobId), { forMs: 60_000, limit: 5 });
      await harness.engine.addShare(share(2, jobId), { forMs: null, limit: 5 });
      await harness.advance(59_000);
      expect(await harness.engine.share('hash-1')).toBeDefined();
      await harness.advance(1001);
      expect(await harness.engine.share('hash-1')).toBeUndefined();
      expect(await harness.engine.share('hash-2')).toMatchObject({ expiresAt: null });
      expect((await harness.engine.shares(jobId)).map(({ hash }) => hash)).toEqual(['hash-2']);
    });

    it('end at once when they are revoked, by their own job alone, at every process', async () => {
      const harness = await setUp();
      const [one, other] = [await finishedJob(harness.engine, 1), await finishedJob(harness.engine, 2)];
      await harness.engine.addShare(share(1, one), { forMs: null, limit: 5 });
      const second = await harness.second();
      expect(await second.removeShare(other, share(1, one).shareId)).toBe(false);
      expect(await harness.engine.share('hash-1')).toBeDefined();
      expect(await second.removeShare(one, share(1, one).shareId)).toBe(true);
      expect(await harness.engine.share('hash-1')).toBeUndefined();
      expect(await second.removeShare(one, share(1, one).shareId)).toBe(false);
      await harness.kill();
      expect(await harness.engine.share('hash-1')).toBeUndefined();
    });

    it('go with their job, and no new one is made of a job that is gone', async () => {
      const harness = await setUp();
      const jobId = await finishedJob(harness.engine, 1);
      await harness.engine.addShare(share(1, jobId), { forMs: null, limit: 5 });
      expect(await harness.engine.deleteJob(jobId)).toBe('deleted');
      expect(await harness.engine.share('hash-1')).toBeUndefined();
      expect(await harness.engine.shares(jobId)).toEqual([]);
      expect(await harness.engine.addShare(share(2, jobId), { forMs: null, limit: 5 })).toBe('unknown');
    });

    it('are bounded for each job; expired ones make room', async () => {
      const harness = await setUp();
      const [one, other] = [await finishedJob(harness.engine, 1), await finishedJob(harness.engine, 2)];
      for (const number of [1, 2]) await harness.engine.addShare(share(number, one), { forMs: 60_000, limit: 2 });
      expect(await harness.engine.addShare(share(3, one), { forMs: null, limit: 2 })).toBe('full');
      expect(await harness.engine.share('hash-3')).toBeUndefined();
      expect(await harness.engine.addShare(share(3, other), { forMs: null, limit: 2 })).toBeTypeOf('object');
      await harness.advance(60_001);
      expect(await harness.engine.addShare(share(4, one), { forMs: null, limit: 2 })).toBeTypeOf('object');
    });
  });
}
