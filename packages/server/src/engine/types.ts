import type { FailureDetails, FileStatus, Message, ModelFile, TaskEventType, TaskStatus } from '@image2model/protocol';

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
  /** What is to be kept of the image, where that was said. */
  mask?: StoredMask | undefined;
}

/** A mask of an image. It is in the file store already, under a key that no other mask ever has. */
export interface StoredMask {
  filename: string;
  contentType: string;
  sizeBytes: number;
  /** Of the mask's bytes, lower-case hex. */
  sha256: string;
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
  results?: ReadonlyMap<string, StoredResult>;
  /** How files of it ended that have no result, by file id: of a job that is taken up again. */
  endings?: ReadonlyMap<string, FileEnding>;
  /** When it was submitted first, where it is taken up again; ms since the epoch. */
  createdAt?: number;
}

/** A finished model and where it lies. */
export interface StoredResult {
  result: ModelFile;
  /**
   * The attempt that stored it: part of its keys (`files/keys.ts`), so that no attempt touches the files of another. Null
   * for a result of an earlier version, whose keys had no such part.
   */
  attemptId: string | null;
}

/** What a store and the files beside it have in common, so that neither is taken for another one, or an older copy. */
export interface StoreMark {
  /** Random, and the same for ever. */
  identity: string;
  /** A UUIDv7 that is replaced every so often, first here and then beside the files. */
  epoch: string;
  /** What the files have where the server died before they were marked too; null where they have no mark yet. */
  epochBefore: string | null;
}

/** What a result depends on. */
export interface Work {
  owner: string;
  /** Of the image's bytes, lower-case hex. */
  sha256: string;
  /** Of the mask's bytes, where there is one. */
  mask?: string | undefined;
  model: string;
  options: Record<string, unknown>;
  faceLimit: number | null;
}

/** A task's fixed facts; how far it is stands in its log. Times as people see them, in ms since the epoch. */
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
  /** As people see it, in ms since the epoch; so is `finishedAt`. */
  createdAt: number;
  /** Of the task that counts. */
  status: TaskStatus;
  /** Of the task that ended last; null while one has not ended. */
  finishedAt: number | null;
  /** The task that counts: the newest that has not ended; once all have, the newest. */
  taskId: string;
  /** Oldest first. No file is in two of them that have not ended. */
  taskIds: string[];
  files: JobFileRow[];
}

