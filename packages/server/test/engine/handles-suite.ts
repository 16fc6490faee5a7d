import { describe, expect, it } from 'vitest';
import type { Engine, Entry } from '../../src/engine/contract.ts';
import { newJob } from '../support/jobs.ts';
import { claim, complete, harnesses, mustClaim, mustClaimCleanup, say } from './harness.ts';
import type { OpenHarness } from './harness.ts';

/** What every engine promises to two processes on one store. */
export function handlesSuite(open: OpenHarness): void {
  const setUp = harnesses(open);

  async function two() {
    const harness = await setUp();
    return { ...harness, harness, first: harness.engine, second: await harness.second() };
  }

  describe('two processes on one store', () => {
    it('hand each file out once, whoever asks', async () => {
      const { first, second } = await two();
      const jobs = [newJob(5), newJob(4)];
      await first.submit(jobs[0] ?? newJob());
      await second.submit(jobs[1] ?? newJob());
      const claims = Array.from({ length: 12 }, (_, index) => claim(index % 2 === 0 ? first : second, 60_000));
      const leases = (await Promise.all(claims)).filter((lease) => lease !== undefined);
      const files = jobs.flatMap((job) => job.files.map((file) => file.fileId));
      expect(leases.map((lease) => lease.file.fileId).toSorted()).toEqual(files.toSorted());
      expect(await first.counts()).toEqual({ waiting: 0, running: 9 });
      expect(await second.counts()).toEqual({ waiting: 0, running: 9 });
    });

    it('count the files of a limited model together', async () => {
      const { first, second, advance } = await two();
      await first.submit(newJob(5, { model: 'hosted' }));
      const models = [{ id: 'hosted', maxRunning: 3 }];
      const claims = Array.from({ length: 6 }, (_, index) =>
        (index % 2 === 0 ? first : second).claim({ worker: `worker ${index % 2}`, leaseMs: 60_000, models }),
      );
      const leases = (await Promise.all(claims)).filter((lease) => lease !== undefined);
      expect(leases).toHaveLength(3);
      let rung = 0;
      second.onWork(() => (rung += 1));
      const [ended] = leases;
      if (ended) await complete(first, ended);
      await advance(5000);
      expect(rung).toBeGreaterThan(0);
      expect(await second.claim({ worker: 'worker 1', leaseMs: 60_000, models })).toBeDefined();
      expect(await first.claim({ worker: 'worker 0', leaseMs: 60_000, models })).toBeUndefined();
    });

    it('let a lease be used at either of them', async () => {
      const { first, second } = await two();
      await first.submit(newJob(1));
      const lease = await mustClaim(first, 1000);
      expect(await second.renew([lease.token], 60_000)).toEqual([]);
      expect(await second.report(lease.token, 10, say('Elsewhere'))).toBe(true);
      expect(await complete(second, lease)).toBe(true);
      expect(await complete(first, lease)).toBe(false);
    });

    it('refuse a worker that comes late, and have what it stored removed', async () => {
      const { first, second, advance } = await two();
      const job = newJob(1);
      await first.submit(job);
      const late = await mustClaim(first, 1000);
      await advance(1500);
      const winner = await mustClaim(second);
      expect(winner.token).not.toBe(late.token);
      expect(await complete(first, late)).toBe(false);
      // Its holder removes its own files first.
      expect(await second.claimCleanup({ worker: 'second', leaseMs: 1000, models: [] })).toBeUndefined();
      await advance(45_000);
      expect(await complete(second, winner)).toBe(true);
      const { cleanup } = await mustClaimCleanup(second);
      const [{ fileId } = { fileId: '' }] = job.files;
      expect(cleanup).toEqual({ type: 'remove_attempt', jobId: job.jobId, fileId, attemptId: late.token });
      expect((await first.job(job.jobId))?.files[0]).toMatchObject({ status: 'completed', attemptId: winner.token });
    });

    it('say at one what was cancelled at the other, and why, and have the provider told once', async () => {
      const { harness, first, second, advance } = await two();
      const job = newJob(1, { model: 'hosted' });
      await first.submit(job);
      const { token } = await mustClaim(first);
      await first.remember(token, { requestId: 'paid' });
      const heard: string[] = [];
      first.onCancel((tokens) => heard.push(...tokens));
      expect(await second.cancel(job.taskId)).toBe('cancelled');
      await advance(5000);
      expect(heard).toEqual([token]);
      expect(await first.renew([token], 60_000)).toEqual([{ token, why: 'cancelled' }]);
      expect(await second.renew([token], 60_000)).toEqual([{ token, why: 'cancelled' }]);
      const ask = (engine: Engine) => engine.claimCleanup({ worker: 'test', leaseMs: 5000, models: ['hosted'] });
      const asked = (await Promise.all([ask(first), ask(second)])).filter((lease) => lease !== undefined);
      const cleanup = { type: 'cancel_remote_job', model: 'hosted', remembered: { requestId: 'paid' } };
      expect(asked).toEqual([{ token: expect.any(String), attempt: 1, cleanup }]);
      await harness.restart();
      await harness.advance(6000);
      expect(await mustClaimCleanup(harness.engine)).toMatchObject({ attempt: 2, cleanup });
    });

    it('hear at one what is written at the other, in order', async () => {
      const { first, second, advance } = await two();
      const job = newJob(2);
      const heard: Entry[] = [];
      const unsubscribe = await second.subscribe(job.taskId, (entries) => heard.push(...entries));
      let rung = 0;
      second.onWork(() => (rung += 1));
      await first.submit(job);
      const lease = await mustClaim(first);
      for (let step = 1; step <= 20; step += 1) await first.report(lease.token, step, say(`Step ${step}`));
      await complete(first, lease);
      await advance(5000);
      expect(rung).toBeGreaterThan(0);
      expect(heard).toEqual(await second.entries(job.taskId, 0));
      unsubscribe();
      await first.cancel(job.taskId);
      await advance(5000);
      expect(heard.length).toBeLessThan((await second.entries(job.taskId, 0))?.length ?? 0);
    });

    it('end one by one', async () => {
      const { first, second } = await two();
      const job = newJob(1);
      let heard = 0;
      await second.subscribe(job.taskId, () => (heard += 1));
      second.onWork(() => (heard += 1));
      await second.close();
      await second.close();
      await expect(second.task(job.taskId)).rejects.toThrow('closed');
      await first.submit(job);
      expect(await complete(first, await mustClaim(first))).toBe(true);
      expect(heard).toBe(0);
    });

    it('do what only one may do at a time in one of them', async () => {
      const { first, second } = await two();
      const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const work = first.exclusively('tidy', () => {
        begun.resolve();
        return over.promise;
      });
      await begun.promise;
      let ran = 0;
      const run = async () => void (ran += 1);
      expect(await second.exclusively('tidy', run)).toBe(false);
      expect(await second.exclusively('another', run)).toBe(true);
      over.resolve();
      expect(await work).toBe(true);
      await expect(first.exclusively('tidy', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
      expect(await second.exclusively('tidy', run)).toBe(true);
      expect(ran).toBe(2);
    });
  });

  describe('an answer that is lost', () => {
    it('leaves open what was written, until somebody asks', async () => {
      const harness = await setUp();
      const { engine } = harness;
      const [job, never] = [newJob(1), newJob(1)];
      harness.loseAnswers(true);
      await expect(engine.submit(job)).rejects.toThrow('lost');
      harness.loseAnswers(false);
      expect(await engine.unknownJobs([job.jobId, never.jobId])).toEqual([never.jobId]);
      const lease = await mustClaim(engine);
      harness.loseAnswers(true);
      await expect(complete(engine, lease)).rejects.toThrow('lost');
      harness.loseAnswers(false);
      // Repeating it changes nothing, and does not say whether it was this attempt that ended the file; the row does.
      expect(await complete(engine, lease)).toBe(false);
      expect((await engine.job(job.jobId))?.files[0]).toMatchObject({ status: 'completed', attemptId: lease.token });
    });
  });
}
