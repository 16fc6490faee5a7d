import { describe, expect, it } from 'vitest';
import { events, newJob, uuid } from '../support/jobs.ts';
import { claim, complete, failure, harnesses, modelFile, mustClaim } from './harness.ts';
import type { EngineHarness, OpenHarness } from './harness.ts';

const again = () => ({ taskId: uuid(), model: 'other', options: { depth: 'soft' }, faceLimit: 500 });

/** Submits a job and ends its files in turn: true for a model, false for a failure. */
async function endedJob({ engine }: EngineHarness, made: readonly boolean[]) {
  const job = newJob(made.length);
  await engine.submit(job);
  for (const each of made) {
    const lease = await mustClaim(engine);
    await engine.finish(lease.token, each ? { status: 'completed', result: modelFile(lease) } : failure);
  }
  return job;
}

/** What every engine promises of jobs as a whole: repeated uploads, retries, lists, removal. */
export function jobsSuite(open: OpenHarness): void {
  const setUp = harnesses(open);

  describe('a job', () => {
    it('is made once for each idempotency key of an owner', async () => {
      const { engine } = await setUp();
      const record = { key: 'k1', bodyHash: 'abc', answer: '{"job":1}' };
      const [first, repeated, other] = [newJob(1), newJob(1), newJob(1, { owner: 'another' })];
      expect(await engine.submit(first, record)).toBeUndefined();
      expect(await engine.submit(repeated, { ...record, bodyHash: 'def', answer: '{"job":2}' })).toEqual(record);
      expect(await engine.job(repeated.jobId)).toBeUndefined();
      expect(await engine.submit(other, { ...record, answer: '{"job":3}' })).toBeUndefined();
      expect(await engine.idempotency('somebody', 'k1')).toEqual(record);
      expect(await engine.idempotency('another', 'k1')).toMatchObject({ answer: '{"job":3}' });
      expect(await engine.idempotency('somebody', 'k2')).toBeUndefined();
      expect(await engine.counts()).toEqual({ waiting: 2, running: 0 });
    });

    it('has its failed and cancelled files done again by a new task, with other settings', async () => {
      const harness = await setUp();
      const { engine } = harness;
      const job = await endedJob(harness, [true, false]);
      const before = await engine.job(job.jobId);
      const task = again();
      expect(await engine.retry(job.jobId, task)).toBe('retried');
      expect(await engine.retry(job.jobId, again())).toBe('running');
      expect(events(await engine.entries(task.taskId)).at(-1)).toMatchObject({
        type: 'task_progress',
        data: { job_id: job.jobId, status: 'queued', total: 1 },
      });
      const lease = await mustClaim(engine);
      expect(lease).toMatchObject({ model: 'other', options: { depth: 'soft' }, faceLimit: 500, attempt: 1 });
      expect(lease.file).toEqual(job.files[1]);
      expect(lease.filenames).toHaveLength(2);
      await complete(engine, lease);
      const row = await engine.job(job.jobId);
      expect(row).toMatchObject({ status: 'completed', taskIds: [job.taskId, task.taskId] });
      expect(row?.files.map((file) => file.status)).toEqual(['completed', 'completed']);
      expect(row?.files[0]).toEqual(before?.files[0]);
      expect(await engine.retry(job.jobId, again())).toBe('nothing');
      expect(await engine.retry(uuid(), again())).toBe('unknown');
    });

    it('gives its results to the same work of the same owner, the newest first, until it is forgotten', async () => {
      const harness = await setUp();
      const { engine } = harness;
      const sha256 = 'ab'.repeat(32);
      const work = { owner: 'somebody', sha256, model: 'test', options: { depth: 'soft' }, faceLimit: 500 };
      const submit = async () => {
        const job = newJob(1, { ...work, files: newJob(1).files.map((file) => ({ ...file, sha256 })) });
        await engine.submit(job);
        return job;
      };
      const first = await submit();
      expect(await engine.earlierResult(work)).toBeUndefined();
      const lease = await mustClaim(engine);
      await complete(engine, lease);
      await submit();
      await engine.finish((await mustClaim(engine)).token, failure);
      expect(await engine.earlierResult(work)).toEqual({
        jobId: first.jobId,
        attemptId: lease.token,
        result: expect.objectContaining({ file_id: lease.file.fileId }),
      });
      for (const other of [
        { owner: 'another' },
        { sha256: 'cd' },
        { model: 'x' },
        { options: {} },
        { faceLimit: null },
      ]) {
        expect(await engine.earlierResult({ ...work, ...other })).toBeUndefined();
      }
      await harness.restart();
      expect(await harness.engine.earlierResult(work)).toMatchObject({ jobId: first.jobId });
      await harness.engine.deleteJob(first.jobId);
      expect(await harness.engine.earlierResult(work)).toBeUndefined();
    });

    it('has the results that it came with from the start, and only its other files wait', async () => {
      const { engine } = await setUp();
      const job = newJob(2);
      const [known, other] = job.files;
      if (!known || !other) throw new Error('two files');
      const result = { ...modelFile({ file: known }), reused: true as const };
      await engine.submit({ ...job, results: new Map([[known.fileId, { result, attemptId: 'earlier' }]]) });
      expect(await engine.counts()).toEqual({ waiting: 1, running: 0 });
      expect(await engine.task(job.taskId)).toMatchObject({ status: 'queued' });
      const lease = await mustClaim(engine);
      expect(lease.file.fileId).toBe(other.fileId);
      await complete(engine, lease);
      const whole = newJob(1);
      const file = whole.files[0] ?? known;
      const reused = { result: { ...modelFile({ file }), reused: true as const }, attemptId: null };
      await engine.submit({ ...whole, results: new Map([[file.fileId, reused]]) });
      expect(await claim(engine, 1000)).toBeUndefined();
      for (const { taskId } of [job, whole]) {
        const all = events(await engine.entries(taskId, 0));
        expect(all.map((event) => event.data.sequence)).toEqual(all.map((_, index) => index + 1));
        expect(all.at(-1)?.type).toBe('task_completed');
        expect(all.filter((event) => event.type === 'task_completed')).toHaveLength(1);
      }
      expect(await engine.task(whole.taskId)).toMatchObject({ status: 'completed', startedAt: expect.any(Number) });
      expect((await engine.job(job.jobId))?.files.map(({ attemptId }) => attemptId)).toEqual(['earlier', lease.token]);
      expect((await engine.job(whole.jobId))?.files[0]).toMatchObject({ attemptId: null, result: reused.result });
      const next = newJob(1);
      await engine.submit(next);
      expect(events(await engine.entries(next.taskId)).at(-1)?.data).toMatchObject({ queue_position: 1 });
    });

    it('is known by its id, and what is none is not', async () => {
      const { engine } = await setUp();
      const [job, unknown] = [newJob(1), uuid()];
      await engine.submit(job);
      expect(await engine.unknownJobs([job.jobId, unknown, 'x"y'])).toEqual([unknown, 'x"y']);
      expect(await engine.unknownJobs([])).toEqual([]);
    });

    it('is forgotten with all that belongs to it, once it has ended', async () => {
      const harness = await setUp();
      const { engine } = harness;
      const job = newJob(1);
      await engine.submit(job, { key: 'k1', bodyHash: 'abc', answer: '{}' });
      expect(await engine.deleteJob(job.jobId)).toBe('running');
      await engine.cancel(job.taskId);
      expect(await engine.deleteJob(job.jobId)).toBe('deleted');
      expect(await engine.deleteJob(job.jobId)).toBe('unknown');
      expect(await engine.job(job.jobId)).toBeUndefined();
      expect(await engine.task(job.taskId)).toBeUndefined();
      expect(await engine.entries(job.taskId)).toBeUndefined();
      expect(await engine.idempotency('somebody', 'k1')).toBeUndefined();
    });

    it('is listed to its owner alone, newest first, a page at a time', async () => {
      const { engine, advance } = await setUp();
      const mine: string[] = [];
      for (let count = 0; count < 5; count += 1) {
        const job = newJob(1);
        await engine.submit(job);
        mine.unshift(job.jobId);
        await engine.submit(newJob(1, { owner: 'another' }));
        // Two of one millisecond and some of different ones.
        if (count % 2 === 0) await advance(10);
      }
      const seen: string[] = [];
      let cursor: string | null | undefined;
      do {
        const page = await engine.listJobs('somebody', { cursor: cursor ?? undefined, limit: 2 });
        expect(page.jobs.length).toBeLessThanOrEqual(2);
        seen.push(...page.jobs.map((job) => job.jobId));
        cursor = page.cursor;
      } while (cursor);
      expect(seen).toEqual(mine);
      const first = await engine.listJobs('somebody', { limit: 2 });
      expect(await engine.listJobs('somebody', { cursor: 'nonsense', limit: 2 })).toEqual(first);
      expect(first.jobs[0]).toEqual(await engine.job(mine[0] ?? ''));
      expect(await engine.listJobs('nobody', { limit: 2 })).toEqual({ jobs: [], cursor: null });
    });

    it('is due for removal when every task of it ended so long ago', async () => {
      const harness = await setUp();
      const { engine, advance } = harness;
      const finished = await endedJob(harness, [true]);
      const retried = await endedJob(harness, [false]);
      const running = newJob(1);
      await engine.submit(running);
      await advance(1000);
      expect(await engine.finishedJobs(1000, 10)).toEqual([finished.jobId, retried.jobId]);
      expect(await engine.finishedJobs(500, 1)).toEqual([finished.jobId]);
      await engine.retry(retried.jobId, again());
      expect(await engine.finishedJobs(500, 10)).toEqual([finished.jobId]);
      expect(await engine.finishedJobs(61_000, 10)).toEqual([]);
    });
  });
}
