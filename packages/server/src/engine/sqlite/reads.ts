import type { Entry, JobFileRow, JobPage, JobRow, Lease, NewFile, TaskRow } from '../contract.ts';
import type { FileState } from '../task-state.ts';
import type { LiveTask, LiveTasks } from './live-tasks.ts';
import { toFile } from './rows.ts';
import type { JobRecord } from './rows.ts';
import type { Session } from './session.ts';
import { unsavedEntries } from './unsaved.ts';

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
function readFiles(session: Session, live: LiveTasks, place: number): readonly FileState[] {
  return live.peek(place)?.state.files ?? session.all('taskFiles', place).map(toFile);
}

function wholeJob(session: Session, live: LiveTasks, job: JobRecord): JobRow {
  const tasks = session.all('tasksOfJob', job.jobId);
  const newest = new Map<string, FileState>();
  for (const { place } of tasks) {
    for (const file of readFiles(session, live, place)) newest.set(file.fileId, file);
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

function jobFile(file: NewFile, now: FileState | undefined): JobFileRow {
  return {
    ...file,
    status: now?.status ?? 'pending',
    progress: now?.progress ?? 0,
    message: now?.message ?? { text: '' },
    result: now?.result ?? null,
    attemptId: now?.attemptId ?? null,
    attempts: now?.attempts ?? 0,
    lastError: now?.lastError ?? null,
  };
}

/** The log of a task after a cursor; see {@link Engine.entries}. */
export function readEntries(session: Session, live: LiveTasks, taskId: string, after?: number): Entry[] | undefined {
  const row = session.get('task', taskId);
  if (!row) return undefined;
  const known = live.peek(row.place);
  const state = known?.state;
  const unsaved = unsavedEntries(known?.unsaved);
  const sequence = state?.sequence ?? row.sequence;
  const isValid = after !== undefined && Number.isSafeInteger(after) && after >= 0 && after <= sequence;
  const rows = isValid ? session.all('entriesAfter', row.place, after) : session.all('newestEntries', row.place);
  const saved = rows.map(({ key, sequence: at, type, data }) => ({ taskId, key, sequence: at, type, data }));
  if (isValid) return [...saved, ...unsaved.filter((entry) => entry.sequence > after)];
  // The rows name what was the newest of each key when they were saved.
  const heads = state && new Set([state.head, ...state.files.map((file) => file.head)]);
  return [...saved, ...unsaved].filter((entry) => !heads || heads.has(entry.sequence));
}

/** What a worker gets of a file that was leased under this token. */
export function readLease(
  session: Session,
  { facts, state }: Pick<LiveTask, 'facts' | 'state'>,
  fileId: string,
  token: string,
): Lease {
  const stored = session.get('file', fileId);
  const file = state.files.find((each) => each.fileId === fileId);
  if (!stored || !file) throw new Error(`no file ${fileId}`);
  const { taskId, jobId, owner, model, faceLimit } = facts;
  return {
    token,
    taskId,
    jobId,
    owner,
    model,
    faceLimit,
    file: { ...stored },
    filenames: session.all('filenames', jobId),
    options: JSON.parse(facts.options) as Record<string, unknown>,
    attempt: file.attempts,
    remembered: file.remembered,
  };
}
