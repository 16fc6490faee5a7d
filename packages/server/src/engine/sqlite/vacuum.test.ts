import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, vi } from 'vitest';
import { newJob } from '../../../test/support/jobs.ts';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import { createSqliteEngine } from './engine.ts';
import { enableVacuum } from './vacuum.ts';

// Promised: The database shrinks after jobs are deleted.
it('makes the file smaller once jobs are deleted', async () => {
  const file = join(await temporaryDirectory(), 'jobs.db');
  const engine = await createSqliteEngine({ file });
  const jobs = Array.from({ length: 300 }, () => newJob(25));
  for (const job of jobs) {
    await engine.submit(job);
    await engine.cancel(job.taskId);
  }
  for (const { jobId } of jobs) expect(await engine.deleteJob(jobId)).toBe('deleted');
  const kept = newJob(1);
  await engine.submit(kept);
  // What is kept free for what is written next is 1 MiB.
  await vi.waitUntil(async () => (await stat(file)).size < 2 * 1024 * 1024, { timeout: 30_000, interval: 50 });
  expect((await engine.job(kept.jobId))?.files).toHaveLength(1);
  await engine.close();
  const db = new DatabaseSync(file);
  expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  db.close();
});

it('makes the file smaller though somebody reads it just then', async () => {
  const file = join(await temporaryDirectory(), 'jobs.db');
  const engine = await createSqliteEngine({ file });
  const jobs = Array.from({ length: 100 }, () => newJob(25));
  for (const job of jobs) {
    await engine.submit(job);
    await engine.cancel(job.taskId);
  }
  const reader = new DatabaseSync(file);
  reader.exec('BEGIN; SELECT count(*) FROM jobs');
  for (const { jobId } of jobs) expect(await engine.deleteJob(jobId)).toBe('deleted');
  await vi.waitFor(() => expect(freePages(file)).toBeLessThanOrEqual(256));
  reader.close();
  await vi.waitFor(async () => expect((await stat(file)).size).toBeLessThan(2 * 1024 * 1024), 30_000);
  await engine.close();
});

function freePages(file: string): number {
  const db = new DatabaseSync(file, { readOnly: true });
  const { freelist_count: count } = db.prepare('PRAGMA freelist_count').get() as { freelist_count: number };
  db.close();
  return count;
}

it('rewrites a small database of an earlier version, so that it can shrink', async () => {
  const file = join(await temporaryDirectory(), 'old.db');
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL; CREATE TABLE kept (text TEXT) STRICT');
  db.exec(`INSERT INTO kept VALUES ('here')`);
  expect(db.prepare('PRAGMA auto_vacuum').get()).toEqual({ auto_vacuum: 0 });
  db.exec('PRAGMA auto_vacuum = INCREMENTAL');
  enableVacuum(db);
  expect(db.prepare('PRAGMA auto_vacuum').get()).toEqual({ auto_vacuum: 2 });
  expect(db.prepare('SELECT text FROM kept').get()).toEqual({ text: 'here' });
  db.close();
});
