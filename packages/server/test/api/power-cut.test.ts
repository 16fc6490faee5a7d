import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Engine } from '../../src/engine/contract.ts';
import { createSqliteEngine } from '../../src/engine/sqlite/engine.ts';
import { createScriptedModel } from '../support/scripted-model.ts';
import { picture, uploadForm } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { disk } from '../support/log-disk.ts';
import { expectAccepted, json, send, start, taskNow, upload } from './support.ts';

vi.mock(import('node:fs'), async (load) => {
  const { disk: below } = await import('../support/log-disk.ts');
  return below.below(await load());
});

let server: TestServer;
beforeEach(async () => {
  disk.isBroken = false;
  server = await start({
    model: createScriptedModel({ id: 'local', delayMs: 600_000 }),
    before: async (dataDir) => {
      disk.file = join(dataDir, 'image2model.db');
    },
  });
  onTestFinished(() => disk.release());
});

/** What the next server finds after a power cut now. */
async function afterCut<Result>(look: (next: Engine) => Promise<Result>): Promise<Result> {
  const next = await createSqliteEngine({ file: await disk.afterCut() });
  const found = await look(next);
  await next.close();
  return found;
}

/** Jobs that are committed, on the disk or not. */
function committed(): number {
  const db = new DatabaseSync(disk.file, { readOnly: true });
  const { count } = db.prepare('SELECT count(*) AS count FROM jobs').get() as { count: number };
  db.close();
  return count;
}

describe('a power cut right after an answer', () => {
  // Promised: Uploads, cancels, retries and deletions are on the disk before they are answered.
  it('takes back no upload, cancel, retry or delete', async () => {
    const { job_id: job, task_id: task } = await upload(server);
    expect(await afterCut((next) => next.task(task))).toMatchObject({ jobId: job });
    expect((await server.ask(`/api/v1/status/tasks/${task}/cancel`, { method: 'POST' })).status).toBeLessThan(300);
    expect(await afterCut((next) => next.task(task))).toMatchObject({ status: 'cancelled' });
    const retried = await server.ask(`/api/v1/jobs/${job}/retry`, json('POST', {}));
    expect(retried.status).toBeLessThan(300);
    const { task_id: again } = (await retried.json()) as { task_id: string };
    expect(await afterCut((next) => next.task(again))).toMatchObject({ jobId: job });
    await server.ask(`/api/v1/status/tasks/${again}/cancel`, { method: 'POST' });
    expect((await server.ask(`/api/v1/jobs/${job}`, { method: 'DELETE' })).status).toBeLessThan(300);
    expect(await afterCut((next) => next.job(job))).toBeUndefined();
  });

  it('finds uploads that came together in few syncs', async () => {
    const photo = await picture();
    disk.hold();
    const before = disk.syncs;
    const uploads = Array.from({ length: 20 }, () => send(server, uploadForm([['chair.png', photo]])));
    await vi.waitFor(() => expect(committed()).toBe(20), 10_000);
    const answered = await Promise.race([Promise.any(uploads), new Promise((resolve) => setTimeout(resolve, 50))]);
    expect(answered).toBeUndefined();
    disk.release();
    const tasks = await Promise.all(uploads.map(async (each) => (await expectAccepted(await each)).task_id));
    expect(disk.syncs - before).toBeLessThan(6);
    const found = await afterCut((next) => Promise.all(tasks.map((task) => next.task(task))));
    expect(found).not.toContain(undefined);
  });
});

describe('a disk that fails to store the database', () => {
  // Promised: Once the disk has failed to store something, nothing more is accepted, and readiness returns 503.
  it('is reported as not ready, and no more is accepted', async () => {
    const { task_id: task } = await upload(server);
    await taskNow(server, task);
    disk.isBroken = true;
    const refused = await send(server, uploadForm([['chair.png', await picture()]]));
    expect(refused.status).toBe(500);
    disk.isBroken = false;
    expect((await send(server, uploadForm([['chair.png', await picture()]]))).status).toBe(500);
    expect((await server.ask('/api/v1/health/readiness')).status).toBe(503);
    expect((await taskNow(server, task)).task_id).toBe(task);
    expect(server.log.some((line) => line.includes('could not be synced'))).toBe(true);
  });
});
