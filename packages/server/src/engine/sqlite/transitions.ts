import { hasEnded, overallProgress } from '@image2model/protocol';
import type { FailureDetails, ModelFile } from '@image2model/protocol';
import type { FileEnding } from '../contract.ts';
import { messages, queuedMessage, workingMessage } from '../messages.ts';
import type { LiveTask } from './live-tasks.ts';
import type { FileNow, FileRecord, QueueState, TaskRecord } from './records.ts';
import type { Session } from './session.ts';
import type { TaskLog } from './task-log.ts';

/** How long the exact tail of an ended task is kept: whoever lost the connection at the end can still resume. */
const tailAfterEndMs = 5 * 60_000;

/** What a change is made with. */
export interface ChangeContext {
  session: Session;
  log: TaskLog;
  estimate: EstimateSeconds;
}

/** Estimates how long a task still takes; undefined where there is not enough to go by. */
export type EstimateSeconds = (task: TaskRecord, files: readonly FileNow[]) => number | undefined;

/**
 * One task being changed, inside a transaction: move files of it, then `settle` once. Each file that moves leaves a
 * `file_update`; the task's own `task_progress` follows only where something in it changed; the ending of the last
 * file brings the task's ending.
 */
export class TaskChange {
  readonly task: TaskRecord;
  readonly files: readonly FileRecord[];
  readonly #live: LiveTask;
  readonly #context: ChangeContext;
  readonly #isReport: boolean;

  /** `isReport`: nothing but reports is taken in, and what they change is saved later (see {@link TaskLog}). */
  constructor(context: ChangeContext, live: LiveTask, { isReport }: { isReport: boolean }) {
    this.#context = context;
    this.#live = live;
    this.#isReport = isReport;
    this.task = live.task;
    this.files = live.files;
  }

  /** A file of the task by its id. */
  file(fileId: string): FileRecord {
    const file = this.files.find((each) => each.fileId === fileId);
    if (!file) throw new Error(`no file ${fileId} in ${this.task.taskId}`);
    return file;
  }

  /** A file of a new task: its first entry. */
  open(file: FileRecord): void {
    file.message = messages.fileWaiting;
    this.#note(file);
  }

  /** The task's place in the queue, 1 for the next one. */
  queueAt(position: number): void {
    this.task.queuePosition = position;
  }

  /** Work on the task begins, where it had not. */
  begin(): void {
    this.task.startedAt ??= this.#context.session.now();
    this.task.status = 'processing';
  }

  start(file: FileRecord, token: string, dueAt: number): void {
    const now = this.#context.session.now();
    this.#move(file, 'leased');
    Object.assign(file, { status: 'processing', token, dueAt, startedAt: now, attempts: file.attempts + 1 });
    file.message = messages.fileStarting;
    this.task.startedAt ??= now;
    this.task.status = 'processing';
    this.#note(file);
  }

  /** Takes a report in; false where it says nothing new. */
  report(file: FileRecord, progress: number, message: string): boolean {
    const next = Math.max(file.progress, oneDecimal(progress));
    if (next === file.progress && message === file.message) return false;
    file.progress = next;
    file.message = message;
    this.#note(file);
    return true;
  }

  /** Back into the queue, to be claimed not before `dueAt` (null: at once). `error`: why the attempt failed. */
  putBack(file: FileRecord, message: string, dueAt: number | null, error?: string): void {
    this.#move(file, dueAt === null ? 'waiting' : 'delayed');
    if (error !== undefined) file.lastError = error;
    Object.assign(file, { status: 'pending', token: null, dueAt, startedAt: null, message });
    this.#note(file);
  }

  /** A delay is over: nothing that a client sees. */
  wake(file: FileRecord): void {
    this.#move(file, 'waiting');
    file.dueAt = null;
    this.#context.session.saveFile(file);
  }

