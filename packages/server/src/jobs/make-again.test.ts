import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { complete, mustClaim } from '../../test/engine/harness.ts';
import { mask } from '../../test/support/masks.ts';
import { newJob, uuid } from '../../test/support/jobs.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { createSqliteEngine } from '../engine/sqlite/engine.ts';
import type { Engine, NewJob } from '../engine/contract.ts';
import { StorageFullError } from '../files/contract.ts';
import type { FileStore } from '../files/contract.ts';
import { createDiskStore } from '../files/disk.ts';
import { masksPrefix } from '../files/keys.ts';
import { makeAgain } from './make-again.ts';
import type { NewMasks } from './make-again.ts';

let engine: Engine;
let files: FileStore;
let directory: string;
let job: NewJob;
/** The store's clock, in ms. */
let now: number;

beforeEach(async () => {
  directory = await temporaryDirectory();
  files = createDiskStore({ directory, minFreeBytes: 0 });
  now = 1_800_000_000_000;
  engine = await createSqliteEngine({ file: ':memory:', now: () => now });
  onTestFinished(() => engine.close());
  job = newJob(1);
  await engine.submit(job);
  await complete(engine, await mustClaim(engine));
});

const fileId = (): string => job.files[0]?.fileId ?? '';
const task = () => ({ taskId: uuid(), model: 'test', options: {}, faceLimit: null, only: new Set([fileId()]) });

async function received(): Promise<NewMasks> {
  const spooled = await files.spool.receive(await mask());
  const sent = { filename: 'm.png', contentType: 'image/png', width: 32, height: 32, spooled };
  return { masks: new Map([[fileId(), sent]]), dropped: [] };
}

const stored = async (): Promise<string[]> => await Array.fromAsync(files.list(masksPrefix(job.jobId)));

it('leaves a mask to a cleanup where nobody knows whether it is used', async () => {
  const lossy = {
    ...engine,
    retry: async (): Promise<never> => {
      throw new Error('The connection was lost');
    },
  };
  await expect(makeAgain({ engine: lossy, files }, job, task(), await received())).rejects.toThrow('lost');
  const [name] = await stored();
  expect(name).toMatch(fileId());
  const cleanup = { worker: 'test', leaseMs: 1000, models: [] };
  expect(await engine.claimCleanup(cleanup)).toBeUndefined();
  now += 2 * 3_600_000;
  expect((await engine.claimCleanup(cleanup))?.cleanup).toEqual({
    type: 'remove_mask',
    jobId: job.jobId,
    fileId: fileId(),
    storageKey: `${masksPrefix(job.jobId)}/${name}`,
  });
});

it('leaves nothing of a mask where the retry is refused, or there is no room for it', async () => {
  const full = {
    ...engine,
    retry: async (): Promise<never> => {
      throw new StorageFullError('full');
    },
  };
  await expect(makeAgain({ engine: full, files }, job, task(), await received())).rejects.toThrow('full');
  expect(await stored()).toEqual([]);
  vi.spyOn(files, 'put').mockRejectedValueOnce(new StorageFullError('full'));
  await expect(makeAgain({ engine, files }, job, task(), await received())).rejects.toThrow('full');
  expect(await stored()).toEqual([]);
  const nothing = { ...task(), only: new Set<string>() };
  expect(await makeAgain({ engine, files }, job, nothing, await received())).toBe('nothing');
  expect(await stored()).toEqual([]);
  expect((await engine.job(job.jobId))?.files[0]?.mask).toBeUndefined();
});

it('leaves nothing of a job that is deleted meanwhile', async () => {
  await engine.deleteJob(job.jobId);
  expect(await makeAgain({ engine, files }, job, task(), await received())).toBe('unknown');
  expect(await readdir(join(directory, 'jobs')).catch(() => [])).toEqual([]);
});

it('notes the new mask beside the job, before the task has ended', async () => {
  await files.write(`jobs/${job.jobId}/job.json`, Buffer.from('{}'));
  expect(await makeAgain({ engine, files }, job, task(), await received())).toBe('retried');
  const noted = JSON.parse(Buffer.from(await files.read(`jobs/${job.jobId}/ended.json`)).toString()) as unknown;
  expect(noted).toMatchObject({ files: [{ mask: { filename: 'm.png' }, status: 'pending', result: { size: 10 } }] });
});
