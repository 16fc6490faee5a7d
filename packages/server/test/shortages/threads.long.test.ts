import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { expect, it, vi } from 'vitest';
import { createLocalModel } from '../../src/models/local/local.ts';
import { newJob } from '../support/jobs.ts';
import { isEnd, openSharedStore, until } from '../support/processes.ts';
import { startServerProcess } from '../support/server-process.ts';

/** No thread can be started until SIGUSR2. */
const preload = `
  import { syncBuiltinESMExports } from 'node:module';
  import threads from 'node:worker_threads';
  const { Worker } = threads;
  let isShort = true;
  threads.Worker = class extends Worker {
    constructor(...given) {
      if (isShort) throw Object.assign(new Error('Worker initialization failure: EAGAIN'), { code: 'ERR_WORKER_INIT_FAILED' });
      super(...given);
    }
  };
  syncBuiltinESMExports();
  process.on('SIGUSR2', () => { isShort = false; });
`;

// Promised: A lack of open files, threads or a free database is waited out, and the attempt does not count.
it('has files wait for threads that cannot be started', async () => {
  const server = await startServerProcess({ preload });
  const { task_id: taskId } = await server.upload(2);
  await vi.waitUntil(async () => JSON.stringify(await server.task(taskId)).includes('file.short_of_threads'), {
    timeout: 60_000,
    interval: 200,
  });
  server.child.kill('SIGUSR2');
  const task = await server.ended(taskId);
  expect(task.status).toBe('completed');
  // Named from the second attempt on.
  expect(task.files.filter(({ attempts }) => attempts !== undefined)).toEqual([]);
}, 120_000);

/** A user of this system that runs nothing else, where there can be one: root's threads are not counted. */
const stranger = 54_321;
const canBeStranger =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync(process.execPath, ['--check', import.meta.filename], { uid: stranger, gid: stranger }).status === 0;

// Promised: No photo is called damaged because the server was short of something.
it.runIf(canBeStranger)(
  'calls no photo damaged that no thread can be started for (takes root)',
  async () => {
    const server = await startServerProcess({ uid: stranger });
    const limit = (threads: number | string): void => {
      const given = ['--pid', String(server.child.pid), `--nproc=${threads}:`];
      expect(spawnSync('prlimit', given, { uid: stranger, gid: stranger }).status).toBe(0);
    };
    limit((await readdir(`/proc/${server.child.pid}/task`)).length);
    await expect(server.upload(1)).rejects.toThrow(/503 .*error\.short_of_threads/);
    limit(4096);
    expect((await server.ended((await server.upload(1)).task_id)).status).toBe('completed');
  },
  120_000,
);

// Promised: A file that runs out of memory four times fails with `OUT_OF_MEMORY`, and can be retried.
it('gives a photo up that takes more memory than there is each time, says so, and calls it retryable', async () => {
  const store = await openSharedStore();
  const worker = new URL('../support/unruly-worker.ts', import.meta.url);
  const planned = newJob(1, { model: 'local' });
  const files = planned.files.map((file) => ({ ...file, sha256: hash('sha256', 'overflow') }));
  const job = await store.submit({ ...planned, files });
  for (const file of files) await store.files.write(file.storageKey, Buffer.from('overflow'));
  const model = createLocalModel({ threads: 1, worker, threadHeapMb: 32 });
  store.work({ models: [model] });
  const engine = store.connect();
  await until(engine, job.taskId, isEnd);
  await model.close();
  const entries = await engine.entries(job.taskId);
  const failed = entries?.find(({ key }) => key === job.files[0]?.fileId);
  expect(JSON.parse(failed?.data ?? '')).toMatchObject({
    status: 'failed',
    message_id: 'file.out_of_memory',
    details: { code: 'OUT_OF_MEMORY', retryable: true, attempts: 4 },
  });
}, 120_000);
