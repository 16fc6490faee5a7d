import type { Message, TaskEvent } from '@image2model/protocol';
import type {
  CancelOutcome,
  ClaimOptions,
  Cleanup,
  CleanupLease,
  DeleteOutcome,
  Entry,
  FileEnding,
  IdempotencyRecord,
  JobPage,
  JobRow,
  Lease,
  LostLease,
  NewJob,
  NewShare,
  Places,
  ReleaseOptions,
  Reservation,
  RetryOutcome,
  RetryTask,
  StoreMark,
  StoredResult,
  StoredShare,
  StoredTicket,
  TaskRow,
  TicketGrant,
  Work,
} from './types.ts';

/**
 * State, queue and feed of jobs: what an engine must do, for one process or for many on one store.
 *
 * - A promise that resolves means that the change is on the disk: it survives the death of the process and of the machine.
 *   The exceptions are {@link Queue.report} and {@link Queue.renew}.
 * - Nobody is told, by an answer or an entry, what a power cut could take back; mere progress excepted.
 * - A {@link StorageFullError}, {@link StorageGoneError} or {@link ShortageError} means that nothing was written. After any other rejection the change
 *   may or may not have been written: the answer of a commit can be lost. Ask (`task`, `job`, `unknownJobs`) before undoing
 *   anything.
 * - Time is the store's own: callers pass durations, and rows are stamped by one clock however many processes there are.
 *   It never goes back and does not follow the wall clock when that is set; over a restart of the machine, where only the
 *   wall clock is left, no more than a day of what that claims counts. What is given back as a time, or stands in an
 *   entry, is what the wall clock showed then; of rows, as it is known now.
 * - An engine never calls back with entries before their change is on the disk, reports excepted, and calls back for those
 *   of one task in order of their sequence. No sequence is ever given twice, however the process or the machine dies.
 */
export interface Engine extends Jobs, Log, Queue, Cleanups, Ledger, Access, Shares {
  /** Counts for metrics and health, over all processes of the store: not to be summed up. */
  counts(): Promise<{ waiting: number; running: number }>;
  /** What the files of all jobs come to, images and results. */
  usage(): Promise<{ files: number; bytes: number }>;
  /**
   * Runs `work` unless it is running under this name already, in whichever process; false where it is. What only one
   * process may do at a time, such as removing what is old, goes through here.
   */
  exclusively(name: string, work: () => Promise<void>): Promise<boolean>;
  /** What ties the store to the files beside it; undefined in a new one, and in one of an earlier version. */
  mark(): Promise<StoreMark | undefined>;
  /** On the disk when it resolves: the files are marked after it. */
  setMark(mark: StoreMark): Promise<void>;
  /** Throws when the store cannot be written, or was taken away. */
  check(): Promise<void>;
  /** Ends this handle; may be called twice. Other handles on the same store go on. */
  close(): Promise<void>;
}

/** Jobs and their files. */
export interface Jobs {
  /**
   * Writes job, files, task, the first entries and the queue's items in one transaction, and the idempotency record
   * with them. Where this owner has used that key before, nothing is written and the earlier record comes back.
   */
  submit(job: NewJob, idempotency?: IdempotencyRecord): Promise<IdempotencyRecord | undefined>;
  /** What an owner was answered under this key. */
  idempotency(owner: string, key: string): Promise<IdempotencyRecord | undefined>;
  /**
   * Puts the files of a job that failed, were cancelled or lost their result, or those that are named, into a new task of
   * it, with their new masks, in one transaction.
   */
  retry(jobId: string, task: RetryTask): Promise<RetryOutcome>;
  /**
   * Forgets a job with its files, tasks and entries. A cleanup is left for what lies in the file store; the caller has a
   * few seconds to remove it first.
   */
  deleteJob(jobId: string): Promise<DeleteOutcome>;
  /** Jobs of an owner, newest first. An invalid cursor gives the first page. */
  listJobs(owner: string, page: { cursor?: string | undefined; limit: number }): Promise<JobPage>;
  /** Ids of at most `limit` jobs, oldest first, whose every task ended at least `ageMs` ago. */
  finishedJobs(ageMs: number, limit: number): Promise<string[]>;
  /** Those of the ids that are of no job here. */
  unknownJobs(jobIds: readonly string[]): Promise<string[]>;
  /** The newest finished result of the very same work, and the job that it is of. */
  earlierResult(work: Work): Promise<(StoredResult & { jobId: string }) | undefined>;
  task(taskId: string): Promise<TaskRow | undefined>;
  job(jobId: string): Promise<JobRow | undefined>;
  /** Ends the files of a task that have not ended, or one of them; running ones lose their lease at once. */
  cancel(taskId: string, fileId?: string): Promise<CancelOutcome>;
}

