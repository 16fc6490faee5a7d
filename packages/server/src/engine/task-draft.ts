import { message, messageWithin, overallProgress } from '@image2model/protocol';
import type { FileStatus, Message, TaskEvent } from '@image2model/protocol';
import { isInQueue } from './task-state.ts';
import type { AppliedChange, FileState, QueueState, TaskContext, TaskState } from './task-state.ts';

/** A file's copy, before anybody else sees it. */
export type MutableFile = { -readonly [Key in keyof FileState]: FileState[Key] };
type MutableTask = { -readonly [Key in keyof TaskState]: TaskState[Key] } & { files: FileState[] };

type Data<Type> = Extract<TaskEvent, { type: Type }>['data'];
/** What an event says. Undefined fields are left out of it; each is written as one literal, for spreads take longer. */
type EventData<Type> = { [Key in keyof Data<Type>]: Data<Type>[Key] | undefined };

/** A task's next state while it is being made: files are copied as they change, and each that moves is noted. */
export class TaskDraft {
  readonly now: number;
  readonly task: MutableTask;
  readonly #before: TaskState;
  readonly #context: TaskContext;
  /** Places of changed files. */
  readonly #changed: number[] = [];
  readonly #entries: AppliedChange['entries'] = [];
  readonly #replaced: number[] = [];
  readonly #lost: string[] = [];
  readonly #cleanups: AppliedChange['cleanups'] = [];

  constructor(before: TaskState, context: TaskContext) {
    this.#before = before;
    this.#context = context;
    this.now = context.now;
    this.task = { ...before, files: before.files.slice() };
  }

