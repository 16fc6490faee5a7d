import type {
  FailureDetails,
  FileStatus,
  ModelFile,
  TaskEvent,
  TaskEventType,
  TaskStatus,
} from '@image2model/protocol';

/** An image of a new job. It is already in the file store, under `storageKey`. */
export interface NewFile {
  /** UUIDv7; the ids of one job sort in the order of upload. */
  fileId: string;
  filename: string;
  contentType: string;
  sizeBytes: number;
  /** Of the image's bytes, lower-case hex. */
  sha256: string;
  /** Width times height; null for a file of an earlier version, which did not note it. */
  pixels: number | null;
  storageKey: string;
}

/** A job with its first task, as an upload makes it. */
export interface NewJob {
  jobId: string;
  taskId: string;
  /** Whose it is: an opaque name made from the API key, never the key itself. */
  owner: string;
  model: string;
  options: Record<string, unknown>;
  faceLimit: number | null;
  files: readonly NewFile[];
  /** Results that files of it have from the start, by file id; they lie in the store already. */
  results?: ReadonlyMap<string, ModelFile>;
}

/** What a result depends on. */
export interface Work {
  owner: string;
  /** Of the image's bytes, lower-case hex. */
  sha256: string;
  model: string;
  options: Record<string, unknown>;
  faceLimit: number | null;
}

/** A task's fixed facts; how far it is stands in its log. Times in ms since the epoch. */
export interface TaskRow {
  taskId: string;
  jobId: string;
  owner: string;
  status: TaskStatus;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
}

export interface JobRow {
  jobId: string;
  owner: string;
  model: string;
  options: Record<string, unknown>;
  faceLimit: number | null;
  createdAt: number;
  /** Of the last task. */
  status: TaskStatus;
  finishedAt: number | null;
  /** Oldest first; the last one is the one that counts. */
  taskIds: string[];
  files: JobFileRow[];
}

/** A file of a job as it stands now, over all tasks that worked on it. */
export interface JobFileRow extends NewFile {
  status: FileStatus;
  progress: number;
  message: string;
  result: ModelFile | null;
  /** Tries so far. */
  attempts: number;
  /** Why the try before the last one failed, a sentence for a person. */
  lastError: string | null;
}

/**
 * One entry of a task's compacted log. `key` is the task's own id or a file's id. The newest entry of each key is
 * always kept, and so are at least the last 1 000 entries until five minutes after the task's end.
 */
export interface Entry {
  taskId: string;
  key: string;
  sequence: number;
  type: TaskEventType;
  /** The event's data as JSON text, one line: written once, sent as it is to every reader. */
  data: string;
}

/** A file handed to a worker, for as long as the lease is renewed. `token` fences: a lost lease changes nothing. */
export interface Lease {
  token: string;
  taskId: string;
  jobId: string;
  owner: string;
  file: NewFile;
  /** Names of all files of the job, in the order of upload: what a result is called depends on the others. */
  filenames: readonly { fileId: string; filename: string }[];
  model: string;
  options: Record<string, unknown>;
  faceLimit: number | null;
  /** 1 for the first try. */
  attempt: number;
  /** What the model stored in an earlier try; undefined at first. */
  remembered: unknown;
}

/** How a file ended. */
export type FileEnding =
  | { status: 'completed'; result: ModelFile }
  | { status: 'failed'; error: string; details: FailureDetails }
  | { status: 'cancelled' };

/** What a file that was cancelled while nobody held it had remembered: work at a provider may go on for it. */
export interface Abandoned {
  model: string;
  remembered: unknown;
}

/** Why a cancel did not take. */
export type CancelOutcome = 'cancelled' | 'ended' | 'unknown';

/** Why a retry did not take: the job's last task is not over yet, or no file of it is left to do. */
export type RetryOutcome = 'retried' | 'running' | 'nothing' | 'unknown';

/** Why a job was not deleted. */
export type DeleteOutcome = 'deleted' | 'running' | 'unknown';

/** The task that works on a job's failed and cancelled files again. */
export interface RetryTask {
  taskId: string;
  model: string;
  options: Record<string, unknown>;
  faceLimit: number | null;
}

/** What was answered to a request that may be repeated. Kept as long as the job that it made. */
export interface IdempotencyRecord {
  key: string;
  /** Tells another body under the same key from a repetition. */
  bodyHash: string;
  /** The answer as it was sent. */
  answer: string;
}

/** Money set aside for one request to a provider, before it is sent. */
export interface Reservation {
  /** Names the request; one that was seen before changes nothing. */
  key: string;
  /** The day that it counts for, `2026-11-22`. */
  day: string;
  model: string;
  /** Millionths of a US dollar: whole numbers add up without a rest. */
  micros: number;
}

/** One page of jobs, newest first. */
export interface JobPage {
  jobs: JobRow[];
  /** Opaque; gives the next page. Null after the last one. */
  cursor: string | null;
}

/**
 * State, queue and feed of jobs: what an engine must do. Every promise that resolves means that the change is written
 * and survives the death of the process; one that finds no room to write rejects with a `StorageFullError` and has changed
 * nothing. An engine never calls back before the change is written, and calls back for
 * the entries of one task in order of their sequence.
 */
