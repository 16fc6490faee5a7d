import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { complete, modelFile, mustClaim, say } from '../../../test/engine/harness.ts';
import { events, newJob } from '../../../test/support/jobs.ts';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import type { Engine } from '../contract.ts';
import { createSqliteEngine } from './engine.ts';

let file: string;
let engine: Engine;
beforeEach(async () => {
  file = join(await temporaryDirectory(), 'jobs.db');
  engine = await createSqliteEngine({ file });
});
afterEach(() => engine.close());

/** Runs statements on the database from outside, as a second process can. */
function outside(sql: string): void {
  const db = new DatabaseSync(file, { timeout: 5000 });
  db.exec(sql);
  db.close();
}

function rows(table: 'journal' | 'entries' | 'replaced'): number {
  const db = new DatabaseSync(file, { readOnly: true });
  const { count } = db.prepare(`SELECT count(*) AS count FROM ${table}`).get() as { count: number };
  db.close();
  return count;
}

/** The database as a process that dies now leaves it, opened by the next one. */
async function afterDeath(): Promise<Engine> {
  const copy = `${file}.copy`;
  for (const end of ['', '-wal']) await copyFile(`${file}${end}`, `${copy}${end}`);
  return createSqliteEngine({ file: copy });
}

describe('what reports write', () => {
  it('is all there in the next process, though the last one had not moved it', async () => {
    const job = newJob(2);
    await engine.submit(job);
    const [first, second] = [await mustClaim(engine), await mustClaim(engine)];
    for (let step = 1; step <= 45; step += 1) await engine.report(first.token, step, say(`Step ${step}`));
    for (let step = 1; step <= 5; step += 1) await engine.report(second.token, step, say(`Other ${step}`));
    await vi.waitFor(() => expect(rows('journal')).toBeGreaterThan(0));
    const all = (await engine.entries(job.taskId, 0)) ?? [];
    expect(rows('entries')).toBeLessThan(all.length);

    const next = await afterDeath();
    expect((await next.entries(job.taskId, 0))?.slice(0, all.length)).toEqual(all);
    expect((await next.job(job.jobId))?.files.map((each) => each.progress)).toEqual([45, 5]);
    const newest = new Map(
      (await next.entries(job.taskId))?.map((entry) => [entry.key, JSON.parse(entry.data) as object]),
    );
    expect(newest.get(job.taskId)).toMatchObject({ progress: 25, current: 0 });
    expect(newest.get(first.file.fileId)).toMatchObject({ progress: 45, status: 'pending' });
    expect(newest.get(second.file.fileId)).toMatchObject({ progress: 5, status: 'pending' });
    await next.close();
  });

  it('can be read from any entry on, however many of them share a row', async () => {
    const job = newJob(2);
    await engine.submit(job);
    const leases = [await mustClaim(engine), await mustClaim(engine)];
    for (let step = 1; step <= 400; step += 1) {
      const lease = leases[step % 5 === 0 ? 1 : 0];
      await engine.report(lease?.token ?? '', step / 5, say(`Step ${step}`));
    }
    expect(rows('replaced')).toBeGreaterThan(2);
    expect(rows('entries')).toBeLessThan(100);
    const all = (await engine.entries(job.taskId, 0)) ?? [];
    expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, index) => index + 1));
    for (const after of [1, 63, 64, 65, 200, all.length - 1, all.length]) {
      expect(await engine.entries(job.taskId, after)).toEqual(all.slice(after));
    }
    for (const lease of leases) await complete(engine, lease);
    expect(await engine.deleteJob(job.jobId)).toBe('deleted');
    expect(rows('replaced')).toBe(0);
  });

  it('is not taken for the log of a later task after its own is gone', async () => {
    const gone = newJob(1);
    await engine.submit(gone);
    const lease = await mustClaim(engine);
    for (let step = 1; step <= 6; step += 1) await engine.report(lease.token, step, say(`Step ${step}`));
    await vi.waitFor(() => expect(rows('journal')).toBe(1));
    await complete(engine, lease);
    expect(await engine.deleteJob(gone.jobId)).toBe('deleted');
    // It gets the same place in the table of tasks.
    const later = newJob(1);
    await engine.submit(later);
    await engine.report((await mustClaim(engine)).token, 1, say('Begun'));
    await vi.waitFor(() => expect(rows('journal')).toBe(2));
    const all = (await engine.entries(later.taskId, 0)) ?? [];
    const next = await afterDeath();
    expect((await next.entries(later.taskId, 0))?.slice(0, all.length)).toEqual(all);
    expect(await next.entries(gone.taskId)).toBeUndefined();
    await next.close();
  });

  it('stays bounded', async () => {
    const jobs = [newJob(1), newJob(2)];
    for (const job of jobs) await engine.submit(job);
    const leases = [await mustClaim(engine), await mustClaim(engine)];
    for (let step = 1; step <= 1000; step += 1) {
      for (const { token } of leases) await engine.report(token, step / 10, say(`Step ${step}`));
    }
    expect(rows('journal')).toBeLessThan(600);
  });
});

