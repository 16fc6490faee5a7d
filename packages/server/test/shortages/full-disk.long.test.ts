import { mkdir, readdir, rename, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { canFillDisk, createSmallDisk } from '../../../../scripts/test/small-disk.ts';
import type { SmallDisk } from '../../../../scripts/test/small-disk.ts';
import { createSqliteEngine } from '../../src/engine/sqlite/engine.ts';
import { jobPrefix } from '../../src/files/keys.ts';
import { databaseOfVersion } from '../engine/fixtures/database.ts';
import { newJob } from '../support/jobs.ts';
import { startServerProcess } from '../support/server-process.ts';
import type { ServerProcess } from '../support/server-process.ts';

async function smallDisk(): Promise<SmallDisk> {
  const disk = await createSmallDisk(192 * 1024 * 1024);
  onTestFinished(() => disk.remove());
  return disk;
}

async function freeBytes({ directory }: SmallDisk): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

/** Whether the reserve is there as a whole. */
async function isComplete({ directory }: SmallDisk): Promise<boolean> {
  return (await readdir(join(directory, 'reserve')).catch(() => [])).toString() === '0,1,2';
}

const cleanUp: RequestInit = {
  method: 'POST',
  headers: { authorization: 'Bearer admin', 'content-type': 'application/json' },
  body: JSON.stringify({ hours: 0 }),
};

/** Starts one that has its reserve and jobs that are done. */
async function startWithJobs(disk: SmallDisk, jobs: number): Promise<{ server: ServerProcess; jobIds: string[] }> {
  const server = await startServerProcess({ dataDir: disk.directory });
  const uploads = [];
  for (let made = 0; made < jobs; made += 1) uploads.push(await server.upload(1));
  for (const { task_id: taskId } of uploads) expect((await server.ended(taskId)).status).toBe('completed');
  await vi.waitUntil(() => isComplete(disk), { timeout: 30_000 });
  return { server, jobIds: uploads.map(({ job_id: jobId }) => jobId) };
}

describe.runIf(await canFillDisk())('a disk without a byte to spare (takes root)', () => {
  // Promised: Jobs can be deleted, and `POST /api/v1/admin/cleanup` works, with 0 bytes free.
  it('lets jobs be deleted, and cleaned up', async () => {
    const disk = await smallDisk();
    const { server, jobIds } = await startWithJobs(disk, 3);
    await disk.fill(0);
    expect(await freeBytes(disk)).toBe(0);
    const deleted = await server.ask(`/api/v1/jobs/${jobIds[0]}`, {
      method: 'DELETE',
      headers: { authorization: 'Bearer key-of-a-test' },
    });
    expect(deleted.status, await deleted.clone().text()).toBe(200);
    await disk.fill(0);
    const cleaned = await server.ask('/api/v1/admin/cleanup', cleanUp);
    expect({ status: cleaned.status, body: await cleaned.json() }).toEqual({
      status: 200,
      body: { dry_run: false, jobs: 2 },
    });
    expect(await readdir(join(disk.directory, 'files/jobs')).catch(() => [])).toEqual([]);
  }, 120_000);

  // Promised: Work can be cancelled with 0 bytes free.
  it('lets running jobs be cancelled, which is what makes them ones that can be deleted', async () => {
    const disk = await smallDisk();
    const server = await startServerProcess({ dataDir: disk.directory, env: { WORKER_CONCURRENCY: '1' } });
    await vi.waitUntil(() => isComplete(disk), { timeout: 30_000 });
    const { task_id: taskId, job_id: jobId } = await server.upload(12);
    await disk.fill(0);
    const cancelled = await server.ask(`/api/v1/status/tasks/${taskId}/cancel`, {
      method: 'POST',
      headers: { authorization: 'Bearer key-of-a-test' },
    });
    expect(cancelled.status, await cancelled.clone().text()).toBe(202);
    expect((await server.ended(taskId)).status).toBe('cancelled');
    const deleted = await server.ask(`/api/v1/jobs/${jobId}`, {
      method: 'DELETE',
      headers: { authorization: 'Bearer key-of-a-test' },
    });
    expect(deleted.status, await deleted.clone().text()).toBe(200);
  }, 120_000);

  // Promised: The server starts with 0 bytes free, after a stop and after a kill.
  it('lets a server start that was killed, and jobs be deleted then', async () => {
    const disk = await smallDisk();
    const { server, jobIds } = await startWithJobs(disk, 1);
    await server.stop();
    await disk.fill(0);
    const again = await startServerProcess({ dataDir: disk.directory });
    expect((await again.ask('/api/v1/jobs')).status).toBe(200);
    await disk.fill(0);
    const deleted = await again.ask(`/api/v1/jobs/${jobIds[0]}`, {
      method: 'DELETE',
      headers: { authorization: 'Bearer key-of-a-test' },
    });
    expect(deleted.status, await deleted.clone().text()).toBe(200);
    // What was given up is made again once there is room.
    await disk.free();
    await vi.waitUntil(() => isComplete(disk), { timeout: 30_000, interval: 200 });
    const { blocks, size } = await stat(join(disk.directory, 'reserve/0'));
    expect(blocks * 512).toBeGreaterThanOrEqual(size);
    const { task_id: taskId } = await again.upload(1);
    expect((await again.ended(taskId)).status).toBe('completed');
  }, 120_000);

  // Promised: Jobs can be deleted, and `POST /api/v1/admin/cleanup` works, with 0 bytes free.
  it('cleans up hundreds of jobs that free next to nothing', async () => {
    const disk = await smallDisk();
    const engine = await createSqliteEngine({ file: join(disk.directory, 'image2model.db') });
    for (let made = 0; made < 600; made += 1) {
      const job = newJob(10);
      await engine.submit(job);
      await engine.cancel(job.taskId);
      // A database with jobs beside no files at all is refused.
      if (made === 0) await mkdir(join(disk.directory, 'files', jobPrefix(job.jobId)), { recursive: true });
    }
    await engine.close();
    const server = await startServerProcess({ dataDir: disk.directory });
    await vi.waitUntil(() => isComplete(disk), { timeout: 30_000 });
    await disk.fill(0);
    const cleaned = await server.ask('/api/v1/admin/cleanup', cleanUp);
    expect({ status: cleaned.status, body: await cleaned.json() }).toMatchObject({ status: 200, body: { jobs: 600 } });
  }, 120_000);

  it('is named by a server that finds no reserve on it, and keeps the database of an earlier version', async () => {
    const disk = await smallDisk();
    const file = join(disk.directory, 'image2model.db');
    await rename(await databaseOfVersion(7, disk.directory), file);
    const db = new DatabaseSync(file);
    const { jobId } = db.prepare('SELECT job_id AS jobId FROM jobs').get() as { jobId: string };
    db.close();
    // A start that finds no folder of a job is refused for that.
    await mkdir(join(disk.directory, 'files', jobPrefix(jobId)), { recursive: true });
    for (const bytes of [0, 20_000, 100_000]) {
      await disk.fill(bytes);
      await expect(startServerProcess({ dataDir: disk.directory })).rejects.toThrow(
        `It ended with 1: image2model cannot start: there is no room left on the disk of ${disk.directory}: free at least 24 MiB`,
      );
    }
    await disk.free();
    const server = await startServerProcess({ dataDir: disk.directory });
    expect((await server.ask('/api/v1/jobs')).status).toBe(200);
  }, 120_000);

  // Promised: The server starts with 0 bytes free, after a stop and after a kill.
  it('lets a server start that was stopped', async () => {
    const disk = await smallDisk();
    const { server } = await startWithJobs(disk, 1);
    expect(await server.stop('SIGTERM')).toBe(0);
    await disk.fill(0);
    const again = await startServerProcess({ dataDir: disk.directory });
    expect((await again.ask('/api/v1/jobs')).status).toBe(200);
    expect(await again.stop('SIGTERM')).toBe(0);
  }, 120_000);
});
