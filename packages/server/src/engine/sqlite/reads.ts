import type { JobRow } from '../contract.ts';
import type { FileState } from '../task-state.ts';
import type { LiveTasks } from './live-tasks.ts';
import { toFile, toImage } from './rows.ts';
import type { JobRecord } from './rows.ts';
import type { Session } from './session.ts';

/** How a file stands that has the result of an earlier task and got no new one. */
const kept = { status: 'completed', progress: 100 } as const;

/** A job; each file of it as the newest task that worked on it left it. */
export function readJob(session: Session, live: LiveTasks, jobId: string): JobRow | undefined {
  const job = session.get('job', jobId);
  return job && wholeJob(session, live, job);
}

/** The same, where its row is known. */
export function wholeJob(session: Session, live: LiveTasks, job: JobRecord): JobRow {
  const tasks = session.all('tasksOfJob', job.jobId);
  const newest = new Map<string, FileState>();
  const results = new Map<string, Pick<FileState, 'result' | 'attemptId'>>();
  for (const { place } of tasks) {
    // Those of a running task are ahead of their rows.
    const files =
      live.peek(place)?.state.files ?? session.all('taskFiles', place).map((row) => toFile(row, session.toWall));
    for (const file of files) {
      newest.set(file.fileId, file);
      if (file.result !== null) results.set(file.fileId, file);
    }
  }
  const open = tasks.findLast(({ finishedAt }) => finishedAt === null);
  const last = open ?? tasks.at(-1);
  const finishedAt = open ? null : Math.max(...tasks.map((task) => task.finishedAt ?? 0));
  return {
    ...job,
    options: JSON.parse(job.options) as Record<string, unknown>,
    status: last?.status ?? 'queued',
    createdAt: session.toWall(job.createdAt),
    finishedAt: wallOrNull(session, finishedAt),
    taskId: last?.taskId ?? '',
    taskIds: tasks.map((task) => task.taskId),
    files: session.all('filesOfJob', job.jobId).map((file) => {
      // The first task of a job has all of its files.
      const now = newest.get(file.fileId) as FileState;
      const { message, attempts, lastError } = now;
      const { result, attemptId } = results.get(file.fileId) ?? now;
      const isKept = now.remakes && now.state === 'ended' && now.status !== 'completed';
      const { status, progress } = isKept ? kept : now;
      return { ...toImage(file), status, progress, message, result, attemptId, attempts, lastError };
    }),
  };
}

/** What people see for a store time that may not have come yet. */
export function wallOrNull(session: Session, time: number | null): number | null {
  return time === null ? null : session.toWall(time);
}
