import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { downloadListSchema, hasEnded, jobListSchema } from '@image2model/protocol';
import type { ModelFile } from '@image2model/protocol';
import { createSqliteEngine } from '../../src/engine/sqlite/engine.ts';
import {
  attemptName,
  endingKey,
  imageKey,
  manifestKey,
  resultsPrefix,
  unfinishedUploadKey,
} from '../../src/files/keys.ts';
import type { AcceptedJob, Client } from './client.ts';
import type { Fate } from './plan.ts';

/** How files of each fate may end, where nobody cancelled them. */
const endings: Record<Fate, readonly [status: string, code: string | undefined]> = {
  fine: ['completed', undefined],
  slow: ['completed', undefined],
  throwsonce: ['completed', undefined],
  crashesonce: ['completed', undefined],
  throws: ['failed', 'GENERATION_FAILED'],
  crashes: ['failed', 'WORKER_CRASHED'],
  bad: ['failed', 'NO_FOREGROUND'],
  hangs: ['cancelled', undefined],
};

/** What the streams said against what was planned. */
export function checkStreams(jobs: readonly AcceptedJob[]): string[] {
  const wrong: string[] = [];
  for (const { planned, upload, followed, cancelled, lost } of jobs) {
    for (const [run, task] of followed.entries()) {
      wrong.push(...task.complaints);
      if (task.ending === undefined) wrong.push(`task ${task.taskId} has no ending`);
      for (const [index, { file_id }] of upload.uploaded_files.entries()) {
        const file = task.files.get(file_id);
        if (file === undefined) {
          // A retry has the files alone that were left.
          if (run === 0) wrong.push(`file ${file_id} has no ending`);
          continue;
        }
        const { fate = 'fine', name } = planned.files[index] ?? {};
        const [status, code] = endings[fate];
        const asPlanned = file.status === status && (code === undefined || file.code === code);
        // While the disk is full for longer than the tries last, that is how a file may end.
        const starved = file.status === 'failed' && file.code === 'STORAGE_FULL';
        const unseen = file.code === 'FILE_LOST' && lost.get(file_id) === 'photo';
        if (asPlanned || starved || unseen || (file.status === 'cancelled' && cancelled.has(file_id))) continue;
        wrong.push(`${name} (${file_id}) ended as ${file.status} ${file.code ?? ''}`);
      }
    }
  }
  return wrong;
}

/** What the API says: every job is listed, every file has ended as the streams said, every model is whole. */
export async function checkApi(client: Client): Promise<string[]> {
  const wrong: string[] = [];
  const listed = await listJobs(client);
  if (new Set(listed).size !== listed.length) wrong.push('a job is listed twice');
  const known = new Set(client.jobs.map(({ upload }) => upload.job_id));
  for (const jobId of listed) if (!known.has(jobId)) wrong.push(`job ${jobId} belongs to no accepted upload`);
  wrong.push(...checkOrder(listed, client.jobs));
  for (const { upload, followed, deleted, lost } of client.jobs) {
    const isListed = listed.includes(upload.job_id);
    if (isListed === deleted) wrong.push(`job ${upload.job_id} is ${isListed ? 'still' : 'not'} listed`);
    if (deleted || !isListed) continue;
    const job = await client.job(upload.job_id);
    const results = new Map<string, ModelFile>();
    for (const file of job?.files ?? []) {
      const said = followed.findLast(({ files }) => files.has(file.file_id))?.files.get(file.file_id);
      if (!hasEnded(file.status)) wrong.push(`file ${file.file_id} is ${file.status}`);
      if (said?.status !== file.status)
        wrong.push(`file ${file.file_id}: ${said?.status} on the stream, ${file.status} now`);
      // One that was made stays, whatever became of a later attempt to make it again.
      const made = followed.findLast(({ files }) => files.get(file.file_id)?.result)?.files.get(file.file_id)?.result;
      if (made) results.set(file.file_id, made);
    }
    wrong.push(...(await checkModels(client, upload.job_id, results, lost)));
  }
  return wrong;
}

/** Newest first, whatever was done to the clock: a job that was sent after another was accepted stands before it. */
function checkOrder(listed: readonly string[], jobs: readonly AcceptedJob[]): string[] {
  const wrong: string[] = [];
  const byId = new Map(jobs.map((job) => [job.upload.job_id, job]));
  let answered = Infinity;
  let before = '';
  for (const id of listed) {
    const job = byId.get(id);
    if (job === undefined) continue;
    if (job.asked > answered) wrong.push(`job ${id} is listed after ${before}, which is older`);
    if (job.answered < answered) [answered, before] = [job.answered, id];
  }
  return wrong;
}

