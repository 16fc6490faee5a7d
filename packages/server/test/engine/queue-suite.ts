import { describe, expect, it } from 'vitest';
import { events, newJob, uuid } from '../support/jobs.ts';
import { claim, claimBut, complete, failure, harnesses, mustClaim, mustClaimCleanup, say } from './harness.ts';
import type { OpenHarness } from './harness.ts';

/** What every engine's queue promises. */
export function queueSuite(open: OpenHarness): void {
  const setUp = harnesses(open);

  describe('the queue', () => {
    it('hands each file out once, and nothing when none waits', async () => {
      const { engine } = await setUp();
      expect(await claim(engine, 1000)).toBeUndefined();
      const job = newJob(3);
      await engine.submit(job);
      expect(await engine.counts()).toEqual({ waiting: 3, running: 0 });
      const claimed = [await mustClaim(engine), await mustClaim(engine), await mustClaim(engine)];
      expect(claimed.map((lease) => lease.file.fileId)).toEqual(job.files.map((file) => file.fileId));
      expect(await claim(engine, 1000)).toBeUndefined();
      expect(await engine.counts()).toEqual({ waiting: 0, running: 3 });
    });

    it('does not let a single photo wait for a batch', async () => {
      const { engine } = await setUp();
      const [batch, single] = [newJob(25), newJob(1)];
      await engine.submit(batch);
      for (let file = 0; file < 4; file += 1) await mustClaim(engine);
      await engine.submit(single);
      expect((await mustClaim(engine)).taskId).toBe(single.taskId);
    });

    it('passes over files whose model is busy, and keeps their turn', async () => {
      const { engine } = await setUp();
      const slow = [newJob(1, { model: 'slow' }), newJob(1, { model: 'slow' })];
      const quick = newJob(2, { model: 'quick' });
      for (const job of [...slow, quick]) await engine.submit(job);
      const claimed: (string | undefined)[] = [];
      for (const busy of [[], ['slow'], ['slow', 'other'], ['slow'], ['quick']]) {
        claimed.push((await claimBut(engine, busy))?.taskId);
      }
      expect(claimed).toEqual([slow[0]?.taskId, quick.taskId, quick.taskId, undefined, slow[1]?.taskId]);
    });

    it('lets many tasks take turns, though only one file runs at once', async () => {
      const { engine } = await setUp();
      const jobs = [newJob(3), newJob(3), newJob(3)];
      for (const job of jobs) await engine.submit(job);
      const order: string[] = [];
      for (let file = 0; file < 9; file += 1) {
        const lease = await mustClaim(engine);
        order.push(lease.taskId);
        await complete(engine, lease);
      }
      const round = jobs.map((job) => job.taskId);
      expect(order).toEqual([...round, ...round, ...round]);
    });

    it('gives a file back whose lease ran out, and fences the one who held it', async () => {
      const { engine, advance } = await setUp();
      const job = newJob(1);
      await engine.submit(job);
      const lost = await mustClaim(engine, 1000);
      await advance(1500);
      const lease = await mustClaim(engine);
      expect(lease).toMatchObject({ attempt: 2, file: { fileId: lost.file.fileId } });
      const before = await engine.entries(job.taskId, 0);
      expect(await engine.report(lost.token, 99, say('I am still here'))).toBe(false);
      expect(await engine.remember(lost.token, 1)).toBe(false);
      expect(await engine.release(lost.token)).toBe(false);
      expect(await engine.finish(lost.token, failure)).toBe(false);
      expect(await engine.renew([lost.token, lease.token], 1000)).toEqual([{ token: lost.token, why: 'expired' }]);
      expect(await engine.entries(job.taskId, 0)).toEqual(before);
      expect(await complete(engine, lease)).toBe(true);
      expect(await engine.finish(lease.token, failure)).toBe(false);
      expect(await engine.task(job.taskId)).toMatchObject({ status: 'completed' });
    });

    it('keeps a lease that is renewed', async () => {
      const { engine, advance } = await setUp();
      await engine.submit(newJob(1));
      const { token } = await mustClaim(engine, 1000);
      for (let beat = 0; beat < 5; beat += 1) {
        await advance(600);
        expect(await engine.renew([token], 1000)).toEqual([]);
      }
      expect(await claim(engine, 1000)).toBeUndefined();
      expect(await engine.report(token, 10, say('Still at it'))).toBe(true);
    });

    it('fails a file whose worker was gone twice', async () => {
      const { engine, advance } = await setUp();
      const job = newJob(1);
      await engine.submit(job);
      for (let time = 0; time < 2; time += 1) {
        await mustClaim(engine, 1000);
        await advance(1500);
      }
      expect(await claim(engine, 1000)).toBeUndefined();
      expect(events(await engine.entries(job.taskId)).at(-1)).toMatchObject({
        type: 'task_failed',
        data: { details: { code: 'WORKER_CRASHED' } },
      });
    });

    // Promised: A file that merely ran while another one brought the server down is not blamed.
    it('does not blame a file that was in work with others when the server died, but for dying with it again and again', async () => {
      const harness = await setUp();
      const [innocent, poison] = [newJob(1), newJob(1)];
      for (const job of [innocent, poison]) await harness.engine.submit(job);
      const status = async ({ taskId }: typeof poison) => (await harness.engine.task(taskId))?.status;
      for (let death = 1; death <= 2; death += 1) {
        for (let file = 0; file < 2; file += 1) await mustClaim(harness.engine);
        await harness.restart();
      }
      for (let death = 3; death <= 10; death += 1) {
        expect(await status(poison)).toMatch(/queued|processing/);
        await mustClaim(harness.engine);
        // Whoever died with the server before is handed out after the others: they can get done.
        expect(await claim(harness.engine, 60_000)).toBeUndefined();
        await harness.advance(1500);
        await mustClaim(harness.engine);
        await harness.restart();
      }
      expect(await claim(harness.engine, 60_000)).toBeUndefined();
      const last = events(await harness.engine.entries(poison.taskId)).at(-1);
      expect(last).toMatchObject({ type: 'task_failed', data: { details: { code: 'WORKER_CRASHED' } } });
    });

    it('gives up a file that was alone in work when the server died, the fifth time', async () => {
      const harness = await setUp();
      const [poison, innocent] = [newJob(1), newJob(1)];
      await harness.engine.submit(poison);
      for (let death = 1; death <= 5; death += 1) {
        const { jobId, file, token } = await mustClaim(harness.engine);
        await harness.restart();
        const lease = await mustClaimCleanup(harness.engine);
        const cleanup = { type: 'remove_attempt', jobId, fileId: file.fileId, attemptId: token };
        expect(lease).toMatchObject({ cleanup });
        await harness.engine.finishCleanup(lease.token);
      }
      expect(await harness.engine.task(poison.taskId)).toMatchObject({ status: 'failed' });
      await harness.engine.submit(innocent);
      expect(await mustClaim(harness.engine)).toMatchObject({ taskId: innocent.taskId });
    });

    it('hands a file out again after the delay that was asked for, not before', async () => {
      const { engine, advance } = await setUp();
      const job = newJob(1);
      await engine.submit(job);
      const { token } = await mustClaim(engine);
      expect(await engine.release(token, { delayMs: 5000, message: say('Trying again') })).toBe(true);
      expect(events(await engine.entries(job.taskId))[0]?.data).toMatchObject({
        status: 'pending',
        message: 'Trying again',
      });
      let calls = 0;
      engine.onWork(() => (calls += 1));
      await advance(4000);
      expect(await claim(engine, 1000)).toBeUndefined();
      expect(calls).toBe(0);
      await advance(1500);
      expect(calls).toBe(1);
      expect(await mustClaim(engine)).toMatchObject({ attempt: 2 });
    });

    it('does not count an attempt that was handed back for no fault of the file', async () => {
      const { engine } = await setUp();
      await engine.submit(newJob(1));
      for (let time = 0; time < 5; time += 1) {
        const { token, attempt } = await mustClaim(engine);
        expect(attempt).toBe(1);
        await engine.release(token, { countAttempt: false });
      }
    });

    it('tells how often a file was tried and why the last try failed', async () => {
      const { engine } = await setUp();
      const job = newJob(1);
      await engine.submit(job);
      const newest = async () => events(await engine.entries(job.taskId)).find(({ type }) => type === 'file_update');
      const first = await mustClaim(engine);
      expect((await newest())?.data).not.toHaveProperty('attempts');
      await engine.release(first.token, { message: say('Trying again'), error: say('It was too slow') });
      expect((await newest())?.data).toMatchObject({ message: 'Trying again', last_error: 'It was too slow' });
      const second = await mustClaim(engine);
      await engine.report(second.token, 10, say('Once more'));
      expect((await newest())?.data).toMatchObject({ attempts: 2, last_error: 'It was too slow' });
      // Handed back for no fault of its own: what is known stays.
      await engine.release(second.token, { countAttempt: false });
      await complete(engine, await mustClaim(engine));
      expect((await newest())?.data).toMatchObject({ attempts: 2, last_error: 'It was too slow' });
      expect((await engine.job(job.jobId))?.files[0]).toMatchObject({ attempts: 2, lastError: say('It was too slow') });
    });

    it('gives the next attempt what was remembered', async () => {
      const { engine } = await setUp();
      await engine.submit(newJob(1));
      const { token, remembered } = await mustClaim(engine);
      expect(remembered).toBeUndefined();
      expect(await engine.remember(token, { request: ['a', 1, null] })).toBe(true);
      await engine.release(token);
      expect((await mustClaim(engine)).remembered).toEqual({ request: ['a', 1, null] });
    });

    it('tells when there is work, after it is written', async () => {
      const { engine } = await setUp();
      const woken = Promise.withResolvers<Awaited<ReturnType<typeof engine.counts>>>();
      const stop = engine.onWork(() => woken.resolve(engine.counts()));
      await engine.submit(newJob(2));
      expect(await woken.promise).toEqual({ waiting: 2, running: 0 });
      stop();
    });

    it('cancels what waits and takes what runs from its worker', async () => {
      const { engine } = await setUp();
      const job = newJob(3);
      await engine.submit(job);
      const { token } = await mustClaim(engine);
      const cancelled: string[] = [];
      engine.onCancel((tokens) => cancelled.push(...tokens));
      expect(await engine.cancel(job.taskId)).toBe('cancelled');
      expect(cancelled).toEqual([token]);
      expect(await engine.finish(token, failure)).toBe(false);
      expect(await claim(engine, 1000)).toBeUndefined();
      expect(await engine.task(job.taskId)).toMatchObject({ status: 'cancelled' });
      expect(events(await engine.entries(job.taskId)).map((event) => event.type)).toEqual([
        'file_update',
        'file_update',
        'file_update',
        'task_cancelled',
      ]);
      expect(await engine.cancel(job.taskId)).toBe('ended');
      expect(await engine.cancel(uuid())).toBe('unknown');
    });

    it('cancels one file and lets the others go on', async () => {
      const { engine } = await setUp();
      const job = newJob(2);
      await engine.submit(job);
      const [first, second] = job.files.map((file) => file.fileId);
      expect(await engine.cancel(job.taskId, first)).toBe('cancelled');
      expect(await engine.cancel(job.taskId, first)).toBe('ended');
      expect(await engine.cancel(job.taskId, uuid())).toBe('unknown');
      const lease = await mustClaim(engine);
      expect(lease.file.fileId).toBe(second);
      await complete(engine, lease);
      expect(events(await engine.entries(job.taskId)).at(-1)).toMatchObject({
        type: 'task_completed',
        data: { result: { total_files: 2, successful_files: 1, failed_files: 0 } },
      });
    });

    it('says how far a waiting task is from its turn', async () => {
      const { engine, advance } = await setUp();
      const jobs = [newJob(1), newJob(1), newJob(1)];
      for (const job of jobs) await engine.submit(job);
      const position = async (index: number) => {
        const newest = events(await engine.entries(jobs[index]?.taskId ?? ''));
        return newest.flatMap(({ type, data }) => (type === 'task_progress' ? [data.queue_position] : []));
      };
      expect([await position(0), await position(1), await position(2)]).toEqual([[1], [2], [3]]);
      await mustClaim(engine);
      await advance(2000);
      expect([await position(0), await position(1), await position(2)]).toEqual([[undefined], [1], [2]]);
      await engine.cancel(jobs[1]?.taskId ?? '');
      jobs.push(newJob(1));
      await engine.submit(jobs[3] ?? newJob(1));
      await advance(2000);
      expect([await position(1), await position(2), await position(3)]).toEqual([[], [1], [2]]);
    });

    it('gives work back after a restart at once, and does nothing twice', async () => {
      const harness = await setUp();
      const job = newJob(3);
      await harness.engine.submit(job);
      await complete(harness.engine, await mustClaim(harness.engine));
      const interrupted = await mustClaim(harness.engine);
      await harness.engine.report(interrupted.token, 40, say('Cutting out'));
      await harness.restart();
      const { engine } = harness;
      expect(await engine.finish(interrupted.token, failure)).toBe(false);
      expect(await engine.counts()).toEqual({ waiting: 2, running: 0 });
      const again = await mustClaim(engine);
      expect(again).toMatchObject({ attempt: 1, file: { fileId: interrupted.file.fileId } });
      const untouched = await mustClaim(engine);
      expect(untouched).toMatchObject({ attempt: 1 });
      for (const lease of [again, untouched]) await complete(engine, lease);
      const all = events(await engine.entries(job.taskId, 0));
      expect(all.map((event) => event.data.sequence)).toEqual(all.map((_, index) => index + 1));
      expect(all.filter((event) => event.type === 'task_completed')).toHaveLength(1);
    });
  });
}