/** The logs of tasks. */
export interface Log {
  /**
   * Entries of a task in order of sequence: the newest of each key for no cursor, every kept one above `after`
   * otherwise. A cursor that is not one of this task (ahead of it, negative, not whole) counts as none. One whose own
   * entry was lost with a process gives both. Undefined for an unknown task.
   */
  entries(taskId: string, after?: number): Promise<Entry[] | undefined>;
  /**
   * Calls back with each batch of entries written to a task from now on, whichever process writes them, and returns the
   * function that ends it. No entry written after `subscribe` has resolved is missed; to be whole, subscribe first and
   * read `entries` then.
   */
  subscribe(taskId: string, listener: (entries: readonly Entry[]) => void): Promise<() => void>;
}

/** Files on their way to a worker and back. */
export interface Queue {
  /**
   * Leases the next file of one of the models that is below its limit, or undefined when none waits. Marks the file and
   * its task as `processing`. Files that something is remembered of come first: their work goes on elsewhere. Otherwise
   * tasks take turns, file by file, so that none waits for the whole of another. A file of a model that nobody offers
   * waits. An expired lease may be taken over by whoever notices first. Resolves before the lease is on the disk: one
   * that a power cut takes back is void anyway, and its attempt was not counted.
   */
  claim(options: ClaimOptions): Promise<Lease | undefined>;
  /** Prolongs leases; returns those that are lost. Need not survive a power cut, as leases do not. */
  renew(tokens: readonly string[], leaseMs: number): Promise<LostLease[]>;
  /**
   * Appends a file's progress (0 to 100; a lower one than before is raised to it). False when the lease is lost. Readers
   * have it at once, behind what the task has said before; it is written within 250 ms, and with the next other change
   * of its task. What a death takes back of it, no later process says under the same sequence.
   */
  report(token: string, progress: number, message: Message): Promise<boolean>;
  /** Stores what the model needs after a restart; undefined forgets it. False when the lease is lost. */
  remember(token: string, state: unknown): Promise<boolean>;
  /** Records a file's ending, and its task's when it was the last. Exactly one ending is accepted; false when lost. */
  finish(token: string, ending: FileEnding): Promise<boolean>;
  /** Hands a file back to the queue. False when the lease is lost. */
  release(token: string, options?: ReleaseOptions): Promise<boolean>;
  /**
   * Says which models this installation offers: waiting files of any other say that they wait for their model. The
   * number of places is for estimates alone; without it they go by what was seen. Processes of one store are started
   * with the same models.
   */
  offer(models: readonly string[], places?: Omit<Places, 'models'>): Promise<void>;
  /**
   * Calls back when files or cleanups may be waiting; the callback claims. At least once after each submit, hand-back or
   * ending by this process (an ended file no longer counts towards its model's limit); what other processes write rings
   * within seconds.
   */
  onWork(listener: () => void): () => void;
  /** Calls back with the tokens of leases that were cancelled: a faster bell than `renew`, which always says it. */
  onCancel(listener: (tokens: readonly string[]) => void): () => void;
  /**
   * Seconds that a file of this model takes here: the median of those finished last, each made and not reused. Null
   * where there were too few.
   */
  typicalSeconds(model: string): Promise<number | null>;
  /**
   * Seconds that a task still takes, as of now, by what waits beside it: `eta_seconds` of its newest entry is of when
   * that was written. Null for one that has ended or is unknown, and where too little is known.
   */
  secondsLeft(taskId: string): Promise<number | null>;
}