  end(file: FileRecord, ending: FileEnding): void {
    this.#move(file, 'ended');
    Object.assign(file, { status: ending.status, token: null, dueAt: null, remembered: null });
    switch (ending.status) {
      case 'completed':
        file.progress = 100;
        file.message = ending.result.reused ? messages.fileReused : messages.fileDone;
        file.result = JSON.stringify(ending.result);
        break;
      case 'failed':
        file.message = ending.error;
        file.error = ending.error;
        file.details = JSON.stringify(ending.details);
        break;
      case 'cancelled':
        file.message = messages.fileCancelled;
        break;
    }
    this.#note(file);
  }

  /** Writes what the moves mean for the task, and the task itself. */
  settle(): void {
    const { task, files } = this;
    const progress = Math.max(task.progress, overallProgress(files));
    const ended = files.filter((file) => hasEnded(file.status)).length;
    const queued = task.status === 'queued' && ended < task.total;
    if (!queued) task.queuePosition = null;
    const message = queued ? queuedMessage(task.queuePosition) : workingMessage(files, ended);
    if (task.head === 0 || progress !== task.progress || message !== task.message || ended !== task.ended) {
      Object.assign(task, { progress, message, ended });
      this.#progress();
    }
    if (ended === task.total && task.finishedAt === null) this.#finish();
    const { log } = this.#context;
    if (this.#isReport) log.reported(this.#live);
    else log.save(this.#live);
  }

  #move(file: FileRecord, to: QueueState): void {
    if (file.state === 'waiting') this.task.waiting -= 1;
    if (file.state === 'leased') this.task.running -= 1;
    if (to === 'waiting') this.task.waiting += 1;
    if (to === 'leased') this.task.running += 1;
    file.state = to;
  }

  #note(file: FileRecord): void {
    const { fileId: file_id, filename, status, progress, message, error, details, result } = file;
    const { attempts, lastError: last_error } = file;
    const { log, session } = this.#context;
    log.append(this.#live, file, this.#isReport, 'file_update', {
      file_id,
      filename,
      status,
      progress,
      message,
      attempts: attempts > 1 ? attempts : undefined,
      last_error: last_error ?? undefined,
      error: error ?? undefined,
      details: details === null ? undefined : (JSON.parse(details) as FailureDetails),
      result: result === null ? undefined : (JSON.parse(result) as ModelFile),
    });
    if (!this.#isReport) session.saveFile(file);
  }

  #progress(): void {
    const { task, files } = this;
    const { jobId: job_id, status, progress, ended: current, total, message, queuePosition } = task;
    const { log, estimate } = this.#context;
    const eta = current === total ? undefined : estimate(task, files);
    log.append(this.#live, task, this.#isReport, 'task_progress', {
      job_id,
      status,
      progress,
      current,
      total,
      total_files: total,
      message,
      queue_position: queuePosition ?? undefined,
      eta_seconds: eta,
    });
  }

  #finish(): void {
    const { task, files } = this;
    const { log, session } = this.#context;
    const now = session.now();
    const job_id = task.jobId;
    const count = (status: FileRecord['status']) => files.filter((file) => file.status === status).length;
    const successful_files = count('completed');
    task.finishedAt = now;
    task.compactAt = now + tailAfterEndMs;
    if (successful_files > 0) {
      task.status = 'completed';
      log.append(this.#live, task, false, 'task_completed', {
        job_id,
        result: {
          job_id,
          total_files: task.total,
          successful_files,
          failed_files: count('failed'),
          processing_time: Math.max(0, now - (task.startedAt ?? now)) / 1000,
        },
      });
    } else if (count('cancelled') > 0) {
      task.status = 'cancelled';
      log.append(this.#live, task, false, 'task_cancelled', { job_id, message: messages.taskCancelled });
    } else {
      task.status = 'failed';
      const only = files.length === 1 ? files[0] : undefined;
      log.append(this.#live, task, false, 'task_failed', {
        job_id,
        error: only?.error ?? messages.allFailed(files.length),
        details: only?.details ? (JSON.parse(only.details) as FailureDetails) : { code: 'ALL_FILES_FAILED' },
      });
    }
  }
}

function oneDecimal(progress: number): number {
  // Written so that what is not a number counts as nothing done.
  return progress > 0 ? Math.floor(Math.min(100, progress) * 10) / 10 : 0;
}