  /** A copy of the file at this place, which is the task's from now on. */
  change(index: number): MutableFile {
    const file: MutableFile = { ...(this.task.files[index] as FileState) };
    this.task.files[index] = file;
    if (!this.#changed.includes(index)) this.#changed.push(index);
    return file;
  }

  move(file: MutableFile, to: QueueState): void {
    this.#count(file.state, -1);
    this.#count(to, 1);
    file.state = to;
  }

  /** Work on the task begins, where it had not. */
  begin(): void {
    this.task.startedAt ??= this.now;
    this.task.status = 'processing';
  }

  /** Takes the lease, where there is one; what its attempt stored is removed after so many ms. */
  loseLease({ token, fileId }: MutableFile, sweepAfterMs: number): void {
    if (token === null) return;
    this.#lost.push(token);
    const { jobId } = this.task;
    const cleanup = { type: 'remove_attempt', jobId, fileId, attemptId: token } as const;
    this.#cleanups.push({ cleanup, delayMs: sweepAfterMs });
  }

  /** Nobody wants any more what goes on elsewhere for the file. */
  abandon({ remembered }: MutableFile): void {
    if (remembered === undefined) return;
    const cleanup = { type: 'cancel_remote_job', model: this.task.model, remembered } as const;
    this.#cleanups.push({ cleanup, delayMs: 0 });
  }

  /** The file's next entry. */
  note(file: MutableFile): void {
    const { fileId: file_id, filename, status, progress, message: said, details, result, attempts, lastError } = file;
    const sequence = this.#next(file.head);
    file.head = sequence;
    this.#append(file_id, 'file_update', {
      task_id: this.task.taskId,
      file_id,
      filename,
      status,
      progress,
      message: said.text,
      message_id: said.id,
      message_values: said.values,
      attempts: attempts > 1 ? attempts : undefined,
      last_error: lastError?.text,
      last_error_id: lastError?.id,
      last_error_values: lastError?.values,
      error: status === 'failed' ? said.text : undefined,
      details: details ?? undefined,
      result: result ?? undefined,
      sequence,
      timestamp: this.#context.timestamp,
    });
  }

  /** Draws the conclusions for the task as a whole. */
  settle(): void {
    const { task } = this;
    const before = this.#before;
    const total = task.files.length;
    const queued = task.status === 'queued' && task.ended < total;
    // Never lower than before: no file's is.
    task.progress = overallProgress(task.files);
    task.message = queued ? queuedMessage(task) : workingMessage(task);
    // What waits for its model is in nobody's way.
    if (!isInQueue(task)) task.queuePosition = null;
    const isSame =
      task.head > 0 &&
      task.progress === before.progress &&
      task.ended === before.ended &&
      task.queuePosition === before.queuePosition &&
      isSameMessage(task.message, before.message);
    if (!isSame) this.#progress();
    if (task.ended === total && task.finishedAt === null) this.#finish();
  }

  result(): AppliedChange {
    const { task } = this;
    return {
      state: task,
      entries: this.#entries,
      replaced: this.#replaced,
      files: this.#changed.map((index) => task.files[index] as FileState),
      lost: this.#lost,
      cleanups: this.#cleanups,
    };
  }

  #count(state: QueueState, by: 1 | -1): void {
    if (state === 'waiting') this.task.waiting += by;
    if (state === 'leased') this.task.running += by;
    if (state === 'ended') this.task.ended += by;
  }

  #progress(): void {
    const { task } = this;
    const { taskId: task_id, jobId: job_id, status, progress, ended: current, message: said, files } = task;
    const total = files.length;
    const sequence = this.#next(task.head);
    task.head = sequence;
    this.#append(task_id, 'task_progress', {
      task_id,
      job_id,
      status,
      progress,
      current,
      total,
      total_files: total,
      message: said.text,
      message_id: said.id,
      message_values: said.values,
      queue_position: task.queuePosition ?? undefined,
      eta_seconds: current === total ? undefined : this.#context.estimate(task),
      sequence,
      timestamp: this.#context.timestamp,
    });
  }

  #finish(): void {
    const { task, now } = this;
    const { timestamp } = this.#context;
    const { taskId: task_id, jobId: job_id, files } = task;
    const count = (status: FileStatus) => files.filter((file) => file.status === status).length;
    const successful_files = count('completed');
    const sequence = this.#next(task.head);
    task.head = sequence;
    task.finishedAt = now;
    if (successful_files > 0) {
      task.status = 'completed';
      const failed_files = count('failed');
      const processing_time = Math.max(0, now - (task.startedAt ?? now)) / 1000;
      const result = { job_id, total_files: files.length, successful_files, failed_files, processing_time };
      this.#append(task_id, 'task_completed', { task_id, job_id, result, sequence, timestamp });
    } else if (count('cancelled') > 0) {
      task.status = 'cancelled';
      const { text, id: message_id } = message('task.cancelled');
      this.#append(task_id, 'task_cancelled', {
        task_id,
        job_id,
        message: text,
        message_id,
        message_values: undefined,
        sequence,
        timestamp,
      });
    } else {
      task.status = 'failed';
      const only = files.length === 1 ? files[0] : undefined;
      const said = only?.message ?? allFailedMessage(files);
      const details = only?.details ?? { code: 'ALL_FILES_FAILED' };
      this.#append(task_id, 'task_failed', {
        task_id,
        job_id,
        error: said.text,
        message_id: said.id,
        message_values: said.values,
        details,
        sequence,
        timestamp,
      });
    }
  }

  /** The next sequence, whose entry takes the place of the one at `head`. */
  #next(head: number): number {
    if (head > 0) this.#replaced.push(head);
    return (this.task.sequence += 1);
  }

  #append<Type extends TaskEvent['type']>(key: string, type: Type, data: EventData<Type>): void {
    const { taskId, sequence } = this.task;
    this.#entries.push({ taskId, key, sequence, type, data: JSON.stringify(data) });
  }
}

/** Why no file became a model: a client may show nothing else, so it has the reason of the first one that failed. */
function allFailedMessage(files: TaskState['files']): Message {
  const total = files.length;
  const first = files.find(({ status }) => status === 'failed');
  if (first === undefined) return message('task.all_failed', { total });
  const within = messageWithin('reason', first.message);
  return message('task.all_failed_because', { ...within, total, filename: first.filename });
}

/** The message of a waiting task. */
function queuedMessage({ queuePosition, files }: TaskState): Message {
  if (files.every(({ state, message: said }) => state === 'ended' || said.id === 'file.model_missing')) {
    return message('file.model_missing');
  }
  if (queuePosition === null) return message('queue.waiting');
  return queuePosition === 1 ? message('queue.next') : message('queue.position', { position: queuePosition });
}

/** The message of a task at work: of a single file what that file says, of several how many have ended. */
function workingMessage({ files, ended, message: said }: TaskState): Message {
  const [only] = files;
  if (files.length === 1 && only) return only.message;
  // Building it for each report would cost more than the rest of the change.
  if (said.id === 'task.progress' && said.values?.['done'] === ended) return said;
  return message('task.progress', { done: ended, total: files.length });
}

/** The values stand in the text. */
function isSameMessage(a: Message, b: Message): boolean {
  return a === b || (a.text === b.text && a.id === b.id);
}
