import { open, readdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { attemptName, imageKey, resultsPrefix } from '../../src/files/keys.ts';
import type { AcceptedJob, Client } from './client.ts';
import type { FaultKind } from './plan.ts';

export type LostKind = Extract<FaultKind, `${'model' | 'photo'} ${string}`>;

interface Candidate {
  job: AcceptedJob;
  fileId: string;
  path: string;
}

const pollMs = 50;
/** How long a file of the right sort is waited for. */
const withinMs = 5000;

/**
 * Takes away or damages one stored file behind the server's back, and takes note of which. Returns the job; undefined
 * where no such file comes within a few seconds.
 */
export async function loseFile(kind: LostKind, dataDir: string, client: Client): Promise<AcceptedJob | undefined> {
  const find = kind === 'photo deleted' ? findPhoto : findModel;
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await find(join(dataDir, 'files'), client.jobs);
    if (found !== undefined) {
      found.job.lost.set(found.fileId, kind === 'photo deleted' ? 'photo' : 'model');
      await damage[kind](found.path);
      return found.job;
    }
    if (performance.now() > deadline) return undefined;
    await sleep(pollMs);
  }
}

const damage: Record<LostKind, (path: string) => Promise<void>> = {
  'model deleted': remove,
  'photo deleted': remove,
  'model truncated': async (path) =>
    await change(path, async (handle) => await handle.truncate(Math.floor((await handle.stat()).size / 2))),
  'model altered': async (path) =>
    await change(path, async (handle) => void (await handle.write(Buffer.from('altered'), 0, 7, 1000))),
};

/** The photo of a file that still waits: of the newest job, whose files wait the longest. */
async function findPhoto(root: string, jobs: readonly AcceptedJob[]): Promise<Candidate | undefined> {
  for (const job of jobs.toReversed()) {
    if (job.isOver || job.followed.length > 0 || job.cancelled.size > 0) continue;
    const fileId = job.upload.uploaded_files.at(-1)?.file_id ?? '';
    const path = join(root, imageKey(job.upload.job_id, fileId));
    if (await isOwn(path)) return { job, fileId, path };
  }
  return undefined;
}

/** A model of a job that nobody works at any more, and whose bytes no other job has. */
async function findModel(root: string, jobs: readonly AcceptedJob[]): Promise<Candidate | undefined> {
  for (const job of jobs.toReversed()) {
    if (!job.isOver || job.deleted || job.lost.size > 0) continue;
    const folder = join(root, resultsPrefix(job.upload.job_id));
    const names = await readdir(folder).catch(() => []);
    for (const { file_id: fileId } of job.upload.uploaded_files) {
      const name = names.find((each) => each.startsWith(attemptName(fileId)) && each.endsWith('.glb'));
      if (name !== undefined && (await isOwn(join(folder, name)))) return { job, fileId, path: join(folder, name) };
    }
  }
  return undefined;
}

/** Whether it is there, and under this name alone. */
async function isOwn(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.nlink === 1;
}

// Synced, so that a power cut does not bring back what was there before.

async function remove(path: string): Promise<void> {
  await unlink(path);
  await change(dirname(path), async () => undefined);
}

async function change(path: string, work: (handle: Awaited<ReturnType<typeof open>>) => Promise<void>): Promise<void> {
  const handle = await open(path, (await stat(path)).isDirectory() ? 'r' : 'r+');
  await work(handle);
  await handle.sync();
  await handle.close();
}
