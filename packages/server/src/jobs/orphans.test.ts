import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { randomUUIDv7 } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { newJob } from '../../test/support/jobs.ts';
import type { Engine } from '../engine/contract.ts';
import { createSqliteEngine } from '../engine/sqlite/engine.ts';
import { Ages } from '../files/ages.ts';
import type { FileStore } from '../files/contract.ts';
import { createDiskStore } from '../files/disk.ts';
import { holdRemovals } from '../files/hold.ts';
import { imageKey, manifestKey, modelKey, unfinishedUploadKey } from '../files/keys.ts';
import { trashOrphans } from './orphans.ts';

let directory: string;
let engine: Engine;
let files: FileStore;

beforeEach(async () => {
  directory = await temporaryDirectory();
  engine = await createSqliteEngine({ file: join(directory, 'jobs.db') });
  files = createDiskStore({ directory: join(directory, 'files'), minFreeBytes: 0 });
});

afterEach(async () => {
  vi.useRealTimers();
  await engine.close();
  await files.close();
});

const { signal } = new AbortController();
const nothing = { trashed: 0, left: [] };

/** Stores the image of an upload that was begun now and is never submitted. */
async function interruptedUpload(): Promise<string> {
  const jobId = randomUUIDv7();
  await files.write(imageKey(jobId, randomUUIDv7()), Buffer.from('photo'));
  return jobId;
}

// Promised: Files of uploads that were interrupted go to the trash first.
it('puts what was stored for uploads that became no job into the trash, and nothing of those that did', async () => {
  const job = newJob(2);
  for (const file of job.files) await files.write(file.storageKey, Buffer.from('photo'));
  await engine.submit(job);
  // More than are asked about at once.
  for (let upload = 0; upload < 120; upload += 1) await interruptedUpload();
  expect(await trashOrphans({ engine, files }, { minAgeMs: 0, signal, ages: new Ages() })).toEqual({
    trashed: 120,
    left: [],
  });
  expect(await readdir(join(directory, 'files/.trash'))).toHaveLength(120);
  expect(await readdir(join(directory, 'files/jobs'))).toEqual([job.jobId]);
  for (const file of job.files) expect(await files.stat(file.storageKey)).toBeDefined();
});

it('leaves alone for an hour, or what is said instead, whatever has no job, and what is no job for ever', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const ages = new Ages();
  // Long ago, by the clock that it was begun with.
  const jobId = '00000000-0001-7000-8000-000000000000';
  await files.write(imageKey(jobId, randomUUIDv7()), Buffer.from('photo'));
  await files.write('jobs/lost-and-found/x', Buffer.from('not ours'));
  const look = async () => await trashOrphans({ engine, files }, { minAgeMs: 60_000, signal, ages });
  expect(await look()).toEqual(nothing);
  vi.advanceTimersByTime(59_999);
  expect(await look()).toEqual(nothing);
  expect((await readdir(join(directory, 'files/jobs'))).toSorted()).toEqual([jobId, 'lost-and-found']);
  vi.advanceTimersByTime(1);
  expect(await look()).toEqual({ trashed: 1, left: [] });
});

it('removes temporary files of writes that were interrupted, and none of a write under way', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const ages = new Ages();
  const incoming = join(directory, 'files/.incoming');
  await mkdir(incoming, { recursive: true });
  await writeFile(join(incoming, 'old'), 'half a file');
  await writeFile(join(incoming, 'new'), 'half a file');
  await trashOrphans({ engine, files }, { minAgeMs: 60_000, signal, ages });
  vi.advanceTimersByTime(60_000);
  await writeFile(join(incoming, 'new'), 'half a file, and more');
  await trashOrphans({ engine, files }, { minAgeMs: 60_000, signal, ages });
  expect(await readdir(incoming)).toEqual(['new']);
});

it('leaves everything alone while a backup reads the store', async () => {
  const jobId = await interruptedUpload();
  const release = holdRemovals(join(directory, 'files'));
  expect(await trashOrphans({ engine, files }, { minAgeMs: 0, signal, ages: new Ages() })).toEqual(nothing);
  release?.();
  expect(await readdir(join(directory, 'files/jobs'))).toEqual([jobId]);
  expect((await trashOrphans({ engine, files }, { minAgeMs: 0, signal, ages: new Ages() })).trashed).toBe(1);
});

it('does nothing where there has never been a file', async () => {
  expect(await trashOrphans({ engine, files }, { minAgeMs: 0, signal, ages: new Ages() })).toEqual(nothing);
});

// Promised: Files of a job that was accepted, or that has a result, are never removed because the database does not know the job.
it('leaves what was accepted once, or has a result of its own, though the engine does not know it', async () => {
  const [accepted, made, copied] = [await interruptedUpload(), await interruptedUpload(), await interruptedUpload()];
  await files.write(manifestKey(accepted), Buffer.from('{}'));
  for (const jobId of [made, copied]) {
    await files.write(modelKey({ jobId, fileId: randomUUIDv7(), attemptId: randomUUIDv7() }), Buffer.from('glTF'));
  }
  await files.write(unfinishedUploadKey(copied), new Uint8Array());
  const { trashed, left } = await trashOrphans({ engine, files }, { minAgeMs: 0, signal, ages: new Ages() });
  expect({ trashed, left: left.toSorted() }).toEqual({ trashed: 1, left: [accepted, made].toSorted() });
  expect((await readdir(join(directory, 'files/jobs'))).toSorted()).toEqual([accepted, made].toSorted());
});
