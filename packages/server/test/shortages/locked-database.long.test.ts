import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { problem } from '../api/support.ts';
import { picture, uploadForm } from '../support/server.ts';
import { startServerProcess } from '../support/server-process.ts';

/** Longer than a lease holds, and than SQLite would have waited. */
const lockedMs = 10_000;

// Promised: A lack of open files, threads or a free database is waited out, and the attempt does not count.
// Promised: Reading goes on while another program has locked the database.
it('waits for a database that another program holds, without keeping anybody else waiting', async () => {
  const server = await startServerProcess({ env: { WORKER_CONCURRENCY: '2' } });
  const { task_id: taskId } = await server.upload(6);
  const stream = await server.ask(`/api/v1/status/tasks/${taskId}/stream`);
  const events = stream.text();

  const other = new DatabaseSync(join(server.dataDir, 'image2model.db'), { timeout: 5000 });
  other.exec('BEGIN EXCLUSIVE');
  const released = sleep(lockedMs);
  try {
    const refused = await server.ask('/api/v1/upload', {
      method: 'POST',
      body: uploadForm([['a.png', await picture()]]),
    });
    expect((await problem(refused, 503, 'OUT_OF_RESOURCES')).message_id).toBe('error.short_of_database');
    // All of it is answered before the database is free again.
    for (let asked = 0; asked < 20; asked += 1) {
      expect((await server.ask('/api/v1/health/liveness')).status).toBe(200);
      expect((await server.ask(`/api/v1/status/tasks/${taskId}`)).status).toBe(200);
    }
    await released;
  } finally {
    other.exec('ROLLBACK');
    other.close();
  }

  const task = await server.ended(taskId);
  expect(task.status).toBe('completed');
  // Named from the second attempt on.
  expect(task.files.filter(({ attempts }) => attempts !== undefined)).toEqual([]);
  expect(await events).toContain('event: task_completed');
  expect((await server.upload(1)).status).toBe('uploaded');
}, 120_000);

it('waits at its start for a database that another program holds', async () => {
  const first = await startServerProcess();
  await first.upload(1);
  await first.stop();
  const other = new DatabaseSync(join(first.dataDir, 'image2model.db'), { timeout: 5000 });
  other.exec('BEGIN IMMEDIATE');
  const log: string[] = [];
  const starting = startServerProcess({ dataDir: first.dataDir, log });
  const isWaiting = (): boolean => log.some((line) => line.includes('in use by another program'));
  await vi.waitUntil(isWaiting, { timeout: 30_000 });
  other.exec('ROLLBACK');
  other.close();
  const second = await starting;
  expect((await second.ask('/api/v1/health/readiness')).status).toBe(200);
}, 120_000);
