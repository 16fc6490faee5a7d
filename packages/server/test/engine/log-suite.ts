import { taskEventSchemas } from '@image2model/protocol';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/engine/contract.ts';
import { events, newJob, uuid } from '../support/jobs.ts';
import { complete, failure, harnesses, mustClaim, say } from './harness.ts';
import type { OpenHarness } from './harness.ts';

const types = (entries: readonly Entry[] | undefined) => events(entries).map((event) => event.type);

/** What every engine's log promises. */
export function logSuite(open: OpenHarness): void {
  const setUp = harnesses(open);

  describe('the log', () => {
    it('begins with every file and the queued task', async () => {
      const { engine } = await setUp();
      const job = newJob(2);
      await engine.submit(job);
      const first = events(await engine.entries(job.taskId, 0));
      expect(first.map((event) => event.type)).toEqual(['file_update', 'file_update', 'task_progress']);
      expect(first.map((event) => event.data.sequence)).toEqual([1, 2, 3]);
      expect(first[0]?.data).toMatchObject({
        file_id: job.files[0]?.fileId,
        filename: 'photo-1.png',
        status: 'pending',
      });
      expect(first[2]?.data).toMatchObject({ status: 'queued', progress: 0, current: 0, total: 2, total_files: 2 });
    });

    it('tells a whole life: claim, report, ending of the file, ending of the task', async () => {
      const { engine, advance } = await setUp();
      const job = newJob(2);
      await engine.submit(job);
      const first = await mustClaim(engine);
      expect(first).toMatchObject({ jobId: job.jobId, taskId: job.taskId, attempt: 1, model: 'test' });
      expect(first.file).toEqual(job.files[0]);
      expect(await engine.report(first.token, 33.38, say('Cutting out'))).toBe(true);
      const second = await mustClaim(engine);
      await advance(1500);
      expect(await complete(engine, first)).toBe(true);
      expect(await engine.finish(second.token, failure)).toBe(true);

      const all = events(await engine.entries(job.taskId, 0));
      for (const event of all) taskEventSchemas[event.type].parse(event.data);
      expect(all.map((event) => event.type).slice(-3)).toEqual(['file_update', 'task_progress', 'task_completed']);
      expect(all.at(-2)?.data).toMatchObject({ progress: 100, current: 2, total: 2 });
      expect(all.at(-1)?.data).toMatchObject({
        job_id: job.jobId,
        result: { job_id: job.jobId, total_files: 2, successful_files: 1, failed_files: 1 },
      });
      const [ending] = all.filter((event) => event.type === 'task_completed');
      expect(ending?.data.result.processing_time).toBeGreaterThanOrEqual(1.5);
      const reported = all.find((event) => event.type === 'file_update' && event.data.message === 'Cutting out');
      expect(reported?.data).toMatchObject({ progress: 33.3, status: 'processing' });
      expect(await engine.task(job.taskId)).toMatchObject({ status: 'completed' });
      expect((await engine.job(job.jobId))?.files.map((file) => file.status)).toEqual(['completed', 'failed']);
    });

    it('ends a task as failed when no file made it, with the code of the only one', async () => {
      const { engine } = await setUp();
      const [single, several] = [newJob(1), newJob(2)];
      for (const job of [single, several]) await engine.submit(job);
      for (let file = 0; file < 3; file += 1) await engine.finish((await mustClaim(engine)).token, failure);
      expect(events(await engine.entries(single.taskId)).at(-1)).toMatchObject({
        type: 'task_failed',
        data: {
          error: failure.error.text,
          message_id: failure.error.id,
          message_values: failure.error.values,
          details: { code: 'NO_FOREGROUND' },
        },
      });
      expect(events(await engine.entries(several.taskId)).at(-1)).toMatchObject({
        type: 'task_failed',
        data: {
          message_id: 'task.all_failed_because',
          message_values: { total: 2, filename: expect.any(String), reason: expect.any(String) },
          details: { code: 'ALL_FILES_FAILED' },
        },
      });
    });

    it('says nothing where nothing changed, and never goes back', async () => {
      const { engine } = await setUp();
      const job = newJob(1);
      await engine.submit(job);
      const { token } = await mustClaim(engine);
      await engine.report(token, 50, say('Half-way'));
      const before = await engine.entries(job.taskId, 0);
      await engine.report(token, 50, say('Half-way'));
      await engine.report(token, 20, say('Half-way'));
      await engine.report(token, Number.NaN, say('Half-way'));
      expect(await engine.entries(job.taskId, 0)).toEqual(before);
      await engine.report(token, 20, say('Again'));
      expect(events(await engine.entries(job.taskId)).map((event) => event.data)).toMatchObject([
        { progress: 50, message: 'Again' },
        { progress: 50, message: 'Again' },
      ]);
    });

    it('gives the newest of each key without a cursor, and everything after one', async () => {
      const { engine } = await setUp();
      const job = newJob(2);
      await engine.submit(job);
      const { token } = await mustClaim(engine);
      for (let step = 1; step <= 5; step += 1) await engine.report(token, step, say(`Step ${step}`));
      const all = (await engine.entries(job.taskId, 0)) ?? [];
      const newest = (await engine.entries(job.taskId)) ?? [];
      expect(newest.map((entry) => entry.key).toSorted()).toEqual(
        [job.taskId, ...job.files.map((file) => file.fileId)].toSorted(),
      );
      for (const { sequence, key } of newest) {
        expect(all.findLast((entry) => entry.key === key)?.sequence).toBe(sequence);
      }
      const last = all.at(-1)?.sequence ?? 0;
      expect(await engine.entries(job.taskId, last - 3)).toEqual(all.slice(-3));
      expect(await engine.entries(job.taskId, last)).toEqual([]);
    });

    it('takes a cursor that is not one of the task for none', async () => {
      const { engine } = await setUp();
      const job = newJob(1);
      await engine.submit(job);
      const newest = await engine.entries(job.taskId);
      for (const cursor of [3, 1e15, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        expect(await engine.entries(job.taskId, cursor)).toEqual(newest);
      }
      expect(await engine.entries(uuid(), 1)).toBeUndefined();
    });

    it('keeps the last thousand entries of a running task and the newest of each key', async () => {
      const { engine } = await setUp();
      const job = newJob(3);
      await engine.submit(job);
      const { token, file } = await mustClaim(engine);
      for (let step = 1; step <= 1500; step += 1) await engine.report(token, step / 15, say(`Step ${step}`));
      const newest = (await engine.entries(job.taskId)) ?? [];
      expect(newest).toHaveLength(4);
      const kept = (await engine.entries(job.taskId, 0)) ?? [];
      const last = kept.at(-1)?.sequence ?? 0;
      const tail = kept.filter((entry) => entry.sequence > last - 1000);
      expect(tail).toHaveLength(1000);
      expect(kept.length).toBeLessThan(1100);
      const idle = job.files.map((each) => each.fileId).filter((fileId) => fileId !== file.fileId);
      for (const fileId of idle) expect(kept.some((entry) => entry.key === fileId)).toBe(true);

      // What was idle for long moves: its old entry, far below the tail, is of no use any more.
      const other = await mustClaim(engine);
      await engine.report(other.token, 1, say('At last'));
      const now = (await engine.entries(job.taskId, 0)) ?? [];
      const heads = new Set((await engine.entries(job.taskId))?.map((entry) => entry.sequence));
      const old = now.filter((entry) => entry.sequence <= last - 1100);
      expect(old.length).toBeGreaterThan(0);
      expect(old.filter((entry) => !heads.has(entry.sequence))).toEqual([]);
    });

    it('keeps the tail of an ended task for five minutes, then the newest of each key alone', async () => {
      const { engine, advance } = await setUp();
      const job = newJob(1);
      await engine.submit(job);
      const lease = await mustClaim(engine);
      for (let step = 1; step <= 20; step += 1) await engine.report(lease.token, step, say(`Step ${step}`));
      await complete(engine, lease);
      const all = await engine.entries(job.taskId, 0);
      await advance(4 * 60_000);
      expect(await engine.entries(job.taskId, 0)).toEqual(all);
      const newest = await engine.entries(job.taskId);
      await advance(2 * 60_000);
      expect(await engine.entries(job.taskId, 0)).toEqual(newest);
      expect(types(newest)).toEqual(['file_update', 'task_completed']);
    });
  });
}
