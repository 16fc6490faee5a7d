import { beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/contract.ts';
import { StorageFullError } from '../../src/files/contract.ts';
import type { ModelContext } from '../../src/models/contract.ts';
import { newJob } from '../support/jobs.ts';
import { isEnd, openSharedStore, until } from '../support/processes.ts';
import type { SharedStore } from '../support/processes.ts';
import { createScriptedModel } from '../support/scripted-model.ts';

let store: SharedStore;

beforeEach(async () => {
  store = await openSharedStore();
});

const remembered = { request: 7 };

/** A hosted model that does `work` for its file, and what it was asked to cancel. */
function hosted(work: (context: ModelContext) => Promise<unknown>) {
  const cancelled = Promise.withResolvers<unknown>();
  const model = createScriptedModel({ id: 'hosted', fault: async (_, context) => await work(context) });
  const cancel = async (state: unknown): Promise<void> => cancelled.resolve(state);
  return { model: { ...model, concurrency: 8, cancel }, cancelled: cancelled.promise };
}

/** Throws for so many calls, as on a disk that is full for a while. */
function fullFor(calls: number): () => void {
  let left = calls;
  return () => {
    left -= 1;
    if (left >= 0) throw new StorageFullError('There is no room left for the database');
  };
}

describe('what an attempt remembers', () => {
  async function expectOneAttempt(engine: Engine): Promise<void> {
    const { model } = hosted((context) => context.remember(remembered));
    store.work({ models: [model], engine });
    const job = await store.submit(newJob(1, { model: 'hosted' }));
    await until(engine, job.taskId, isEnd);
    expect((await engine.job(job.jobId))?.files).toMatchObject([{ status: 'completed', attempts: 1 }]);
  }

  it('waits for room', async () => {
    const engine = store.connect();
    const requireRoom = fullFor(2);
    const remember: Engine['remember'] = async (...given) => {
      requireRoom();
      return await engine.remember(...given);
    };
    await expectOneAttempt({ ...engine, remember });
  });

  it('is written again where the answer was lost', async () => {
    const engine = store.connect();
    let calls = 0;
    const remember: Engine['remember'] = async (...given) => {
      calls += 1;
      const isKept = await engine.remember(...given);
      if (calls <= 2) throw new Error('The connection to the store was lost');
      return isKept;
    };
    await expectOneAttempt({ ...engine, remember });
    expect(calls).toBe(3);
  });
});

describe('a job that an attempt leaves behind', () => {
  it('waits for room to be written, also when its file was cancelled', async () => {
    const engine = store.connect();
    const requireRoom = fullFor(1);
    const addCleanup: Engine['addCleanup'] = async (...given) => {
      requireRoom();
      await engine.addCleanup(...given);
    };
    const begun = Promise.withResolvers<void>();
    const { model, cancelled } = hosted(async (context) => {
      begun.resolve();
      await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
      await context.abandon(remembered);
    });
    store.work({ models: [model], engine: { ...engine, addCleanup } });
    const job = await store.submit(newJob(1, { model: 'hosted' }));
    await begun.promise;
    await engine.cancel(job.taskId);
    expect(await cancelled).toEqual(remembered);
  });

  it('is reported as lost where there is no room for long', async () => {
    const engine = store.connect();
    const requireRoom = fullFor(Infinity);
    const lost = Promise.withResolvers<unknown>();
    const { model } = hosted((context) => context.abandon(remembered).catch(lost.resolve));
    store.work({ models: [model], engine: { ...engine, addCleanup: async () => requireRoom() } });
    await store.submit(newJob(1, { model: 'hosted' }));
    expect(await lost.promise).toBeInstanceOf(StorageFullError);
  });
});
