import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { newJob, events } from '../../test/support/jobs.ts';
import { isEnd, until } from '../../test/support/processes.ts';
import { createScriptedModel } from '../../test/support/scripted-model.ts';
import type { NewJob } from '../engine/contract.ts';
import { createSqliteEngine } from '../engine/sqlite/engine.ts';
import { StorageFullError } from '../files/contract.ts';
import { createDiskStore } from '../files/disk.ts';
import { modelKey, resultsPrefix } from '../files/keys.ts';
import { ModelError } from '../models/errors.ts';
import type { Model, ModelInput } from '../models/contract.ts';
import { Runner } from './runner.ts';
import type { RunnerOptions } from './runner.ts';

async function setUp(model: Model, options: Partial<RunnerOptions> = {}) {
  const directory = await temporaryDirectory();
  const engine = await createSqliteEngine({ file: join(directory, 'jobs.db') });
  const files = createDiskStore({ directory: join(directory, 'files'), minFreeBytes: 0 });
  const log = pino({ level: 'silent' });
  const runner = new Runner({
    engine,
    models: new Map([[model.id, model]]),
    files,
    concurrency: 2,
    log,
    worker: 'test',
    ...options,
  });
  runner.start();
  onTestFinished(async () => {
    await runner.close(0);
    await engine.close();
  });
  async function submit(job: NewJob): Promise<NewJob> {
    for (const file of job.files) await files.write(file.storageKey, Buffer.from(file.fileId));
    await engine.submit(job);
    return job;
  }
  return { engine, files, runner, submit };
}

const hang = (_: unknown, { signal }: { signal: AbortSignal }) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

