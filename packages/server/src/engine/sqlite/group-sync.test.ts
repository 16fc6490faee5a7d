import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { complete, mustClaim, mustClaimCleanup, say } from '../../../test/engine/harness.ts';
import { newJob, uuid } from '../../../test/support/jobs.ts';
import { disk } from '../../../test/support/log-disk.ts';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import type { Engine, Entry } from '../contract.ts';
import { createSqliteEngine } from './engine.ts';

vi.mock(import('node:fs'), async (load) => {
  const { disk: below } = await import('../../../test/support/log-disk.ts');
  return below.below(await load());
});

let engine: Engine;
beforeEach(async () => {
  disk.file = join(await temporaryDirectory(), 'jobs.db');
  disk.isBroken = false;
  engine = await createSqliteEngine({ file: disk.file });
});
afterEach(async () => {
  disk.release();
  await engine.close();
});

/** What the next process finds after a power cut. */
async function afterCut<Result>(look: (next: Engine) => Promise<Result>): Promise<Result> {
  const next = await createSqliteEngine({ file: await disk.afterCut() });
  const found = await look(next);
  await next.close();
  return found;
}

/** Whether a promise is still open after all that does not wait for the disk. */
async function isOpen(promise: Promise<unknown>): Promise<boolean> {
  let open = true;
  promise.then(
    () => (open = false),
    () => (open = false),
  );
  for (let turns = 0; turns < 20; turns += 1) await turn();
  return open;
}

describe('after a power cut', () => {
  // Promised: Uploads, cancels, retries and deletions are on the disk before they are answered.
  // Promised: A request that costs money is recorded on the disk before it is sent.
  it('everything that was promised is there', async () => {
    const [job, cancelled, gone] = [newJob(2), newJob(1), newJob(1)];
    await engine.submit(job, { key: 'once', bodyHash: 'hash', answer: '{}' });
    expect(await afterCut((next) => next.idempotency(job.owner, 'once'))).toBeDefined();
    const first = await mustClaim(engine);
    await engine.remember(first.token, { request: 'paid' });
    expect(await afterCut(async (next) => (await mustClaim(next)).remembered)).toEqual({ request: 'paid' });
    await complete(engine, first);
    expect((await afterCut((next) => next.job(job.jobId)))?.files[0]?.status).toBe('completed');
    const second = await mustClaim(engine);
    await engine.release(second.token, { delayMs: 60_000, error: say('Too slow') });
    expect((await afterCut((next) => next.job(job.jobId)))?.files[1]?.lastError).toEqual(say('Too slow'));

    await engine.submit(cancelled);
    await engine.cancel(cancelled.taskId);
    expect((await afterCut((next) => next.task(cancelled.taskId)))?.status).toBe('cancelled');
    const again = { taskId: uuid(), model: 'test', options: {}, faceLimit: null };
    await engine.retry(cancelled.jobId, again);
    expect((await afterCut((next) => next.task(again.taskId)))?.status).toBe('queued');
    await engine.submit(gone);
    await engine.cancel(gone.taskId);
    await engine.deleteJob(gone.jobId);
    expect(await afterCut((next) => next.job(gone.jobId))).toBeUndefined();
    await engine.offer(['other']);
    expect((await afterCut((next) => next.job(cancelled.jobId)))?.files[0]?.message.id).toBe('file.model_missing');
  });

  // Promised: A request that costs money is recorded on the disk before it is sent.
  it('money, cleanups, logins and tickets are as they were said to be', async () => {
    const provider = { key: 'request', provider: 'fal', model: 'hosted', currency: 'USD', micros: 5 };
    await engine.reserve(provider, null);
    expect(await afterCut((next) => next.spent('fal', 'USD'))).toBe(5);
    await engine.settle('request', 3);
    expect(await afterCut((next) => next.spent('fal', 'USD'))).toBe(3);
    await engine.addCleanup({ type: 'cancel_remote_job', model: 'hosted', remembered: 1 });
    const { token } = await mustClaimCleanup(engine);
    expect(await afterCut(async (next) => (await mustClaimCleanup(next)).cleanup)).toMatchObject({ remembered: 1 });
    await engine.finishCleanup(token);
    const models = ['hosted'];
    expect(await afterCut((next) => next.claimCleanup({ worker: 'test', leaseMs: 1000, models }))).toBeUndefined();
    const secret = await engine.secret('signing');
    expect(await afterCut((next) => next.secret('signing'))).toEqual(secret);
    await engine.endLogin('login', 60_000);
    expect(await afterCut((next) => next.hasEnded('login'))).toBe(true);
    await engine.addTicket('hash', { owner: 'me', login: '', taskId: 'task', jobId: 'job' }, 60_000);
    expect(await afterCut((next) => next.ticket('hash'))).toBeDefined();
    await engine.redeemTicket('hash');
    expect(await afterCut((next) => next.ticket('hash'))).toBeUndefined();
    await engine.addTicket('another', { owner: 'me', login: '', taskId: 'task', jobId: 'job' }, 60_000);
    await engine.bindTicket('another', 60_000);
    expect(await afterCut((next) => next.ticket('another'))).toMatchObject({ isBound: true });
  });

  // Promised: The next start resumes all work that was accepted.
  it('the mark is as new as what was told of it, so that the files, which are marked next, are not newer', async () => {
    await engine.submit(newJob(1));
    const mark = { identity: uuid(), epoch: uuid(), epochBefore: null };
    await engine.setMark(mark);
    expect(await afterCut((next) => next.mark())).toEqual(mark);
  });

  // Promised: No sequence number stands for two different events.
  it('no sequence is used twice that a reader has heard', async () => {
    const job = newJob(1);
    const heard: number[] = [];
    await engine.subscribe(job.taskId, (entries) => heard.push(...entries.map((entry) => entry.sequence)));
    await engine.submit(job);
    const { token } = await mustClaim(engine);
    // More than are reserved at once.
    for (let step = 1; step <= 4000; step += 1) {
      await engine.report(token, step / 40, say(`Step ${step}`));
      if (step % 10 === 0) await turn();
      if (step % 500 !== 0) continue;
      const told = heard.at(-1) ?? 0;
      expect(told).toBeGreaterThan(step);
      const next = await afterCut((after) => after.entries(job.taskId));
      expect(next?.at(-1)?.sequence).toBeGreaterThan(told);
    }
  });
});

