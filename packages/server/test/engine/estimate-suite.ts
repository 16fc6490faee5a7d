import type { ModelFile } from '@image2model/protocol';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/contract.ts';
import { events, newJob } from '../support/jobs.ts';
import { seededRandom } from '../../../../scripts/test/seeded-random.ts';
import { simulateLoad } from '../support/simulated-load.ts';
import type { Load } from '../support/simulated-load.ts';
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

  describe('how long a task still takes', () => {
    /** The share of estimates that were within a factor of 1.5, the last seconds left out, where rounding rules. */
    async function shareOfTrue(load: Omit<Load, 'spread'>): Promise<number> {
      const { engine, advance } = await setUp();
      const { estimates } = await simulateLoad({ engine, advance, random: seededRandom(7) }, { ...load, spread: 0.35 });
      const counted = estimates.filter(({ took }) => took >= 2);
      expect(counted.length).toBeGreaterThan(100);
      return counted.filter(({ said, took }) => said <= took * 1.5 && took <= said * 1.5).length / counted.length;
    }

    const local = { id: 'local', seconds: [2, 6] } as const;

    it('is right for twenty batches that take turns', async () => {
      const arrivals = [{ at: 0, jobs: 20, files: 25, model: 'local' }];
      expect(await shareOfTrue({ places: 8, models: [local], arrivals })).toBeGreaterThan(0.9);
    });

    it('is right for a large batch beside small ones that come later, and for those', async () => {
      const arrivals = [
        { at: 0, jobs: 1, files: 150, model: 'local' },
        { at: 20, jobs: 40, files: 1, model: 'local' },
      ];
      expect(await shareOfTrue({ places: 4, models: [local], arrivals })).toBeGreaterThan(0.9);
    });

    it('counts what waits for the same places, and the places of a model of its own apart', async () => {
      const models = [
        local,
        { id: 'slow', seconds: [9, 25] },
        { id: 'hosted', seconds: [30, 40], concurrency: 6 },
      ] as const;
      const arrivals = models.map(({ id }) => ({ at: 0, jobs: 6, files: 10, model: id }));
      expect(await shareOfTrue({ places: 4, models, arrivals })).toBeGreaterThan(0.9);
    });

    it('counts the attempts that fail', async () => {
      const arrivals = [{ at: 0, jobs: 10, files: 20, model: 'local' }];
      expect(await shareOfTrue({ places: 4, models: [{ ...local, failing: 0.2 }], arrivals })).toBeGreaterThan(0.9);
    });

    it('is known after a restart, before anything was claimed, by the places that are offered', async () => {
      const harness = await setUp();
      for (let count = 0; count < 5; count += 1) await make(harness, small, 10);
      const waiting = jobOf([small, small, small], 'test');
      await harness.engine.submit(waiting);
      await harness.restart();
      await harness.engine.offer(['test'], { shared: 1, own: new Map() });
      const job = jobOf([small], 'test');
      await harness.engine.submit(job);
      // One file of the other comes first.
      expect(await eta(harness.engine, job.taskId)).toBe(20);
      expect(await harness.engine.secondsLeft(waiting.taskId)).toBe(40);
    });

    it('is as of now where it is asked for, and nothing once the task has ended', async () => {
      const harness = await setUp();
      for (let count = 0; count < 5; count += 1) await make(harness, small, 10);
      const { engine } = harness;
      const job = jobOf([small], 'test');
      await engine.submit(job);
      const lease = await mustClaim(engine);
      await harness.advance(6000);
      expect(await eta(engine, job.taskId)).toBe(10);
      expect(await engine.secondsLeft(job.taskId)).toBe(4);
      await engine.finish(lease.token, { status: 'cancelled' });
      expect(await engine.secondsLeft(job.taskId)).toBeNull();
      expect(await engine.secondsLeft('unknown')).toBeNull();
    });

    it('is not said of a task whose model is not offered', async () => {
      const harness = await setUp();
      for (let count = 0; count < 5; count += 1) await make(harness, small, 10);
      const { engine } = harness;
      await engine.offer(['other']);
      const job = jobOf([small], 'test');
      await engine.submit(job);
      expect(await eta(engine, job.taskId)).toBeUndefined();
    });
  });
}