/** What is left to be done outside the engine. */
export interface Cleanups {
  /** Adds one that no change of the engine's own brings with it; due after `delayMs`. */
  addCleanup(cleanup: Cleanup, delayMs?: number): Promise<void>;
  /** Leases the next cleanup that is due; one of a model only where the worker offers that. Its lease is not renewed. */
  claimCleanup(
    options: Omit<ClaimOptions, 'models'> & { models: readonly string[] },
  ): Promise<CleanupLease | undefined>;
  /** It is done. */
  finishCleanup(token: string): Promise<void>;
  /** It did not work: due again after `delayMs`. */
  retryCleanup(token: string, delayMs: number): Promise<void>;
}

/** Money spent at providers. */
export interface Ledger {
  /**
   * Sets money aside, unless the day's sum of this provider and currency would then be more than `limitMicros` (null: no
   * limit). False, and nothing written, where it would. Reservations that come at the same time cannot exceed the limit
   * together.
   */
  reserve(reservation: Reservation, limitMicros: number | null): Promise<boolean>;
  /** Replaces what a reservation set aside by what it came to; 0 where nothing was charged. May be repeated. */
  settle(key: string, micros: number): Promise<void>;
  /** Millionths of the currency set aside or spent at a provider today (UTC), or so many days ago; kept for two months. */
  spent(provider: string, currency: string, daysAgo?: number): Promise<number>;
}

/** Logins and tickets, which every process accepts. Keys come from the environment, the same for all processes. */
export interface Access {
  /** 32 random bytes that all processes of the store share, made when first asked for. */
  secret(name: string): Promise<Uint8Array>;
  /** Makes a login worthless; remembered for `forMs`, after which it would have expired anyway. */
  endLogin(loginId: string, forMs: number): Promise<void>;
  hasEnded(loginId: string): Promise<boolean>;
  /** Calls back with logins that ended, whichever process ended them: their streams are to be closed. */
  onLoginEnded(listener: (loginId: string) => void): () => void;
  /** Keeps a ticket, by the hash of it, for `forMs`. */
  addTicket(hash: string, grant: TicketGrant, forMs: number): Promise<void>;
  /** What a ticket opens; undefined where it is unknown, used up or expired. */
  ticket(hash: string): Promise<StoredTicket | undefined>;
  /** Uses a ticket up; true for exactly one caller, and for none once it is bound. */
  redeemTicket(hash: string): Promise<boolean>;
  /** Binds a ticket to whoever uses it now, and keeps it for `forMs`; true for exactly one caller, who did not redeem it. */
  bindTicket(hash: string, forMs: number): Promise<boolean>;
  /** Keeps a bound ticket for `forMs` from now on; writes nothing while more than half of that is left. */
  keepTicket(hash: string, forMs: number): Promise<void>;
}

/** Lasting links to models. They go with their job. */
export interface Shares {
  /**
   * Keeps a link for `forMs`, or until it is revoked (null). `full` where the job has `limit` links already, `unknown`
   * where the job is no longer there; nothing is written then.
   */
  addShare(
    share: NewShare,
    options: { forMs: number | null; limit: number },
  ): Promise<StoredShare | 'full' | 'unknown'>;
  /** The links of a job that have not expired, newest first. */
  shares(jobId: string): Promise<StoredShare[]>;
  /** The link whose token has this hash; undefined where it is unknown, revoked or expired. */
  share(hash: string): Promise<StoredShare | undefined>;
  /** Revokes a link of a job at once; false where there is none. */
  removeShare(jobId: string, shareId: string): Promise<boolean>;
}

/** Gives the event back that an entry stores. */
export function entryEvent(entry: Entry): TaskEvent {
  return { type: entry.type, data: JSON.parse(entry.data) };
}

export type * from './types.ts';
