import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { newJob } from '../../test/support/jobs.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import type { Engine, NewJob } from '../engine/contract.ts';
import { createSqliteEngine } from '../engine/sqlite/engine.ts';
import { StorageFullError } from '../files/contract.ts';
import type { FileStore } from '../files/contract.ts';
import { createDiskStore } from '../files/disk.ts';
import { writeManifest } from '../jobs/manifest.ts';
import { admit } from './admit.ts';
import { fileMarkKey, readFileMark, writeFileMark } from './file-mark.ts';
import { createMarker } from './marker.ts';

let directory: string;
let file: string;
let files: FileStore;

beforeEach(async () => {
  directory = await temporaryDirectory();
  file = join(directory, 'jobs.db');
  files = createDiskStore({ directory: join(directory, 'files'), minFreeBytes: 0 });
});

/** Opens database and files as a start does. */
async function open(checkpointed?: () => void): Promise<Engine> {
  const check = { admit: async (facts: Parameters<typeof admit>[0]) => await admit(facts, files, 'files') };
  const engine = await createSqliteEngine({ file, ...check, ...(checkpointed && { checkpointed }) });
  await createMarker({ engine, files }).move();
  return engine;
}

async function accept(engine: Engine): Promise<NewJob> {
  const job = newJob(1);
  for (const { storageKey } of job.files) await files.write(storageKey, Buffer.from('photo'));
  await engine.submit(job);
  await writeManifest({ engine, files }, job.jobId);
  return job;
}

describe('a start', () => {
  it('gives a new database and new files the same identity, and another epoch each time', async () => {
    const epochs = new Set<string>();
    const identities = new Set<string>();
    for (let start = 0; start < 3; start += 1) {
      const engine = await open();
      if (start === 0) await accept(engine);
      const [mark, fileMark] = [await engine.mark(), await readFileMark(files)];
      expect(fileMark).toEqual({ identity: mark?.identity, epoch: mark?.epoch });
      epochs.add(String(mark?.epoch));
      identities.add(String(mark?.identity));
      await engine.close();
    }
    expect([epochs.size, identities.size]).toEqual([3, 1]);
  });

  it('knows which of the two is older though the clock was set back in between', async () => {
    const engine = await open();
    await accept(engine);
    const ahead = { identity: (await engine.mark())?.identity ?? '', epoch: 'f0000000-0fff-7000-8000-000000000000' };
    await engine.setMark({ ...ahead, epochBefore: ahead.epoch });
    await writeFileMark(files, ahead);
    await engine.close();
    const copy = join(directory, 'copy.db');
    await cp(file, copy);
    await (await open()).close();
    await cp(copy, file);
    await expect(open()).rejects.toThrow(/jobs\.db is older than the files/);
  });

  it('goes on where the server died, or the disk was full, between the two marks', async () => {
    const engine = await open();
    await accept(engine);
    const full = { ...files, read: files.read.bind(files), write: () => Promise.reject(new StorageFullError('full')) };
    for (let time = 0; time < 3; time += 1) await createMarker({ engine, files: full }).move();
    expect((await engine.mark())?.epoch).not.toBe((await readFileMark(files))?.epoch);
    await engine.close();
    await (await open()).close();
  });

  it('goes on with what an earlier version left, which has no marks', async () => {
    const engine = await open();
    await accept(engine);
    await engine.close();
    await files.remove(fileMarkKey);
    const db = new DatabaseSync(file);
    db.exec(`DELETE FROM meta WHERE name = 'mark'`);
    db.close();
    await (await open()).close();
    expect(await readFileMark(files)).toBeDefined();
  });

  it('takes a deleted job whose files are still to be removed for what it is', async () => {
    const engine = await open();
    const job = await accept(engine);
    await engine.cancel(job.taskId);
    await engine.deleteJob(job.jobId);
    await engine.close();
    const again = await open();
    expect(await again.unknownJobs([job.jobId])).toEqual([job.jobId]);
    await again.close();
  });

  // Promised: A refused start changes nothing, and says in one sentence what is wrong and what to do.
  it('makes nothing where it is refused', async () => {
    const engine = await open();
    await accept(engine);
    await engine.close();
    await rm(file);
    await expect(open()).rejects.toThrow(/missing or empty/);
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  });

  // Promised: A damaged database, or one that lost its log, is noticed at the start.
  it('misses a log that was lost after some of it had been copied into the database', async () => {
    const moved = vi.fn<() => void>();
    const engine = await open(() => void createMarker({ engine, files }).move().then(moved));
    await accept(engine);
    await Promise.all(Array.from({ length: 80 }, () => engine.submit(newJob(25))));
    await vi.waitFor(() => expect(moved).toHaveBeenCalled());
    // What a killed server would leave, without its log.
    const killed = join(directory, 'killed.db');
    await cp(file, killed);
    await engine.close();
    await cp(killed, file);
    await expect(open()).rejects.toThrow(/older than the files/);
  });
});
