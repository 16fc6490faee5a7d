import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Engine, NewJob } from '../../src/engine/contract.ts';
import { modelKey, resultsPrefix } from '../../src/files/keys.ts';
import { storeResult } from '../../src/jobs/store-result.ts';
import type { Generated, Model } from '../../src/models/contract.ts';
import { packGlb } from '../support/glb.ts';
import { newJob } from '../support/jobs.ts';
import { isEnd, openSharedStore, until } from '../support/processes.ts';
import type { SharedStore } from '../support/processes.ts';
import { createScriptedModel } from '../support/scripted-model.ts';

let store: SharedStore;

beforeEach(async () => {
  store = await openSharedStore();
});

/** A model whose GLB differs from others' by its length, with a preview and a file besides. */
function generated(padding: number): Partial<Generated> {
  return {
    glb: new Uint8Array(packGlb({ asset: { version: '2.0' } }, Buffer.alloc(padding))),
    preview: { bytes: Buffer.from(`preview ${padding}`), contentType: 'image/webp' },
    extras: [{ name: 'fbx', extension: 'fbx', contentType: 'application/octet-stream', bytes: Buffer.alloc(padding) }],
  };
}

/** A process that is cut off once it has its first file: its lease runs out, and it does not hear of it. */
function cutOff(engine: Engine): Engine {
  let hasClaimed = false;
  return {
    ...engine,
    async claim(options) {
      const lease = hasClaimed ? undefined : await engine.claim(options);
      hasClaimed ||= lease !== undefined;
      return lease;
    },
    renew: async () => [],
    onCancel: () => () => undefined,
  };
}

/** Lets a process lose its lease on the file of a job, while another one finishes it. */
async function loseTo(winner: Model, loser: Model, started: Promise<unknown>) {
  const first = store.work({ models: [loser], engine: cutOff(store.connect()), worker: 'late', leaseMs: 40 });
  const job = await store.submit(newJob(1));
  await started;
  store.work({ models: [winner], worker: 'winner' });
  await until(store.connect(), job.taskId, isEnd);
  return { job, first };
}

/** What is recorded of the job's file, and what its attempts have left in the store. */
async function look({ jobId, files: [file] }: NewJob) {
  const row = (await store.connect().job(jobId))?.files[0];
  const names = await Array.fromAsync(store.files.list(resultsPrefix(jobId)));
  return {
    row,
    names: names.toSorted(),
    place: { jobId, fileId: file?.fileId ?? '', attemptId: row?.attemptId ?? '' },
  };
}

async function expectWinner(job: NewJob): Promise<void> {
  const { row, names, place } = await look(job);
  expect(row).toMatchObject({ status: 'completed', attempts: 2 });
  const bytes = await store.files.read(modelKey(place));
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(row?.result?.sha256);
  expect(bytes.byteLength).toBe(row?.result?.size);
  const own = `${place.fileId}.${place.attemptId}`;
  expect(names).toEqual([`${own}.extra-0`, `${own}.glb`, `${own}.webp`]);
}

describe('an attempt that lost its lease and ends late', () => {
  it('changes nothing of the finished model when it made another one, and leaves nothing behind', async () => {
    const [started, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const wait = async () => {
      started.resolve();
      await gate.promise;
    };
    const loser = createScriptedModel({ fault: wait, generated: generated(4) });
    const winner = createScriptedModel({ generated: generated(8) });
    const { job, first } = await loseTo(winner, loser, started.promise);
    gate.resolve();
    await first.close(10_000);
    await expectWinner(job);
  });

  it('removes nothing of the finished model when it fails', async () => {
    const [started, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const fail = async () => {
      started.resolve();
      await gate.promise;
      throw new Error('too late, and in vain');
    };
    const loser = createScriptedModel({ fault: fail });
    const { job, first } = await loseTo(createScriptedModel({ generated: generated(8) }), loser, started.promise);
    gate.resolve();
    await first.close(10_000);
    await expectWinner(job);
  });

  it('is swept by the others when it stored its model and died', async () => {
    const job = await store.submit(newJob(1));
    const lease = await store.connect().claim({ worker: 'dies', leaseMs: 40, models: [{ id: 'test' }] });
    if (lease === undefined) throw new Error('nothing to claim');
    const { jobId, token: attemptId, file, filenames: files } = lease;
    const { signal } = new AbortController();
    const made = { preview: null, statistics: {}, ...generated(4) } as Generated;
    await storeResult(store.files, { jobId, fileId: file.fileId, attemptId, files }, made, { signal, seconds: 1 });
    store.work({ models: [createScriptedModel({ generated: generated(8) })] });
    await until(store.connect(), job.taskId, isEnd);
    // Its holder has the first chance to remove them. The new job rings for what is due by now.
    store.pass(60_000);
    await store.submit(newJob(1));
    await expect.poll(async () => (await look(job)).names).toHaveLength(3);
    await expectWinner(job);
  });
});

describe('an attempt whose result was sent to the store, with the answer lost', () => {
  /** Works with an engine whose first answer to `finish` is lost, before or after it was written. */
  async function loseFirst(isWritten: boolean): Promise<NewJob> {
    const engine = store.connect();
    let answers = 0;
    const finish: Engine['finish'] = async (token, ending) => {
      answers += 1;
      const isLost = answers === 1;
      const isAccepted = isLost && !isWritten ? false : await engine.finish(token, ending);
      if (isLost) throw new Error('The connection to the store was lost');
      return isAccepted;
    };
    const model = createScriptedModel({ generated: generated(8) });
    store.work({ models: [model], engine: { ...engine, finish }, leaseMs: 40 });
    const job = await store.submit(newJob(1));
    await until(engine, job.taskId, isEnd);
    return job;
  }

  it('keeps it where it was written', async () => {
    const job = await loseFirst(true);
    const { row, names } = await look(job);
    expect(row).toMatchObject({ status: 'completed', attempts: 1 });
    expect(names).toHaveLength(3);
  });

  it('is repeated where it was not, and swept', async () => {
    const job = await loseFirst(false);
    store.pass(60_000);
    await store.submit(newJob(1));
    await expect.poll(async () => (await look(job)).names).toHaveLength(3);
    await expectWinner(job);
  });
});

describe('a cleanup that names the attempt of a finished model', () => {
  it('removes nothing of it', async () => {
    const engine = store.connect();
    store.work({ models: [createScriptedModel({ generated: generated(8) })] });
    const job = await store.submit(newJob(1));
    await until(engine, job.taskId, isEnd);
    const { place, names } = await look(job);
    await engine.addCleanup({ type: 'remove_attempt', ...place });
    // Done after it, so that it is seen to be over.
    const marker = { ...place, attemptId: 'another' };
    await store.files.write(modelKey(marker), Buffer.from('left behind'));
    await engine.addCleanup({ type: 'remove_attempt', ...marker });
    await expect.poll(async () => (await look(job)).names).toEqual(names);
  });
});
