import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { canFillDisk, createSmallDisk } from '../../../../scripts/test/small-disk.ts';
import type { SmallDisk } from '../../../../scripts/test/small-disk.ts';
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

/** Starts one that has its reserve and jobs that are done. */
async function startWithJobs(disk: SmallDisk, jobs: number): Promise<{ server: ServerProcess; jobIds: string[] }> {
  const server = await startServerProcess({ dataDir: disk.directory });
  const uploads = [];
  for (let made = 0; made < jobs; made += 1) uploads.push(await server.upload(1));
  for (const { task_id: taskId } of uploads) expect((await server.ended(taskId)).status).toBe('completed');
  const reserve = join(disk.directory, 'reserve');
  await vi.waitUntil(async () => (await readdir(reserve).catch(() => [])).length === 3, { timeout: 10_000 });
  return { server, jobIds: uploads.map(({ job_id: jobId }) => jobId) };
}

describe.runIf(await canFillDisk())('a disk without a byte to spare (takes root)', () => {
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
    const cleaned = await server.ask('/api/v1/admin/cleanup', {
      method: 'POST',
      headers: { authorization: 'Bearer admin', 'content-type': 'application/json' },
      body: JSON.stringify({ hours: 0 }),
    });
    expect({ status: cleaned.status, body: await cleaned.json() }).toEqual({
      status: 200,
      body: { dry_run: false, jobs: 2 },
    });
    expect(await readdir(join(disk.directory, 'files/jobs')).catch(() => [])).toEqual([]);
  }, 120_000);

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
    const reserve = join(disk.directory, 'reserve');
    await vi.waitUntil(async () => (await readdir(reserve)).length === 3, { timeout: 30_000, interval: 200 });
    const { blocks, size } = await stat(join(reserve, '0'));
    expect(blocks * 512).toBeGreaterThanOrEqual(size);
    const { task_id: taskId } = await again.upload(1);
    expect((await again.ended(taskId)).status).toBe('completed');
  }, 120_000);

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
