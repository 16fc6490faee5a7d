import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { randomUUIDv7 } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { newJob } from '../../test/support/jobs.ts';
import type { Engine } from '../engine/contract.ts';
import { createSqliteEngine } from '../engine/sqlite/engine.ts';
import type { FileStore } from '../files/contract.ts';
import { createDiskStore } from '../files/disk.ts';
import { imageKey } from '../files/keys.ts';
import { removeOrphans } from './orphans.ts';

let directory: string;
let engine: Engine;
let files: FileStore;

beforeEach(async () => {
  directory = await temporaryDirectory();
  engine = await createSqliteEngine({ file: join(directory, 'jobs.db') });
  files = await createDiskStore({ directory: join(directory, 'files'), minFreeBytes: 0 });
});

afterEach(async () => {
  await engine.close();
  await files.close();
});

const { signal } = new AbortController();

/** Stores the image of an upload that was begun now and is never submitted. */
async function interruptedUpload(): Promise<string> {
  const jobId = randomUUIDv7();
  await files.write(imageKey(jobId, randomUUIDv7()), Buffer.from('photo'));
  return jobId;
}

it('removes what was stored for uploads that became no job, and nothing of those that did', async () => {
  const job = newJob(2);
  for (const file of job.files) await files.write(file.storageKey, Buffer.from('photo'));
  await engine.submit(job);
  // More than are asked about at once.
  for (let upload = 0; upload < 120; upload += 1) await interruptedUpload();
  expect(await removeOrphans({ engine, files }, { minAgeMs: -1, signal })).toBe(120);
  expect(await readdir(join(directory, 'files/jobs'))).toEqual([job.jobId]);
  for (const file of job.files) expect(await files.stat(file.storageKey)).toBeDefined();
});

it('leaves an upload alone that is younger than an hour, or what is said instead, and what is no job', async () => {
  const jobId = await interruptedUpload();
  await files.write('jobs/lost-and-found/x', Buffer.from('not ours'));
  const begun = Number.parseInt(jobId.slice(0, 8) + jobId.slice(9, 13), 16);
  expect(await removeOrphans({ engine, files }, { minAgeMs: 60_000, signal, now: () => begun + 60_000 })).toBe(0);
  expect((await readdir(join(directory, 'files/jobs'))).toSorted()).toEqual([jobId, 'lost-and-found']);
  expect(await removeOrphans({ engine, files }, { minAgeMs: 60_000, signal, now: () => begun + 60_001 })).toBe(1);
});

it('removes temporary files of writes that were interrupted, and none of a write under way', async () => {
  const incoming = join(directory, 'files/.incoming');
  await mkdir(incoming, { recursive: true });
  await writeFile(join(incoming, 'old'), 'half a file');
  await writeFile(join(incoming, 'new'), 'half a file');
  const now = Date.now() / 1000;
  await utimes(join(incoming, 'old'), now - 3600, now - 3600);
  await removeOrphans({ engine, files }, { minAgeMs: 60_000, signal });
  expect(await readdir(incoming)).toEqual(['new']);
});

it('does nothing where there has never been a file', async () => {
  expect(await removeOrphans({ engine, files }, { minAgeMs: 0, signal })).toBe(0);
});
