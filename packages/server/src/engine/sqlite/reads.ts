import type { JobPage, JobRow } from '../contract.ts';
import type { FileState } from '../task-state.ts';
import type { LiveTasks } from './live-tasks.ts';
import { toFile } from './rows.ts';
import type { JobRecord } from './rows.ts';
import type { Session } from './session.ts';

/** A job; each file of it as the newest task that worked on it left it. */
export function readJob(session: Session, live: LiveTasks, jobId: string): JobRow | undefined {
  const job = session.get('job', jobId);
  return job && wholeJob(session, live, job);
}

/** One page of an owner's jobs; see {@link Engine.listJobs}. */
export function readJobs(
  session: Session,
  live: LiveTasks,
  owner: string,
  page: { cursor?: string | undefined; limit: number },
): JobPage {
  const { createdAt, jobId } = parseCursor(page.cursor);
  // One more than asked for tells whether another page follows.
  const found = session.all('jobsOfOwner', owner, createdAt, jobId, page.limit + 1);
  const jobs = found.slice(0, page.limit).map((job) => wholeJob(session, live, job));
  const last = found.length > page.limit ? jobs.at(-1) : undefined;
  return { jobs, cursor: last ? `${last.createdAt}.${last.jobId}` : null };
}

function parseCursor(cursor: string | undefined): { createdAt: number; jobId: string } {
  const parts = /^(\d{1,15})\.([\da-f-]{36})$/.exec(cursor ?? '');
  return parts
    ? { createdAt: Number(parts[1]), jobId: parts[2] ?? '' }
    : { createdAt: Number.MAX_SAFE_INTEGER, jobId: '' };
}

function wholeJob(session: Session, live: LiveTasks, job: JobRecord): JobRow {
  const tasks = session.all('tasksOfJob', job.jobId);
  const newest = new Map<string, FileState>();
  for (const { place } of tasks) {
    // Those of a running task are ahead of their rows.
    const files = live.peek(place)?.state.files ?? session.all('taskFiles', place).map(toFile);
    for (const file of files) newest.set(file.fileId, file);
  }
  const last = tasks.at(-1);
  return {
    ...job,
    options: JSON.parse(job.options) as Record<string, unknown>,
    status: last?.status ?? 'queued',
    finishedAt: last?.finishedAt ?? null,
    taskIds: tasks.map((task) => task.taskId),
    files: session.all('filesOfJob', job.jobId).map((file) => {
      // The first task of a job has all of its files.
      const now = newest.get(file.fileId) as FileState;
      const { status, progress, message, result, attemptId, attempts, lastError } = now;
      return { ...file, status, progress, message, result, attemptId, attempts, lastError };
    }),
  };
}
