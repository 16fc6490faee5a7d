import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/contract.ts';
import { events, newJob } from '../support/jobs.ts';
import { claim, complete, harnesses, modelFile, mustClaim } from './harness.ts';
import type { OpenHarness } from './harness.ts';

/** What every engine promises of the models that are on offer. */
export function offerSuite(open: OpenHarness): void {
  const setUp = harnesses(open);

  const messages = async (engine: Engine, jobId: string) =>
    (await engine.job(jobId))?.files.map(({ message }) => message.id ?? message.text);

  describe('the models on offer', () => {
    it('decide what a worker gets; a file of another model waits and is never failed', async () => {
      const { engine } = await setUp();
      const [local, hosted] = [newJob(1), newJob(1, { model: 'hosted' })];
      for (const job of [hosted, local]) await engine.submit(job);
      expect((await claim(engine, 60_000, ['test', 'quick']))?.taskId).toBe(local.taskId);
      expect(await claim(engine, 60_000, ['test', 'quick'])).toBeUndefined();
      expect(await claim(engine, 60_000, [])).toBeUndefined();
      expect(await engine.counts()).toEqual({ waiting: 1, running: 1 });
      expect((await claim(engine, 60_000, ['hosted']))?.taskId).toBe(hosted.taskId);
    });

    it('are named where a file waits for one that is not among them', async () => {
      const harness = await setUp();
      const job = newJob(4, { model: 'hosted' });
      await harness.engine.submit(job);
      await complete(harness.engine, await mustClaim(harness.engine));
      const delayed = await mustClaim(harness.engine);
      await harness.engine.release(delayed.token, { delayMs: 60_000 });
      await mustClaim(harness.engine);
      await harness.engine.offer(['test', 'hosted']);
      const before = ['file.ready', 'file.requeued', 'file.starting', 'queue.waiting'];
      expect(await messages(harness.engine, job.jobId)).toEqual(before);

      await harness.engine.offer(['test']);
      // The one at work goes on.
      const missing = ['file.ready', 'file.model_missing', 'file.starting', 'file.model_missing'];
      expect(await messages(harness.engine, job.jobId)).toEqual(missing);
      const entries = await harness.engine.entries(job.taskId, 0);
      await harness.engine.offer(['test']);
      expect(await harness.engine.entries(job.taskId, 0)).toEqual(entries);

      await harness.restart();
      await harness.engine.offer(['hosted']);
      const back = ['file.ready', 'queue.waiting', 'file.interrupted', 'queue.waiting'];
      expect(await messages(harness.engine, job.jobId)).toEqual(back);
      expect((await mustClaim(harness.engine)).model).toBe('hosted');
    });
  });

  describe('a task of which nothing can begin', () => {
    it('says so itself, until its model is back', async () => {
      const { engine, advance } = await setUp();
      const job = newJob(2, { model: 'hosted' });
      await engine.submit(job);
      const said = async () => {
        const last = events(await engine.entries(job.taskId)).at(-1);
        return last?.type === 'task_progress' ? [last.data.message_id, last.data.queue_position] : undefined;
      };
      expect(await said()).toEqual(['queue.next', 1]);
      await engine.offer(['test']);
      expect(await said()).toEqual(['file.model_missing', undefined]);
      await engine.offer(['test', 'hosted']);
      await advance(300);
      expect(await said()).toEqual(['queue.next', 1]);
    });

    it('is in nobody’s way: what can begin is told its place without it', async () => {
      const { engine, advance } = await setUp();
      const [missing, next, later] = [newJob(1, { model: 'hosted' }), newJob(1), newJob(1)];
      for (const job of [missing, next]) await engine.submit(job);
      const position = async ({ taskId }: typeof next) => {
        const last = events(await engine.entries(taskId)).at(-1);
        return last?.type === 'task_progress' ? last.data.queue_position : last?.type;
      };
      expect(await position(next)).toBe(2);
      await engine.offer(['test']);
      await advance(300);
      await engine.submit(later);
      expect([await position(missing), await position(next), await position(later)]).toEqual([undefined, 1, 2]);
      await engine.cancel(missing.taskId);
      await advance(300);
      expect([await position(missing), await position(later)]).toEqual(['task_cancelled', 2]);
    });
  });

  describe('what the files come to', () => {
    it('is the sum of images and results', async () => {
      const { engine } = await setUp();
      expect(await engine.usage()).toEqual({ files: 0, bytes: 0 });
      const job = newJob(2);
      await engine.submit(job);
      const lease = await mustClaim(engine);
      const extra = { filename: 'a.fbx', size: 300, mime_type: 'x/y', url: '/a' };
      const result = { ...modelFile(lease), size: 1000, extra_files: [extra, { ...extra, size: 30 }] };
      await engine.finish(lease.token, { status: 'completed', result });
      expect(await engine.usage()).toEqual({ files: 3, bytes: 3 + 3 + 1330 });
      await engine.cancel(job.taskId);
      await engine.deleteJob(job.jobId);
      expect(await engine.usage()).toEqual({ files: 0, bytes: 0 });
    });
  });
}
