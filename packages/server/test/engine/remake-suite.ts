import { describe, expect, it } from 'vitest';
import type { JobFileRow, NewFile, StoredMask } from '../../src/engine/contract.ts';
import { events, newJob, uuid } from '../support/jobs.ts';
import { complete, failure, harnesses, modelFile, mustClaim, mustClaimCleanup } from './harness.ts';
import type { EngineHarness, OpenHarness } from './harness.ts';

const again = (only: readonly (NewFile | undefined)[]) => ({
  taskId: uuid(),
  model: 'test',
  options: {},
  faceLimit: null,
  only: new Set(only.map((file) => file?.fileId ?? '')),
});

function maskOf({ fileId, storageKey }: NewFile, nth = 1): StoredMask {
  const sha256 = String(nth).repeat(64);
  return {
    filename: 'm.png',
    contentType: 'image/png',
    sizeBytes: 7,
    sha256,
    storageKey: `${storageKey}-${fileId}-${nth}`,
  };
}

/** A job of so many files with a result each, and the attempts that stored them. */
async function madeJob({ engine }: EngineHarness, count: number, fields: Parameters<typeof newJob>[1] = {}) {
  const job = newJob(count, fields);
  await engine.submit(job);
  const tokens: string[] = [];
  for (const _ of job.files) {
    const lease = await mustClaim(engine);
    tokens.push(lease.token);
    await complete(engine, lease);
  }
  return { job, tokens };
}

