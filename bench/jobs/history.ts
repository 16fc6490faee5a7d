/* oxlint-disable no-restricted-imports -- measures the engine itself, without the server around it */
import { DatabaseSync } from 'node:sqlite';
import { createSqliteEngine } from '../../packages/server/src/engine/sqlite/engine.ts';
import { newJob } from '../../packages/server/test/support/jobs.ts';

/** What the daily work costs in a database, in µs of CPU for one file from its upload to its ending. */
interface Cost {
  submit: number;
  others: number;
  /** Reading a task's log, as a stream does when it opens. */
  entries: number;
  /** Opening the database, ms of wall time. */
  openMs: number;
}

const rounds = 1500;

/** Measures the same work on a database of its own before and after so many finished jobs have been put into it. */
export async function compareHistory(file: string, finishedJobs: number): Promise<{ before: Cost; after: Cost }> {
  await measure(file); // Once for the compiler.
  const before = await measure(file);
  fill(file, finishedJobs);
  await measure(file); // Once for the disk's cache.
  return { before, after: await measure(file) };
}

async function measure(file: string): Promise<Cost> {
  const opening = performance.now();
  const engine = await createSqliteEngine({ file });
  const cost: Cost = { submit: 0, others: 0, entries: 0, openMs: performance.now() - opening };
  async function timed<Result>(what: 'submit' | 'others' | 'entries', work: () => Promise<Result>): Promise<Result> {
    const before = process.cpuUsage();
    const result = await work();
    const { user, system } = process.cpuUsage(before);
    cost[what] += (user + system) / rounds;
    return result;
  }
  for (let round = 0; round < rounds; round += 1) {
    const job = newJob(1);
    await timed('submit', () => engine.submit(job));
    await timed('others', async () => {
      const lease = await engine.claim({ worker: 'bench', leaseMs: 60_000, models: [{ id: job.model }] });
      if (!lease) throw new Error('nothing to claim');
      await engine.report(lease.token, 50, { text: 'Half-way' });
      await engine.finish(lease.token, { status: 'failed', error: { text: 'No' }, details: { code: 'NO_FOREGROUND' } });
    });
    await timed('entries', () => engine.entries(job.taskId, 0));
  }
  await engine.close();
  return cost;
}

/** Writes finished jobs of one file each straight into the tables, as the engine leaves them after compaction. */
function fill(file: string, jobs: number): void {
  const db = new DatabaseSync(file);
  db.exec(`BEGIN;
    CREATE TEMP TABLE made AS
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${jobs})
      SELECT printf('%08x-0000-7000-8000-000000000000', i) AS id, 1700000000000 + i AS at FROM n;
    INSERT INTO jobs SELECT id, 'somebody', 'test', '{}', NULL, at FROM made;
    INSERT INTO files (file_id, job_id, filename, content_type, size_bytes, sha256, pixels, storage_key)
      SELECT 'f' || id, id, 'a.png', 'image/png', 3, 'ab', 1000000, 'k' FROM made;
    INSERT INTO tasks (task_id, job_id, owner, model, options, status, progress, message, created_at, started_at,
        finished_at, total, waiting, running, ended, turn, sequence, head)
      SELECT 't' || id, id, 'somebody', 'test', '{}', 'completed', 100, '', at, at, at + 1000, 1, 0, 0, 1, 1, 7, 7
      FROM made;
    INSERT INTO task_files (place, file_id, state, status, progress, message, result, attempts, crashes, started_at, head)
      SELECT place, 'f' || job_id, 'ended', 'completed', 100, '', '{}', 1, 0, 1, 5 FROM tasks JOIN made ON job_id = id;
    INSERT INTO entries SELECT place, 5, 'f' || job_id, 'file_update', printf('%.400c', 'x') FROM tasks
      JOIN made ON job_id = id;
    INSERT INTO entries SELECT place, 7, task_id, 'task_completed', printf('%.300c', 'x') FROM tasks
      JOIN made ON job_id = id;
    COMMIT`);
  db.close();
}