describe('while the disk is slow', () => {
  // Promised: Nobody is told of anything but progress that a power cut could take back.
  it('no work begins on what a power cut could take back', async () => {
    disk.hold();
    const submitted = engine.submit(newJob(1));
    const claimed = engine.claim({ worker: 'test', leaseMs: 60_000, models: [{ id: 'test' }] });
    expect(await isOpen(claimed)).toBe(true);
    disk.release();
    await submitted;
    expect(await claimed).toMatchObject({ attempt: 1 });
  });

  // Promised: Nobody is told of anything but progress that a power cut could take back.
  it('nobody is answered and nobody is told, and all that waits shares the next sync', async () => {
    const [job, running] = [newJob(1), newJob(1)];
    await engine.submit(running);
    const lease = await mustClaim(engine);
    await engine.entries(running.taskId);
    const heard: Entry[] = [];
    for (const { taskId } of [job, running]) await engine.subscribe(taskId, (entries) => heard.push(...entries));
    disk.hold();
    const before = disk.syncs;
    const first = engine.submit(job);
    expect(await isOpen(first)).toBe(true);
    expect(heard).toEqual([]);
    // What the sync under way does not cover.
    const later = Array.from({ length: 20 }, () => engine.submit(newJob(2)));
    const reads = [engine.entries(job.taskId), engine.task(job.taskId), engine.job(job.jobId)];
    const lists = [engine.listJobs(job.owner, { limit: 5 }), engine.unknownJobs([job.jobId]), engine.job('nobody')];
    expect(await isOpen(Promise.any([...later, ...reads, ...lists]))).toBe(true);
    // What is not concerned goes on.
    expect(await engine.report(lease.token, 10, say('Going on'))).toBe(true);
    expect(heard.map(({ taskId }) => taskId)).toEqual([running.taskId, running.taskId]);
    expect(await engine.entries(running.taskId, 0)).toHaveLength(6);
    disk.release();
    await Promise.all([first, ...later, ...reads, ...lists]);
    expect(disk.syncs - before).toBe(2);
    expect(heard.slice(2).map(({ taskId }) => taskId)).toEqual([job.taskId, job.taskId]);
  });

  it('a report waits behind what its task has said before', async () => {
    const job = newJob(2);
    await engine.submit(job);
    const [first, second] = [await mustClaim(engine), await mustClaim(engine)];
    await engine.entries(job.taskId);
    const heard: Entry[] = [];
    await engine.subscribe(job.taskId, (entries) => heard.push(...entries));
    disk.hold();
    const ended = complete(engine, first);
    expect(await engine.report(second.token, 10, say('Going on'))).toBe(true);
    expect(await isOpen(ended)).toBe(true);
    expect(heard).toEqual([]);
    disk.release();
    await ended;
    expect(heard).toEqual((await engine.entries(job.taskId, 0))?.slice(-heard.length));
    expect(heard.at(-2)?.data).toContain('Going on');
  });

  it('leases are renewed', async () => {
    await engine.submit(newJob(1));
    const lease = await mustClaim(engine);
    disk.hold();
    expect(await engine.renew([lease.token], 60_000)).toEqual([]);
  });
});

describe('a sync that fails', () => {
  // Promised: Once the disk has failed to store something, nothing more is accepted, and readiness returns 503.
  it('leaves open what was written, shows nothing of it, and is the last', async () => {
    const [known, job] = [newJob(1), newJob(1)];
    await engine.submit(known);
    const heard: Entry[] = [];
    await engine.subscribe(job.taskId, (entries) => heard.push(...entries));
    disk.isBroken = true;
    await expect(engine.submit(job)).rejects.toThrow('failed to store the database');
    await expect(engine.entries(job.taskId)).rejects.toThrow('failed to store');
    await expect(engine.unknownJobs([job.jobId])).rejects.toThrow('failed to store');
    // The system has forgotten what it could not write: a second sync would succeed.
    disk.isBroken = false;
    await expect(engine.submit(newJob(1))).rejects.toThrow('failed to store');
    await expect(engine.cancel(known.taskId)).rejects.toThrow('failed to store');
    await expect(engine.check()).rejects.toThrow('failed to store');
    expect(await engine.entries(known.taskId)).toHaveLength(2);
    expect(heard).toEqual([]);
    expect(await afterCut((next) => next.job(job.jobId))).toBeUndefined();
  });
});