async function checkModels(
  client: Client,
  jobId: string,
  results: Map<string, ModelFile>,
  lost: AcceptedJob['lost'],
): Promise<string[]> {
  const wrong: string[] = [];
  const response = await client.ask(`/download/${jobId}/all`, [200]);
  const list = downloadListSchema.parse(await response?.json());
  if (list.files.length !== results.size)
    wrong.push(`job ${jobId} lists ${list.files.length} of ${results.size} models`);
  for (const file of list.files) {
    if (!isSame(results.get(file.file_id), file)) {
      wrong.push(`model ${file.file_id} is not the one that the stream told of`);
    }
    const isLost = lost.get(file.file_id) === 'model';
    if (isLost !== (file.missing === true))
      wrong.push(`model ${file.file_id} is ${isLost ? 'not ' : ''}said to be missing`);
    const answer = await client.ask(`/download/${jobId}/${encodeURIComponent(file.filename)}`, [200, 404, 410]);
    const bytes = Buffer.from((await answer?.arrayBuffer()) ?? new ArrayBuffer());
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const isWhole = bytes.length === file.size && sha256 === file.sha256 && bytes.readUInt32LE(8) === bytes.length;
    if (isLost ? answer?.status !== 410 : !isWhole) {
      const what = isLost ? 'lost' : 'listed and not whole';
      wrong.push(`model ${file.file_id} is ${what} (${answer?.status}, ${bytes.length} bytes)`);
    }
  }
  return wrong;
}

/** But for its time, which is told by what is known of the clock now, and for what is said of files that were lost. */
function isSame(told: ModelFile | undefined, listed: ModelFile): boolean {
  if (told === undefined) return false;
  const { missing: _, message: __, message_id: ___, message_values: ____, ...kept } = listed;
  return isDeepStrictEqual({ ...kept, created_time: told.created_time }, told);
}

async function listJobs(client: Client): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const response = await client.ask(`/jobs?limit=50&cursor=${cursor}`, [200]);
    const page = jobListSchema.parse(await response?.json());
    ids.push(...page.jobs.map(({ job_id }) => job_id));
    cursor = page.next_cursor;
  }
  return ids;
}

/** What the engine keeps, once the server is gone: of each task one ending, of each file of it one. */
export async function checkEngine(dataDir: string, jobs: readonly AcceptedJob[]): Promise<string[]> {
  const wrong: string[] = [];
  const engine = await createSqliteEngine({ file: join(dataDir, 'image2model.db') });
  for (const { upload, followed, deleted } of jobs) {
    const job = await engine.job(upload.job_id);
    if ((job === undefined) !== deleted) wrong.push(`the engine ${deleted ? 'keeps' : 'lost'} job ${upload.job_id}`);
    if (job === undefined) continue;
    if (job.taskIds.length !== followed.length) wrong.push(`job ${upload.job_id} has ${job.taskIds.length} tasks`);
    for (const taskId of job.taskIds) {
      const entries = (await engine.entries(taskId, 0)) ?? [];
      const ends = entries.filter(({ type }) => /^task_(completed|failed|cancelled)$/.test(type)).length;
      if (ends !== 1) wrong.push(`task ${taskId} has ${ends} endings`);
      const files = new Map<string, number>();
      for (const { type, key, data } of entries) {
        const ended = type === 'file_update' && hasEnded((JSON.parse(data) as { status: 'pending' }).status);
        files.set(key, (files.get(key) ?? 0) + (ended ? 1 : 0));
      }
      files.delete(taskId);
      for (const [file, count] of files) if (count !== 1) wrong.push(`file ${file} has ${count} endings`);
    }
  }
  await engine.close();
  return wrong;
}

/**
 * Files below `DATA_DIR/files` that belong to nobody and are not in the trash; of a finished file that has those of
 * several attempts, all.
 */
export async function strayFiles(dataDir: string, jobs: readonly AcceptedJob[]): Promise<string[]> {
  const owned = new Set<string>();
  const finished = new Set<string>();
  for (const { upload, followed, deleted } of jobs) {
    if (deleted) continue;
    for (const key of [manifestKey, endingKey, unfinishedUploadKey]) owned.add(key(upload.job_id));
    for (const { file_id } of upload.uploaded_files) {
      owned.add(imageKey(upload.job_id, file_id));
      const completed = followed.some(({ files }) => files.get(file_id)?.status === 'completed');
      if (completed) finished.add(`${resultsPrefix(upload.job_id)}/${attemptName(file_id)}`);
    }
  }
  const root = join(dataDir, 'files');
  const found = await readdir(root, { recursive: true, withFileTypes: true });
  const keys = found
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
  for (const prefix of finished) {
    const results = keys.filter((key) => key.startsWith(prefix));
    const attempts = new Set(results.map((key) => key.slice(prefix.length).split('.')[0]));
    if (attempts.size === 1) for (const key of results) owned.add(key);
  }
  return keys.filter((key) => key !== 'store.json' && !key.startsWith('.trash/') && !owned.has(key));
}