describe('the runner', () => {
  it('makes a model of each file, and lists what is in the store', async () => {
    const { engine, files, submit } = await setUp(createScriptedModel());
    const job = await submit(newJob(3));
    await until(engine, job.taskId, isEnd);
    const row = await engine.job(job.jobId);
    expect(row?.files.map((file) => file.result?.filename)).toEqual(['photo-1.glb', 'photo-2.glb', 'photo-3.glb']);
    for (const file of row?.files ?? []) {
      const stored = await files.stat(modelKey({ jobId: job.jobId, fileId: file.fileId, attemptId: file.attemptId }));
      expect(file.result).toMatchObject({
        size: stored?.sizeBytes,
        mime_type: 'model/gltf-binary',
        rendered_image: null,
      });
      expect(file.result?.statistics.seconds).toBeGreaterThanOrEqual(0);
    }
    expect((await engine.task(job.taskId))?.status).toBe('completed');
  });

  it('gives the preview the address of its download', async () => {
    const preview = { bytes: Buffer.from('picture'), contentType: 'image/webp' };
    const { engine, submit } = await setUp(createScriptedModel({ generated: { preview } }));
    const job = await submit(newJob(1));
    await until(engine, job.taskId, isEnd);
    const row = await engine.job(job.jobId);
    expect(row?.files[0]?.result?.rendered_image).toEqual({
      url: `/api/v1/download/${job.jobId}/photo-1.webp`,
      size: preview.bytes.length,
      sha256: createHash('sha256').update(preview.bytes).digest('hex'),
    });
  });

  it('works on no more files at once than it may', async () => {
    let now = 0;
    let maxSeen = 0;
    const full = Promise.withResolvers<void>();
    const fault = async () => {
      maxSeen = Math.max(maxSeen, (now += 1));
      if (now === 3) full.resolve();
      await full.promise;
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
    };
    const { engine, submit } = await setUp(createScriptedModel({ fault }), { concurrency: 3 });
    const job = await submit(newJob(12));
    await until(engine, job.taskId, isEnd);
    expect(maxSeen).toBe(3);
  });

  it('has a file that ran out of memory tried again by itself', async () => {
    let now = 0;
    let attempts = 0;
    let company = 0;
    const others = Promise.withResolvers<void>();
    const fault = async ({ pictures: [{ filename }] }: ModelInput) => {
      now += 1;
      try {
        if (filename !== 'photo-1.png') {
          // None of them is over before the first attempt has failed.
          await others.promise;
          await new Promise((resolve) => setImmediate(resolve));
          return;
        }
        attempts += 1;
        if (attempts === 1) throw Object.assign(new Error('No memory'), { code: 'ERR_WORKER_OUT_OF_MEMORY' });
        company += now - 1;
        await new Promise((resolve) => setImmediate(resolve));
        company += now - 1;
      } finally {
        now -= 1;
        others.resolve();
      }
    };
    const { engine, submit } = await setUp(createScriptedModel({ fault, delayMs: 40 }), { concurrency: 3 });
    const job = await submit(newJob(60));
    await until(engine, job.taskId, isEnd);
    expect((await engine.task(job.taskId))?.status).toBe('completed');
    expect({ attempts, company }).toEqual({ attempts: 2, company: 0 });
  });

  it('gives hosted models places of their own, so that neither they nor this machine wait for the other', async () => {
    const now = { local: 0, hosted: 0 };
    const maxSeen = { local: 0, hosted: 0 };
    const full = Promise.withResolvers<void>();
    const count = (id: 'local' | 'hosted') => async () => {
      now[id] += 1;
      maxSeen[id] = Math.max(maxSeen[id], now[id]);
      if (now.local === 1 && now.hosted === 3) full.resolve();
      await full.promise;
      await new Promise((resolve) => setImmediate(resolve));
      now[id] -= 1;
    };
    const local = createScriptedModel({ id: 'local', fault: count('local') });
    const hosted = { ...createScriptedModel({ id: 'hosted', fault: count('hosted') }), concurrency: 3 };
    const models = new Map([local, hosted].map((model) => [model.id, model]));
    const { engine, submit } = await setUp(local, { concurrency: 1, models });
    const jobs = [newJob(3, { model: 'local' }), newJob(8, { model: 'hosted' }), newJob(2, { model: 'local' })];
    for (const job of jobs) await submit(job);
    for (const job of jobs) await until(engine, job.taskId, isEnd);
    expect(maxSeen).toEqual({ local: 1, hosted: 3 });
  });

  it('fails what cannot pass at once, with its code', async () => {
    const model = createScriptedModel({
      fault: () => {
        throw new ModelError('NO_FOREGROUND', { text: 'Nothing is to be seen' });
      },
    });
    const { engine, submit } = await setUp(model);
    const job = await submit(newJob(1));
    await until(engine, job.taskId, isEnd);
    expect(model.calls).toHaveLength(1);
    const last = events(await engine.entries(job.taskId)).at(-1);
    expect(last).toMatchObject({
      type: 'task_failed',
      data: { error: 'Nothing is to be seen', details: { code: 'NO_FOREGROUND', retryable: false, attempts: 1 } },
    });
  });

  it('tries again what may pass', async () => {
    let calls = 0;
    const fault = () => {
      calls += 1;
      if (calls === 1) throw new Error('a fault that passes');
    };
    const { engine, submit } = await setUp(createScriptedModel({ fault }));
    const job = await submit(newJob(1));
    await until(engine, job.taskId, isEnd);
    expect(calls).toBe(2);
    const all = events(await engine.entries(job.taskId, 0));
    expect(all.map((event) => event.data).some((data) => 'message' in data && /retrying soon/.test(data.message))).toBe(
      true,
    );
    expect(all.at(-1)?.type).toBe('task_completed');
  });

  // Promised: A result that was paid for is kept until there is room for it.
  it('holds on to what was paid for until there is room for it', async () => {
    const cost = { units: 1, unit: 'requests', amount: 0.2, currency: 'USD' };
    const model = createScriptedModel({ generated: { cost } });
    const { engine, files, submit } = await setUp(model);
    const write = files.write.bind(files);
    let full = 4;
    files.write = async (...given) => {
      if (given[0].includes('/models/') && full > 0) {
        full -= 1;
        throw new StorageFullError('full');
      }
      return await write(...given);
    };
    const job = await submit(newJob(1));
    await until(engine, job.taskId, isEnd);
    expect(model.calls).toHaveLength(1);
    expect((await engine.job(job.jobId))?.files[0]?.result).toMatchObject({ cost });
  });

  it('refuses a result that is no binary glTF', async () => {
    const glb = Buffer.from('<html>this is not a model</html>');
    const { engine, submit } = await setUp(createScriptedModel({ generated: { glb } }));
    const job = await submit(newJob(1));
    await until(engine, job.taskId, (text) => text.includes('isn’t a readable model'));
    expect((await engine.job(job.jobId))?.files[0]?.result).toBeNull();
  });

  it('stops a running file within a second of its cancelling and leaves nothing of it', async () => {
    const { engine, files, runner, submit } = await setUp(createScriptedModel({ fault: hang }));
    const job = await submit(newJob(1));
    await until(engine, job.taskId, (text) => text.includes('Step 2'));
    const at = performance.now();
    await engine.cancel(job.taskId);
    await runner.close(1000);
    expect(performance.now() - at).toBeLessThan(1000);
    expect(await Array.fromAsync(files.list(resultsPrefix(job.jobId)))).toEqual([]);
    expect((await engine.task(job.taskId))?.status).toBe('cancelled');
  });

  // Promised: A stop gives running files back to the queue, and the attempt does not count.
  it('hands back what does not end within the grace time, without counting the attempt', async () => {
    const { engine, runner, submit } = await setUp(createScriptedModel({ fault: hang }));
    const job = await submit(newJob(1));
    await until(engine, job.taskId, (text) => text.includes('Step 2'));
    await runner.close(0);
    expect(runner.running()).toBe(0);
    const lease = await engine.claim({ worker: 'another', leaseMs: 60_000, models: [{ id: 'test' }] });
    expect(lease).toMatchObject({ attempt: 1, taskId: job.taskId });
  });

  it('lets what runs come to its end within the grace time', async () => {
    const gate = Promise.withResolvers<void>();
    const { engine, runner, submit } = await setUp(createScriptedModel({ fault: () => gate.promise }));
    const job = await submit(newJob(1));
    await until(engine, job.taskId, (text) => text.includes('Step 2'));
    const closed = runner.close(10_000);
    gate.resolve();
    await closed;
    expect((await engine.task(job.taskId))?.status).toBe('completed');
  });

  it('gives a second run of the same file what the first one remembered', async () => {
    const seen: unknown[] = [];
    let calls = 0;
    const { engine, submit } = await setUp(
      createScriptedModel({
        fault: async (_, context) => {
          seen.push(context.remembered);
          calls += 1;
          if (calls > 1) return;
          await context.remember({ request: 7 });
          throw new Error('a fault that passes');
        },
      }),
    );
    const job = await submit(newJob(1));
    await until(engine, job.taskId, isEnd);
    expect(seen).toEqual([undefined, { request: 7 }]);
  });
});
