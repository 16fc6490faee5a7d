import { beforeEach, describe, expect, it } from 'vitest';
import { newJob } from '../support/jobs.ts';
import { isEnd, openSharedStore, until } from '../support/processes.ts';
import type { SharedStore } from '../support/processes.ts';
import { createScriptedModel } from '../support/scripted-model.ts';

let store: SharedStore;

beforeEach(async () => {
  store = await openSharedStore();
});

describe('two processes that offer different models', () => {
  it('each get the files of their own', async () => {
    const [red, blue] = [createScriptedModel({ id: 'red' }), createScriptedModel({ id: 'blue' })];
    store.work({ models: [red], worker: 'red' });
    const jobs = [];
    for (const model of ['blue', 'red', 'blue', 'red', 'blue']) jobs.push(await store.submit(newJob(2, { model })));
    const engine = store.connect();
    await Promise.all(jobs.filter(({ model }) => model === 'red').map((job) => until(engine, job.taskId, isEnd)));
    expect((await engine.task(jobs[0]?.taskId ?? ''))?.status).toBe('queued');
    store.work({ models: [blue], worker: 'blue' });
    for (const job of jobs) {
      await until(engine, job.taskId, isEnd);
      expect((await engine.job(job.jobId))?.files).toMatchObject([{ status: 'completed' }, { status: 'completed' }]);
    }
    expect([red.calls.length, blue.calls.length]).toEqual([4, 6]);
  });

  it('work on no more files of a hosted model at once than it may have, together', async () => {
    let running = 0;
    let maxSeen = 0;
    const full = Promise.withResolvers<void>();
    const fault = async () => {
      maxSeen = Math.max(maxSeen, (running += 1));
      if (running === 3) full.resolve();
      await full.promise;
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    };
    const hosted = () => ({ ...createScriptedModel({ id: 'hosted', fault }), concurrency: 3 });
    store.work({ models: [hosted()], worker: 'one' });
    store.work({ models: [hosted()], worker: 'two' });
    const job = await store.submit(newJob(12, { model: 'hosted' }));
    await until(store.connect(), job.taskId, isEnd);
    expect(maxSeen).toBe(3);
  });
});

describe('work that goes on at a provider for a file that was cancelled', () => {
  const remembered = { request: 7 };

  function hosted() {
    const cancelled = Promise.withResolvers<unknown>();
    const begun = Promise.withResolvers<void>();
    const model = createScriptedModel({
      id: 'hosted',
      fault: async (_, context) => {
        await context.remember(remembered);
        begun.resolve();
        await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
      },
    });
    const cancel = async (state: unknown): Promise<void> => cancelled.resolve(state);
    return { model: { ...model, concurrency: 8, cancel }, begun: begun.promise, cancelled: cancelled.promise };
  }

  it('is cancelled by a process that has the model, wherever the cancel came in', async () => {
    const { model, begun, cancelled } = hosted();
    store.work({ models: [createScriptedModel({ id: 'local' })], worker: 'without the model' });
    store.work({ models: [model], worker: 'with the model' });
    const job = await store.submit(newJob(1, { model: 'hosted' }));
    await begun;
    expect(await store.connect().cancel(job.taskId)).toBe('cancelled');
    expect(await cancelled).toEqual(remembered);
  });

  // Promised: A cancel reaches the provider even if the server is killed right after it.
  it('is cancelled later where every process dies right after the cancel', async () => {
    const job = await store.submit(newJob(1, { model: 'hosted' }));
    const engine = store.connect();
    const lease = await engine.claim({ worker: 'dies', leaseMs: 60_000, models: [{ id: 'hosted' }] });
    await engine.remember(lease?.token ?? '', remembered);
    expect(await engine.cancel(job.taskId)).toBe('cancelled');
    await store.reopen();
    const { model, cancelled } = hosted();
    store.work({ models: [model] });
    expect(await cancelled).toEqual(remembered);
  });

  it('is asked to be cancelled again where that fails', async () => {
    const { model, begun, cancelled } = hosted();
    let calls = 0;
    const cancel = async (state: unknown): Promise<void> => {
      calls += 1;
      if (calls === 1) throw new Error('The provider is away');
      await model.cancel(state);
    };
    store.work({ models: [{ ...model, cancel }] });
    const job = await store.submit(newJob(1, { model: 'hosted' }));
    await begun;
    await store.connect().cancel(job.taskId);
    expect(await cancelled).toEqual(remembered);
    expect(calls).toBe(2);
  });
});