describe('a change that cannot be written', () => {
  const refuse = (table: string) =>
    `CREATE TRIGGER full BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`;

  it('lets readers have what was reported already, and no more is accepted until it is written', async () => {
    const job = newJob(1);
    await engine.submit(job);
    const { token } = await mustClaim(engine);
    await engine.report(token, 20, say('Written'));
    outside(refuse('journal'));
    expect(await engine.report(token, 40, say('Waiting'))).toBe(true);
    const before = await engine.entries(job.taskId, 0);
    let refused = 0;
    await vi.waitFor(async () => {
      // The same again changes nothing, so that it can be asked for often.
      await expect(engine.report(token, 40, say('Waiting'))).rejects.toThrow('the disk is full');
      refused += 1;
    });
    expect(refused).toBe(1);
    expect(await engine.entries(job.taskId, 0)).toEqual(before);
    expect((await engine.job(job.jobId))?.files[0]).toMatchObject({ progress: 40, message: say('Waiting') });
    outside('DROP TRIGGER full');
    await vi.waitFor(async () => expect(await engine.report(token, 30, say('Again'))).toBe(true), 3000);
    const all = events(await engine.entries(job.taskId, 0));
    expect(all.map((event) => event.data.sequence)).toEqual(all.map((_, index) => index + 1));
    expect(all.at(-1)?.data).toMatchObject({ progress: 40, message: 'Again' });
    await vi.waitFor(() => expect(rows('journal')).toBe(2));
    const next = await afterDeath();
    expect(events(await next.entries(job.taskId, 0)).slice(0, all.length)).toEqual(all);
    await next.close();
  });

  it('keeps the lease and the reports before it when an ending fails', async () => {
    const job = newJob(2);
    await engine.submit(job);
    const lease = await mustClaim(engine);
    for (let step = 1; step <= 5; step += 1) await engine.report(lease.token, step, say(`Step ${step}`));
    const before = await engine.entries(job.taskId, 0);
    let cancelled = 0;
    engine.onCancel(() => (cancelled += 1));
    outside(refuse('entries'));
    const ending = { status: 'completed', result: modelFile(lease) } as const;
    await expect(engine.finish(lease.token, ending)).rejects.toThrow('the disk is full');
    await expect(mustClaim(engine)).rejects.toThrow('the disk is full');
    await expect(engine.cancel(job.taskId)).rejects.toThrow('the disk is full');
    expect(await engine.entries(job.taskId, 0)).toEqual(before);
    expect(await engine.counts()).toEqual({ waiting: 1, running: 1 });
    outside('DROP TRIGGER full');
    expect(await engine.report(lease.token, 50, say('Going on'))).toBe(true);
    expect(await engine.finish(lease.token, ending)).toBe(true);
    expect(cancelled).toBe(0);
    const other = await mustClaim(engine);
    expect(await complete(engine, other)).toBe(true);
    const all = events(await engine.entries(job.taskId, 0));
    expect(all.map((event) => event.data.sequence)).toEqual(all.map((_, index) => index + 1));
    expect(all.at(-1)?.type).toBe('task_completed');
  });
});