export interface Engine {
  /**
   * Files that were in work when the process before this one died. Whatever those tries have stored is nobody's, for as
   * long as no runner has been started.
   */
  readonly interrupted: readonly { jobId: string; fileId: string }[];
  /**
   * Writes job, files, task, the first entries and the queue's items in one transaction, and the idempotency record
   * with them. Where this owner has used that key before, nothing is written and the earlier record comes back.
   */
  submit(job: NewJob, idempotency?: IdempotencyRecord): Promise<IdempotencyRecord | undefined>;
  /** What an owner was answered under this key. */
  idempotency(owner: string, key: string): Promise<IdempotencyRecord | undefined>;
  /** Puts the files of a job that failed or were cancelled into a new task of it. */
  retry(jobId: string, task: RetryTask): Promise<RetryOutcome>;
  /** Forgets a job with its files, tasks and entries. What lies in the file store is the caller's. */
  deleteJob(jobId: string): Promise<DeleteOutcome>;
  /** Jobs of an owner, newest first. A cursor that is none gives the first page. */
  listJobs(owner: string, page: { cursor?: string | undefined; limit: number }): Promise<JobPage>;
  /**
   * Ids of at most `limit` jobs, oldest first, whose every task ended before `time` (ms since the epoch).
   */
  finishedBefore(time: number, limit: number): Promise<string[]>;
  /** Those of the ids that are of no job here. */
  unknownJobs(jobIds: readonly string[]): Promise<string[]>;

  /** The newest finished result of the very same work, and the job that it is of. */
  earlierResult(work: Work): Promise<{ jobId: string; result: ModelFile } | undefined>;

  task(taskId: string): Promise<TaskRow | undefined>;
  job(jobId: string): Promise<JobRow | undefined>;

  /**
   * Entries of a task in order of sequence: the newest of each key for no cursor, every kept one above `after`
   * otherwise. A cursor that is not one of this task (ahead of it, negative, not whole) counts as none. Undefined for
   * an unknown task.
   */
  entries(taskId: string, after?: number): Promise<Entry[] | undefined>;

  /**
   * Calls back with each batch of entries written to a task from now on, whoever writes them, and returns the
   * function that ends it. No entry written after `subscribe` has resolved is missed; to be whole, subscribe first and read
   * `entries` then.
   */
  subscribe(taskId: string, listener: (entries: readonly Entry[]) => void): Promise<() => void>;

  /**
   * Leases the next file whose model is none of `busyModels`, or undefined when none waits. Marks the file and its task
   * as `processing`. Files that something is remembered of come first: their work goes on elsewhere.
   */
  claim(worker: string, leaseMs: number, busyModels?: readonly string[]): Promise<Lease | undefined>;
  /** Prolongs leases; returns the tokens of those that are lost (expired and taken, or cancelled). */
  renew(tokens: readonly string[], leaseMs: number): Promise<string[]>;
  /** Appends a file's progress (0 to 100; a lower one than before is raised to it). False when the lease is lost. */
  report(token: string, progress: number, message: string): Promise<boolean>;
  /** Stores what the model needs after a restart. False when the lease is lost. */
  remember(token: string, state: unknown): Promise<boolean>;
  /** Records a file's ending, and its task's when it was the last. Exactly one ending is taken; false when lost. */
  finish(token: string, ending: FileEnding): Promise<boolean>;
  /**
   * Hands a file back to the queue, not before `delayMs` from now. `error` says why the attempt failed, where it did.
   * False when the lease is lost.
   */
  release(
    token: string,
    options?: { delayMs?: number; message?: string; error?: string; countAttempt?: boolean },
  ): Promise<boolean>;

  /** Ends the files of a task that have not ended; running ones lose their lease at once. */
  cancel(taskId: string, fileId?: string): Promise<CancelOutcome>;

  /**
   * Sets money aside, unless the day's sum would then be more than `limitMicros` (null: no limit). False, and nothing
   * written, where it would. Reservations that come at the same time cannot exceed the limit together.
   */
  reserve(reservation: Reservation, limitMicros: number | null): Promise<boolean>;
  /** Replaces what a reservation set aside by what it came to; 0 where nothing was charged. May be repeated. */
  settle(key: string, micros: number): Promise<void>;
  /** Millionths of a US dollar set aside or spent on a day; kept for two months. */
  spent(day: string): Promise<number>;

  /** Calls back when files may be waiting; the callback claims. At least once after each submit or hand-back. */
  onWork(listener: () => void): () => void;
  /** Calls back with the tokens of leases that were cancelled. */
  onCancel(listener: (tokens: readonly string[]) => void): () => void;
  /** Calls back with what was left going on for files that were cancelled while no worker held them. */
  onAbandoned(listener: (left: readonly Abandoned[]) => void): () => void;

  /**
   * Seconds that a file of this model takes here: the median of those finished last, each made and not reused. Null
   * where there were too few.
   */
  typicalSeconds(model: string): Promise<number | null>;
  /** Counts for metrics and health. */
  counts(): Promise<{ waiting: number; running: number }>;
  /** Throws when the store cannot be written. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** Gives the event back that an entry stores. */
export function entryEvent(entry: Entry): TaskEvent {
  return { type: entry.type, data: JSON.parse(entry.data) };
}
