import type { FailureDetails, FileStatus, Message, ModelFile, TaskStatus } from '@image2model/protocol';
import type { Cleanup, Entry, FileEnding, ReleaseOptions, StoredResult } from './types.ts';

/** Where a file is on its way through the queue; `status` is what a client sees of it. */
export type QueueState = 'waiting' | 'delayed' | 'leased' | 'ended';

/** A file of a task as it stands. Times are the store's, in ms. */
export interface FileState {
  readonly fileId: string;
  readonly filename: string;
  /** Width times height, where it is known. */
  readonly pixels: number | null;
  readonly state: QueueState;
  readonly status: FileStatus;
  readonly progress: number;
  /** Of a failed file: why it failed. */
  readonly message: Message;
  readonly result: ModelFile | null;
  /** The attempt that stored the result. */
  readonly attemptId: string | null;
  readonly details: FailureDetails | null;
  /** Claims that count. */
  readonly attempts: number;
  /** Why the last attempt that failed did. */
  readonly lastError: Message | null;
  /** How likely it is that the file takes down what works on it; see `suspicion.ts`. */
  readonly crashes: number;
  readonly startedAt: number | null;
  /** When a lease expires or a delay is over; null otherwise. */
  readonly dueAt: number | null;
  /** Of the lease, while there is one. */
  readonly token: string | null;
  readonly worker: string | null;
  /** What the model stored for its next attempt; undefined for nothing. */
  readonly remembered: unknown;
  /** The sequence of the newest entry of the file. */
  readonly head: number;
  /** Whether it has a result of an earlier task, which stays until there is a new one. */
  readonly remakes: boolean;
}

/** A task and its files as they stand. Never changed in place: {@link applyToTask} makes the next one. */
export interface TaskState {
  readonly taskId: string;
  readonly jobId: string;
  readonly model: string;
  readonly status: TaskStatus;
  readonly progress: number;
  readonly message: Message;
  /** 1 for the next one; null once it has started. */
  readonly queuePosition: number | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** Files that can be claimed now. */
  readonly waiting: number;
  /** Files that are leased. */
  readonly running: number;
  readonly ended: number;
  /** The last sequence given. */
  readonly sequence: number;
  /** The sequence of the newest entry of the task itself. */
  readonly head: number;
  /** All of them, in order of their ids. */
  readonly files: readonly FileState[];
}

/** Whether the task has a place in the queue: it has not begun, and its model is there. */
export function isInQueue({ status, ended, files, message }: TaskState): boolean {
  return status === 'queued' && ended < files.length && message.id !== 'file.model_missing';
}

/** What happens to a task. `token` names the lease that allows it. */
export type TaskChange =
  /** Its first entries are written. Some files may have a result, or another ending, from the start. */
  | {
      type: 'opened';
      results?: ReadonlyMap<string, StoredResult> | undefined;
      endings?: ReadonlyMap<string, FileEnding> | undefined;
      position: number;
    }
  | { type: 'positioned'; position: number }
  | { type: 'offered'; isOffered: boolean }
  | { type: 'claimed'; fileId: string; token: string; worker: string; leaseMs: number }
  | { type: 'renewed'; token: string; leaseMs: number }
  | { type: 'reported'; token: string; progress: number; message: Message }
  | { type: 'remembered'; token: string; remembered: unknown }
  | { type: 'finished'; token: string; ending: FileEnding }
  | { type: 'released'; token: string; options?: ReleaseOptions | undefined }
  /** Time has passed: leases expire, delays are over. */
  | { type: 'due' }
  /** The process that held the lease is gone, alone with this file or with others. */
  | { type: 'voided'; token: string; wasAlone: boolean; delayMs: number }
  | { type: 'cancelled'; fileId?: string | undefined };

/** What a change is made with. */
export interface TaskContext {
  /** The store's time, in ms. */
  now: number;
  /** What the wall clock shows, in ms since the epoch: what entries say to people. */
  timestamp: number;
  /** Seconds that the task still takes; undefined where too little is known. */
  estimate: (task: TaskState) => number | undefined;
}

/** What a change comes to. */
export interface AppliedChange {
  state: TaskState;
  /** To be appended to the task's log, in this order. */
  entries: Entry[];
  /** Sequences of entries that are no longer the newest of their key. */
  replaced: number[];
  /** Files that are not as they were. */
  files: FileState[];
  /** Tokens of leases that were taken from their holders. */
  lost: string[];
  cleanups: DueCleanup[];
}

export interface DueCleanup {
  cleanup: Cleanup;
  delayMs: number;
}

/** A file as a task is made of it. */
export type NewTaskFile = Pick<FileState, 'fileId' | 'filename' | 'pixels'> & Partial<Pick<FileState, 'remakes'>>;

const nothingSaid: Message = { text: '' };

/** A task of which nothing has been written yet: `opened` is its first change. */
export function newTask(task: Pick<TaskState, 'taskId' | 'jobId' | 'model'>, files: readonly NewTaskFile[]): TaskState {
  return {
    taskId: task.taskId,
    jobId: task.jobId,
    model: task.model,
    status: 'queued',
    progress: 0,
    message: nothingSaid,
    queuePosition: null,
    startedAt: null,
    finishedAt: null,
    waiting: files.length,
    running: 0,
    ended: 0,
    sequence: 0,
    head: 0,
    files: files.map(newFile).toSorted((a, b) => (a.fileId < b.fileId ? -1 : 1)),
  };
}

function newFile({ fileId, filename, pixels, remakes = false }: NewTaskFile): FileState {
  return {
    fileId,
    filename,
    pixels,
    state: 'waiting',
    status: 'pending',
    progress: 0,
    message: nothingSaid,
    result: null,
    attemptId: null,
    details: null,
    attempts: 0,
    lastError: null,
    crashes: 0,
    startedAt: null,
    dueAt: null,
    token: null,
    worker: null,
    remembered: undefined,
    head: 0,
    remakes,
  };
}
