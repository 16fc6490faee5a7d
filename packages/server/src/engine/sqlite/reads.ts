import type { Entry, JobFileRow, JobPage, JobRow, Lease, NewFile, TaskRow } from '../contract.ts';
import type { LiveTasks } from './live-tasks.ts';
import type { EntryRecord, FileRecord, JobRecord, TaskRecord } from './records.ts';
import type { Session } from './session.ts';

/** A task's fixed facts. */
export function readTask(session: Session, taskId: string): TaskRow | undefined {
  const task = session.get('task', taskId);
  if (!task) return undefined;
  const { jobId, owner, status, createdAt, startedAt, finishedAt } = task;
  return { taskId, jobId, owner, status, createdAt, startedAt, finishedAt };
}

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

/** The files of a task as they are now: those of a running one are ahead of their rows. */
export function readFiles(session: Session, live: LiveTasks, task: TaskRecord): readonly FileRecord[] {
  return live.peek(task.place)?.files ?? session.all('taskFiles', task.place);
}

function wholeJob(session: Session, live: LiveTasks, job: JobRecord): JobRow {
  const tasks = session.all('tasksOfJob', job.jobId);
  const newest = new Map<string, FileRecord>();
  for (const task of tasks) {
    for (const file of readFiles(session, live, task)) newest.set(file.fileId, file);
  }
  const last = tasks.at(-1);
  return {
    ...job,
    options: JSON.parse(job.options) as Record<string, unknown>,
    status: last?.status ?? 'queued',
    finishedAt: last?.finishedAt ?? null,
    taskIds: tasks.map((task) => task.taskId),
    files: session.all('filesOfJob', job.jobId).map((file) => jobFile(file, newest.get(file.fileId))),
  };
}

/** The log of a task after a cursor; see {@link Engine.entries}. */
export function readEntries(session: Session, live: LiveTasks, taskId: string, after?: number): Entry[] | undefined {
  const row = session.get('task', taskId);
  if (!row) return undefined;
  const { task, files, unsaved } = live.peek(row.place) ?? { task: row, files: undefined, unsaved: [] };
  const valid = after !== undefined && Number.isSafeInteger(after) && after >= 0 && after <= task.sequence;
  let rows: EntryRecord[];
  if (valid) {
    rows = [...session.all('entriesAfter', row.place, after), ...unsaved.filter((entry) => entry.sequence > after)];
  } else {
    // The rows name what was the newest of each key when they were saved.
    rows = [...session.all('newestEntries', row.place), ...unsaved];
    const heads = files && new Set([task.head, ...files.map((file) => file.head)]);
    if (heads) rows = rows.filter((entry) => heads.has(entry.sequence));
  }
  return rows.map(({ key, sequence, type, data }) => ({ taskId, key, sequence, type, data }));
}

/** What a worker gets of a file that was leased under this token. */
export function readLease(session: Session, task: TaskRecord, file: FileRecord, token: string): Lease {
  const stored = session.get('file', file.fileId);
  if (!stored) throw new Error(`no file ${file.fileId}`);
  const { taskId, jobId, owner, model, faceLimit } = task;
  return {
    token,
    taskId,
    jobId,
    owner,
    model,
    faceLimit,
    file: { ...stored },
    filenames: session.all('filenames', jobId),
    options: JSON.parse(task.options) as Record<string, unknown>,
    attempt: file.attempts,
    remembered: file.remembered === null ? undefined : (JSON.parse(file.remembered) as unknown),
  };
}

function jobFile(file: NewFile, now: FileRecord | undefined): JobFileRow {
  return {
    ...file,
    status: now?.status ?? 'pending',
    progress: now?.progress ?? 0,
    message: now?.message ?? '',
    result: now?.result ? (JSON.parse(now.result) as JobFileRow['result']) : null,
    attempts: now?.attempts ?? 0,
    lastError: now?.lastError ?? null,
  };
}