/** What every engine promises of masks, and of files that are made again though they have a result. */
export function remakeSuite(open: OpenHarness): void {
  const setUp = harnesses(open);

  const shown = (file: JobFileRow | undefined): unknown[] => [
    file?.status,
    file?.progress,
    file?.message.id,
    file?.attemptId,
    file?.result !== null,
  ];

  describe('a mask', () => {
    it('is of its file, also for who works on it, and counts among what is stored', async () => {
      const harness = await setUp();
      const job = newJob(2);
      const [first, second] = job.files;
      if (!first || !second) throw new Error('two files');
      first.mask = maskOf(first);
      await harness.engine.submit(job);
      expect(await harness.engine.usage()).toEqual({ files: 3, bytes: 13 });
      await harness.restart();
      const { engine } = harness;
      expect((await engine.job(job.jobId))?.files.map(({ mask }) => mask)).toEqual([first.mask, undefined]);
      expect((await mustClaim(engine)).file).toEqual(first);
      expect((await mustClaim(engine)).file).toEqual(second);
      await engine.cancel(job.taskId);
      await engine.deleteJob(job.jobId);
      expect(await engine.usage()).toEqual({ files: 0, bytes: 0 });
    });

    it('is part of the work that a result is of', async () => {
      const harness = await setUp();
      const { engine } = harness;
      const [file] = newJob(1).files;
      if (!file) throw new Error('a file');
      const mask = maskOf(file);
      const { job } = await madeJob(harness, 1, { files: [{ ...file, mask }] });
      const { owner, model, options, faceLimit } = job;
      const work = { owner, model, options, faceLimit, sha256: file.sha256 };
      expect(await engine.earlierResult(work)).toBeUndefined();
      expect(await engine.earlierResult({ ...work, mask: 'another' })).toBeUndefined();
      expect(await engine.earlierResult({ ...work, mask: mask.sha256 })).toMatchObject({ jobId: job.jobId });
    });

    it('is replaced by a retry, with its task, and the one before is left to a cleanup', async () => {
      const harness = await setUp();
      const { job } = await madeJob(harness, 1);
      const [file] = job.files;
      if (!file) throw new Error('a file');
      const [one, other] = [maskOf(file), maskOf(file, 2)];
      const { engine } = harness;
      expect(await engine.retry(job.jobId, { ...again([file]), masks: new Map([[file.fileId, one]]) })).toBe('retried');
      const lease = await mustClaim(engine);
      expect(lease.file.mask).toEqual(one);
      // Whoever comes second, and is refused, changes nothing.
      const late = { ...again([file]), masks: new Map([[file.fileId, other]]) };
      expect(await engine.retry(job.jobId, late)).toBe('running');
      expect((await engine.job(job.jobId))?.files[0]?.mask).toEqual(one);
      await engine.finish(lease.token, failure);
      // Kept where none is sent.
      expect(await engine.retry(job.jobId, again([file]))).toBe('retried');
      await complete(engine, await mustClaim(engine));
      expect(await engine.retry(job.jobId, { ...again([file]), masks: new Map([[file.fileId, other]]) })).toBe(
        'retried',
      );
      await harness.kill();
      expect((await harness.engine.job(job.jobId))?.files[0]?.mask).toEqual(other);
      const { jobId } = job;
      const { fileId } = file;
      const { cleanup } = await mustClaimCleanup(harness.engine);
      expect(cleanup).toEqual({ type: 'remove_mask', jobId, fileId, storageKey: one.storageKey });
    });

    it('is taken away by a retry, and left to a cleanup', async () => {
      const harness = await setUp();
      const [photo] = newJob(1).files;
      if (!photo) throw new Error('a file');
      const mask = maskOf(photo);
      const { job } = await madeJob(harness, 1, { files: [{ ...photo, mask }] });
      const { engine } = harness;
      const [file] = job.files;
      const dropped = new Map([[file?.fileId ?? '', null]]);
      expect(await engine.retry(job.jobId, { ...again([file]), masks: dropped })).toBe('retried');
      const lease = await mustClaim(engine);
      expect(lease.file.mask).toBeUndefined();
      await complete(engine, lease);
      const { owner, model, options, faceLimit } = job;
      expect(await engine.earlierResult({ owner, model, options, faceLimit, sha256: photo.sha256 })).toBeDefined();
      await harness.kill();
      expect((await harness.engine.job(job.jobId))?.files[0]?.mask).toBeUndefined();
      const { cleanup } = await mustClaimCleanup(harness.engine);
      expect(cleanup).toMatchObject({ type: 'remove_mask', storageKey: mask.storageKey });
      // One that has none loses nothing.
      expect(await harness.engine.retry(job.jobId, { ...again([file]), masks: dropped })).toBe('retried');
    });

    it('is not replaced where the retry cannot be written', async () => {
      const harness = await setUp();
      const { engine } = harness;
      const { job } = await madeJob(harness, 1);
      const [file] = job.files;
      if (!file) throw new Error('a file');
      const task = { ...again([file]), masks: new Map([[file.fileId, maskOf(file)]]) };
      harness.refuseWrites(true);
      await expect(engine.retry(job.jobId, task)).rejects.toBeInstanceOf(Error);
      harness.refuseWrites(false);
      expect(await engine.job(job.jobId)).toMatchObject({ taskIds: [job.taskId], files: [{ status: 'completed' }] });
      expect((await engine.job(job.jobId))?.files[0]?.mask).toBeUndefined();
      expect(await engine.task(task.taskId)).toBeUndefined();
    });
  });

  describe('a file that is made again', () => {
    it('is one that was named and no other, and keeps its result until there is a new one', async () => {
      const harness = await setUp();
      const { engine } = harness;
      const { job, tokens } = await madeJob(harness, 2);
      const [first, second] = job.files;
      const task = again([first]);
      expect(await engine.retry(job.jobId, task)).toBe('retried');
      expect(events(await engine.entries(task.taskId)).at(-1)).toMatchObject({ data: { total: 1, status: 'queued' } });
      const files = async () => (await engine.job(job.jobId))?.files ?? [];
      expect(shown((await files())[0])).toEqual(['pending', 0, 'queue.waiting', tokens[0], true]);
      const lease = await mustClaim(engine);
      expect(lease.file.fileId).toBe(first?.fileId);
      expect(shown((await files())[0])).toEqual(['processing', 0, 'file.starting', tokens[0], true]);
      expect(await engine.usage()).toEqual({ files: 4, bytes: 26 });
      await complete(engine, lease);
      expect(shown((await files())[0])).toEqual(['completed', 100, 'file.ready', lease.token, true]);
      expect((await files())[1]).toMatchObject({ fileId: second?.fileId, attemptId: tokens[1] });
      expect(await engine.usage()).toEqual({ files: 4, bytes: 26 });
    });

    it('need not wait for the other files of its job, and no file is run twice at a time', async () => {
      const harness = await setUp();
      const { engine } = harness;
      const job = newJob(2);
      const [first, second] = job.files;
      await engine.submit(job);
      const made = await mustClaim(engine);
      await complete(engine, made);
      const running = await mustClaim(engine);
      const { only: _, ...rest } = again([]);
      expect(await engine.retry(job.jobId, rest)).toBe('running');
      expect(await engine.retry(job.jobId, again([second]))).toBe('running');
      expect(await engine.retry(job.jobId, again([first, second]))).toBe('running');
      const task = again([first]);
      expect(await engine.retry(job.jobId, task)).toBe('retried');
      expect(await engine.retry(job.jobId, again([first]))).toBe('running');
      const lease = await mustClaim(engine);
      expect([lease.taskId, lease.file.fileId]).toEqual([task.taskId, first?.fileId]);
      await complete(engine, lease);
      // The newest task is over, and the job is not.
      expect(await engine.job(job.jobId)).toMatchObject({ status: 'processing', taskId: job.taskId, finishedAt: null });
      expect(await engine.retry(job.jobId, rest)).toBe('running');
      expect(await engine.deleteJob(job.jobId)).toBe('running');
      await complete(engine, running);
      const row = await engine.job(job.jobId);
      expect(row).toMatchObject({ status: 'completed', taskId: task.taskId, taskIds: [job.taskId, task.taskId] });
      expect(row?.finishedAt).toBe((await engine.task(job.taskId))?.finishedAt);
      expect(row?.files.map(({ attemptId }) => attemptId)).toEqual([lease.token, running.token]);
      await harness.restart();
      expect(await harness.engine.job(job.jobId)).toEqual(row);
    });

    it('has its earlier result removed a while after there is a new one', async () => {
      const harness = await setUp();
      const { engine, advance } = harness;
      const { job, tokens } = await madeJob(harness, 1);
      await engine.retry(job.jobId, again(job.files));
      await complete(engine, await mustClaim(engine));
      await expect(mustClaimCleanup(engine)).rejects.toThrow('no cleanup is due');
      await advance(15 * 60_000);
      const { cleanup } = await mustClaimCleanup(engine);
      expect(cleanup).toMatchObject({ type: 'remove_attempt', attemptId: tokens[0] });
    });

    it('keeps its earlier result where that fails or is cancelled, and says so', async () => {
      const harness = await setUp();
      const { job, tokens } = await madeJob(harness, 1);
      const [file] = job.files;
      const failed = again([file]);
      await harness.engine.retry(job.jobId, failed);
      await harness.engine.finish((await mustClaim(harness.engine)).token, failure);
      const [update, ending] = events(await harness.engine.entries(failed.taskId));
      expect(update).toMatchObject({
        type: 'file_update',
        data: {
          status: 'failed',
          message_id: 'file.remake_failed',
          error: 'The new model couldn’t be made, so the earlier one stays. It did not work',
          details: failure.details,
        },
      });
      expect(ending).toMatchObject({ type: 'task_failed', data: { message_id: 'file.remake_failed' } });
      const cancelled = again([file]);
      const files = async () => (await harness.engine.job(job.jobId))?.files ?? [];
      expect(shown((await files())[0])).toEqual(['completed', 100, 'file.remake_failed', tokens[0], true]);
      await harness.restart();
      expect(shown((await files())[0])).toEqual(['completed', 100, 'file.remake_failed', tokens[0], true]);
      await harness.engine.retry(job.jobId, cancelled);
      await harness.kill();
      await harness.engine.cancel(cancelled.taskId);
      expect(shown((await files())[0])).toEqual(['completed', 100, 'file.remake_cancelled', tokens[0], true]);
      // It has a model: nothing is left to be done of itself.
      const { only: _, ...rest } = again([]);
      expect(await harness.engine.retry(job.jobId, rest)).toBe('nothing');
    });

    it('is not remade by an attempt that lost its lease', async () => {
      const harness = await setUp();
      const { engine, advance } = harness;
      const { job, tokens } = await madeJob(harness, 1);
      await engine.retry(job.jobId, again(job.files));
      const late = await mustClaim(engine, 1000);
      await advance(2000);
      const lease = await mustClaim(engine);
      expect(await complete(engine, late)).toBe(false);
      expect((await engine.job(job.jobId))?.files[0]?.attemptId).toBe(tokens[0]);
      expect(await complete(engine, lease)).toBe(true);
      expect(await complete(engine, late)).toBe(false);
      expect((await engine.job(job.jobId))?.files[0]?.attemptId).toBe(lease.token);
    });

    it('is no result any more of what it was made of before', async () => {
      const harness = await setUp();
      const { engine } = harness;
      const { job } = await madeJob(harness, 1);
      const [file] = job.files;
      const { owner, model, options, faceLimit } = job;
      const work = { owner, model, options, faceLimit, sha256: file?.sha256 ?? '' };
      expect(await engine.earlierResult(work)).toBeDefined();
      await engine.retry(job.jobId, { ...again([file]), options: { depth: 'soft' } });
      const failing = await mustClaim(engine);
      await engine.finish(failing.token, failure);
      expect(await engine.earlierResult(work)).toBeDefined();
      expect(await engine.earlierResult({ ...work, options: { depth: 'soft' } })).toBeUndefined();
      await engine.retry(job.jobId, { ...again([file]), options: { depth: 'soft' } });
      const lease = await mustClaim(engine);
      await engine.finish(lease.token, { status: 'completed', result: modelFile(lease) });
      expect(await engine.earlierResult(work)).toBeUndefined();
      expect(await engine.earlierResult({ ...work, options: { depth: 'soft' } })).toMatchObject({
        attemptId: lease.token,
      });
    });
  });
}
