import type { JobFileRow, Jobs } from '../contract.ts';
import { isBusy } from '../is-busy.ts';
import type { Handle } from './handle.ts';
import { readJob, wallOrNull, wholeJob } from './reads.ts';
import { readEarlierResult } from './results.ts';

/** Whoever deletes a job removes its files at once; those of one that died meanwhile are left after so long, in ms. */
const callerFirstMs = 5000;

/** Jobs and their files. */
export function jobsOf(handle: Handle): Jobs {
  return {
    ...submissionsOf(handle),

    async deleteJob(jobId) {
      const { session, cleanups } = handle.core;
      handle.core.requireStorage();
      if (session.get('unfinishedTask', jobId)) return 'running';
      return await session.durable(() => {
        if (session.run('deleteJob', jobId) === 0) return 'unknown';
        cleanups.add({ cleanup: { type: 'remove_job', jobId }, delayMs: callerFirstMs });
        return 'deleted';
      });
    },

    async listJobs(owner, page) {
      const { session, live, sync } = handle.core;
      const [createdAt, jobId] = parseCursor(page.cursor);
      // One more than asked for shows whether another page follows.
      const found = session.all('jobsOfOwner', owner, createdAt, jobId, page.limit + 1);
      const rows = found.slice(0, page.limit);
      const jobs = rows.map((job) => wholeJob(session, live, job));
      // Of the row: what people see as its time may change with the wall clock.
      const last = found.length > page.limit ? rows.at(-1) : undefined;
      await sync.settled();
      return { jobs, cursor: last ? `${last.createdAt}.${last.jobId}` : null };
    },

    async finishedJobs(ageMs, limit) {
      const { session, sync } = handle.core;
      const found = session.all('finishedJobs', session.now() - ageMs, limit);
      await sync.settled();
      return found.map((row) => row.jobId);
    },

    async unknownJobs(jobIds) {
      const { session, sync } = handle.core;
      const found = session.all('unknownJobs', JSON.stringify(jobIds));
      await sync.settled();
      return found.map((row) => row.jobId);
    },

    async earlierResult(work) {
      const { session, sync } = handle.core;
      const found = readEarlierResult(session, work);
      await sync.settled();
      return found;
    },

    async task(taskId) {
      const { session, sync } = handle.core;
      const task = session.get('task', taskId);
      if (!task) return undefined;
      await sync.settled(taskId);
      const { jobId, owner, status } = task;
      const createdAt = session.toWall(task.createdAt);
      const startedAt = wallOrNull(session, task.startedAt);
      return { taskId, jobId, owner, status, createdAt, startedAt, finishedAt: wallOrNull(session, task.finishedAt) };
    },

    async job(jobId) {
      const { session, live, sync } = handle.core;
      const job = readJob(session, live, jobId);
      // One that is no longer there may be on its way out.
      if (!job) await sync.settled();
      await Promise.all((job?.taskIds ?? []).map((taskId) => sync.settled(taskId)));
      return job;
    },

    async cancel(taskId, fileId) {
      const { core } = handle;
      core.requireStorage();
      const row = core.session.get('task', taskId);
      if (!row) return 'unknown';
      return await core.session.durable(() => {
        const { files } = core.live.take(row.place).state;
        if (fileId !== undefined && !files.some((file) => file.fileId === fileId)) return 'unknown';
        return core.changes.change(row.place, { type: 'cancelled', fileId }) ? 'cancelled' : 'ended';
      });
    },
  };
}

function submissionsOf(handle: Handle): Pick<Jobs, 'submit' | 'idempotency' | 'retry'> {
  return {
    async submit(job, idempotency) {
      const { core } = handle;
      core.requireStorage();
      const { session } = core;
      const { jobId, taskId, owner, model, faceLimit, createdAt = session.now() } = job;
      const options = JSON.stringify(job.options);
      return await session.durable(() => {
        const known = idempotency && session.get('idempotency', owner, idempotency.key);
        if (known) return { ...known };
        const row = { jobId, taskId, owner, model, options, faceLimit, createdAt };
        session.insert('insertJob', row);
        for (const { mask, ...file } of job.files) {
          session.insert('insertFile', { ...file, jobId });
          if (mask !== undefined) session.insert('insertMask', { ...mask, fileId: file.fileId });
        }
        if (idempotency) session.insert('insertIdempotency', { ...idempotency, owner, jobId });
        core.changes.insertTask(row, job);
        return undefined;
      });
    },

    async idempotency(owner, key) {
      const { session, sync } = handle.core;
      const known = session.get('idempotency', owner, key);
      await sync.settled();
      return known && { ...known };
    },

    async retry(jobId, { lost, without, only, masks, ...task }) {
      const { core } = handle;
      core.requireStorage();
      const { session } = core;
      const job = readJob(session, core.live, jobId);
      if (!job) return 'unknown';
      if (isBusy(job, only)) return 'running';
      // What was made again meanwhile is not lost any more.
      const isLost = ({ fileId, attemptId }: JobFileRow) => lost?.has(fileId) && lost.get(fileId) === attemptId;
      const hasResult = (file: JobFileRow) => file.status === 'completed' && !isLost(file);
      const open = job.files.filter((file) => (only === undefined ? !hasResult(file) : only.has(file.fileId)));
      const files = open
        .filter(({ fileId }) => !without?.has(fileId))
        .map((file) => ({ ...file, remakes: hasResult(file) }));
      if (files.length === 0) return 'nothing';
      const options = JSON.stringify(task.options);
      const row = { ...task, jobId, owner: job.owner, options, createdAt: session.now() };
      await session.durable(() => {
        for (const { fileId, mask: before } of files) {
          const mask = masks?.get(fileId);
          if (mask === undefined) continue;
          if (mask === null) session.run('deleteMask', fileId);
          else session.insert('insertMask', { ...mask, fileId });
          if (before === undefined) continue;
          const { storageKey } = before;
          core.cleanups.add({ cleanup: { type: 'remove_mask', jobId, fileId, storageKey }, delayMs: 0 });
        }
        core.changes.insertTask(row, { files });
      });
      return 'retried';
    },
  };
}

/** Of the job that a page begins after. */
function parseCursor(cursor = ''): [createdAt: number, jobId: string] {
  const [, createdAt, jobId] = /^(\d{1,15})\.([\da-f-]{36})$/.exec(cursor) ?? [];
  return jobId === undefined ? [Number.MAX_SAFE_INTEGER, ''] : [Number(createdAt), jobId];
}
