import type { ModelFile } from '@image2model/protocol';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/contract.ts';
import { events, newJob } from '../support/jobs.ts';
import { harnesses, modelFile, mustClaim, say } from './harness.ts';
import type { EngineHarness, OpenHarness } from './harness.ts';

const small = 500_000;
const large = 20_000_000;

/** What every engine says of how long something takes. */
export function estimateSuite(open: OpenHarness): void {
  const setUp = harnesses(open);

  /** A job whose images have so many pixels each. */
  function jobOf(pixels: (number | null)[], model: string) {
    const job = newJob(pixels.length, { model });
    return { ...job, files: job.files.map((file, index) => ({ ...file, pixels: pixels[index] ?? null })) };
  }

  /** Has a file of this size made in so many seconds. */
  async function make(
    { engine, advance }: EngineHarness,
    pixels: number | null,
    seconds: number,
    fields: { model?: string; result?: Partial<ModelFile> } = {},
  ): Promise<void> {
    await engine.submit(jobOf([pixels], fields.model ?? 'test'));
    const lease = await mustClaim(engine);
    await advance(seconds * 1000);
    await engine.finish(lease.token, { status: 'completed', result: { ...modelFile(lease), ...fields.result } });
  }

  async function eta(engine: Engine, taskId: string): Promise<number | undefined> {
    const progress = events(await engine.entries(taskId)).find(({ type }) => type === 'task_progress');
    return progress?.type === 'task_progress' ? progress.data.eta_seconds : undefined;
  }

  describe('the time that something takes', () => {
    it('is the median of what was made last, by model, where there is enough', async () => {
      const harness = await setUp();
      for (const seconds of [2, 30, 4, 6]) await make(harness, small, seconds);
      await make(harness, small, 1, { model: 'other' });
      // It took no time, and says nothing of the model.
      await make(harness, small, 0, { result: { reused: true } });
      expect(await harness.engine.typicalSeconds('test')).toBeNull();
      const early = jobOf([small], 'test');
      await harness.engine.submit(early);
      expect(await eta(harness.engine, early.taskId)).toBeUndefined();
      await harness.engine.cancel(early.taskId);
      await make(harness, null, 8);
      expect(await harness.engine.typicalSeconds('test')).toBe(6);
      expect(await harness.engine.typicalSeconds('other')).toBeNull();
      await harness.restart();
      expect(await harness.engine.typicalSeconds('test')).toBe(6);
    });

    it('is guessed from images of the same size, and from all where that size is new', async () => {
      const harness = await setUp();
      for (let count = 0; count < 6; count += 1) await make(harness, small, 2);
      for (let count = 0; count < 5; count += 1) await make(harness, large, 40);
      const { engine } = harness;
      const expected: [pixels: number | null, seconds: number][] = [
        [small, 2],
        [large, 40],
        [2_000_000, 2],
        [null, 2],
      ];
      for (const [pixels, seconds] of expected) {
        const job = jobOf([pixels], 'test');
        await engine.submit(job);
        const lease = await mustClaim(engine);
        expect(await eta(engine, job.taskId)).toBe(seconds);
        await engine.finish(lease.token, { status: 'cancelled' });
      }
      const both = jobOf([small, large], 'test');
      await engine.submit(both);
      expect(await eta(engine, both.taskId)).toBe(42);
    });

    it('is never nothing while something is left to do, and never grows while a file goes on', async () => {
      const harness = await setUp();
      for (let count = 0; count < 5; count += 1) await make(harness, small, 10);
      const { engine } = harness;
      const job = jobOf([small], 'test');
      await engine.submit(job);
      const { token } = await mustClaim(engine);
      const told: (number | undefined)[] = [];
      for (const progress of [0.5, 25, 50, 99, 99.9, 100]) {
        await engine.report(token, progress, say(`At ${progress}`));
        told.push(await eta(engine, job.taskId));
      }
      expect(told).toEqual([10, 8, 5, 1, 1, 1]);
    });

    it('counts the tasks that wait before it', async () => {
      const harness = await setUp();
      for (let count = 0; count < 5; count += 1) await make(harness, small, 10);
      const jobs = [1, 2, 3].map(() => jobOf([small], 'test'));
      for (const job of jobs) await harness.engine.submit(job);
      const told = await Promise.all(jobs.map(({ taskId }) => eta(harness.engine, taskId)));
      expect(told).toEqual([10, 20, 30]);
    });
  });
}