/** A file of a job as it stands now, over all tasks that worked on it. */
export interface JobFileRow extends NewFile {
  /** A file whose result stayed because no new one could be made is completed; its message says so. */
  status: FileStatus;
  progress: number;
  message: Message;
  /** The newest one: while a file is made again, and where that fails, the earlier one. */
  result: ModelFile | null;
  /** See {@link StoredResult}. */
  attemptId: string | null;
  /** Attempts so far. */
  attempts: number;
  /** Why the attempt before the last one failed. */
  lastError: Message | null;
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

/** The models that an installation offers, and the files that it works on at once. */
export interface Places {
  models: readonly string[];
  /** Of all models that have no places of their own together. */
  shared: number;
  /** By model: of those that have their own. */
  own: ReadonlyMap<string, number>;
}

/** What a worker can take on now. */
export interface ClaimOptions {
  /** Names the worker's process in rows and logs. */
  worker: string;
  leaseMs: number;
  /**
   * The models that this worker has room for. `maxRunning` bounds the files of a model that are leased at once, over all
   * workers of the store; none where it is undefined.
   */
  models: readonly { id: string; maxRunning?: number | undefined }[];
}

/** A file handed to a worker, for as long as the lease is renewed. A lost lease changes nothing. */
export interface Lease {
  /** Fences the lease, and names its attempt: what the attempt stores lies under keys that hold it. */
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
  /** 1 for the first attempt. */
  attempt: number;
  /** What the model stored in an earlier attempt; undefined at first. */
  remembered: unknown;
}

/** A lease that is no longer held: its file was cancelled, or the lease expired and the file went back to the queue. */
export interface LostLease {
  token: string;
  why: 'cancelled' | 'expired';
}

/** How a file ended. A result lies under the keys of the lease's own attempt. */
export type FileEnding =
  | { status: 'completed'; result: ModelFile }
  | { status: 'failed'; error: Message; details: FailureDetails }
  | { status: 'cancelled' };

/** How a file goes back to the queue. */
export interface ReleaseOptions {
  /** It is not claimed before so many ms have passed. Default 0. */
  delayMs?: number;
  message?: Message;
  /** Why the attempt failed, where it did. */
  error?: Message;
  /** Whether the attempt counts towards the file's limit. Default true. */
  countAttempt?: boolean;
}

/**
 * What a change leaves to be done outside the engine. It is written together with the change, leased like a file, and
 * removed once it is done, so that it survives the death of any process.
 */
export type Cleanup =
  /** Work at a provider that nobody wants any more. `remembered` is what its attempt stored last. */
  | { type: 'cancel_remote_job'; model: string; remembered: unknown }
  /** Files of an attempt that lost its lease and may have stored something. */
  | { type: 'remove_attempt'; jobId: string; fileId: string; attemptId: string }
  /** A mask that may have been replaced, or may never have become the file's. */
  | { type: 'remove_mask'; jobId: string; fileId: string; storageKey: string }
  /** Whatever lies in the file store of a job that was deleted. */
  | { type: 'remove_job'; jobId: string };

/** A cleanup handed to a worker. */
export interface CleanupLease {
  token: string;
  cleanup: Cleanup;
  /** 1 for the first attempt. */
  attempt: number;
}

/** Why a cancel did not take effect. */
export type CancelOutcome = 'cancelled' | 'ended' | 'unknown';

/** Why a retry did not take effect: a task is not over yet with what it is about, or no file of it is left to do. */
export type RetryOutcome = 'retried' | 'running' | 'nothing' | 'unknown';

/** Why a job was not deleted. */
export type DeleteOutcome = 'deleted' | 'running' | 'unknown';

/** The task that works again on a job's files: those that failed, were cancelled or lost their result, or `only` these. */
export interface RetryTask {
  taskId: string;
  model: string;
  options: Record<string, unknown>;
  faceLimit: number | null;
  /** Completed files whose result is lost, by id, and the attempt that had stored it. */
  lost?: ReadonlyMap<string, string | null>;
  /** Ids of files that nothing can be made of any more: their photo, or its mask, is lost. */
  without?: { has(fileId: string): boolean };
  /** Ids of the files to work on, completed or not. The result of a completed one stays until there is a new one. */
  only?: ReadonlySet<string>;
  /** New masks of these files, by file id; null takes away the one they had. The ones before are left to a cleanup. */
  masks?: ReadonlyMap<string, StoredMask | null>;
}

/** What was answered to a request that may be repeated. Kept as long as the job that it made. */
export interface IdempotencyRecord {
  key: string;
  /** Tells another body under the same key from a repetition. */
  bodyHash: string;
  /** The answer as it was sent. */
  answer: string;
}

/** Money set aside for one request to a provider, before it is sent. It counts for today (UTC, wall clock). */
export interface Reservation {
  /** Names the request; one that was seen before changes nothing. */
  key: string;
  provider: string;
  model: string;
  /** ISO 4217, or `credits` of the provider. */
  currency: string;
  /** Millionths of the currency: whole numbers add up exactly. */
  micros: number;
}

/** One page of jobs, newest first. */
export interface JobPage {
  jobs: JobRow[];
  /** Opaque; gives the next page. Null after the last one. */
  cursor: string | null;
}

/** What a ticket opens: the streams of one task and the downloads of its job, on behalf of its owner. */
export interface TicketGrant {
  owner: string;
  /** The login that asked for it, so that what it opened ends with it; empty for a key. */
  login: string;
  taskId: string;
  jobId: string;
}

/** A ticket that is still good for something. */
export interface StoredTicket extends TicketGrant {
  /** Whether it was used for the events of its task: it is good for nobody but whoever did that. */
  isBound: boolean;
}

/** A lasting link to models of a job. */
export interface NewShare {
  shareId: string;
  jobId: string;
  /** The one photo whose model it opens; null for all models of the job. */
  fileId: string | null;
  /** SHA-256 of the link's token, as base64url. */
  hash: string;
}

/** A link that is still good; times in ms since the epoch. */
export interface StoredShare extends NewShare {
  createdAt: number;
  /** Null where it lasts until it is revoked. */
  expiresAt: number | null;
}
