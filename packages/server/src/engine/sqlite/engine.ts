import { randomUUID } from 'node:crypto';
import { hasEnded } from '@image2model/protocol';
import type { CancelOutcome, Engine, Entry, FileEnding, JobRow, Lease, NewFile, NewJob, TaskRow } from '../contract.ts';
import { Feed } from '../feed.ts';
import type { EntriesListener } from '../feed.ts';
import { messages } from '../messages.ts';
import { Signals } from '../signals.ts';
import { openDatabase } from './database.ts';
import type { OpenDatabase } from './database.ts';
import { Timings } from './estimate.ts';
import { Positions } from './positions.ts';
import { readEntries, readJob, readLease, readTask } from './reads.ts';
import type { FileRecord, TaskRecord } from './records.ts';
import { Reports } from './reports.ts';
import { Session } from './session.ts';
import { sweepDue, sweepEnded, takeBack } from './sweep.ts';
import { TaskChange } from './transitions.ts';
import { Wake } from './wake.ts';

/** What the engine says to the operator; pino fits. */
export interface EngineLog {
  error(details: object, message: string): void;
}

export interface SqliteEngineOptions {
  /** Path of the database, or `:memory:`. Its folder is made when it does not exist. */
  file: string;
  /** Milliseconds since the epoch; `Date.now` unless given. */
  now?: () => number;
  log?: EngineLog;
}

/** A sweep that comes later than this found the process standing still (stopped, asleep, busy). */
const stoodStillMs = 1000;

/**
 * Opens the embedded engine. There is one process for each database, so leases of an earlier one are void at once:
 * what it had not finished waits again when this resolves. Rejects when another process holds the database.
 */
export async function createSqliteEngine(options: SqliteEngineOptions): Promise<Engine> {
  return new SqliteEngine(openDatabase(options.file), options);
}

/**
 * SQLite is synchronous and this process its only writer, so each method is one transaction from start to end with
 * nothing in between: what a promise resolves to has been committed.
 */
class SqliteEngine implements Engine {
  readonly #open: OpenDatabase;
  readonly #session: Session;
  readonly #feed: Feed;
  readonly #signals: Signals;
  readonly #timings: Timings;
  readonly #positions: Positions;
  readonly #wake: Wake;
  readonly #reports: Reports;
  readonly #log: EngineLog | undefined;
  #turn: number;

  constructor(open: OpenDatabase, options: SqliteEngineOptions) {
    const now = options.now ?? Date.now;
    this.#open = open;
    this.#log = options.log;
    const onError = (error: unknown) => this.#log?.error({ err: error }, 'A listener of the engine failed');
    this.#feed = new Feed(onError);
    this.#signals = new Signals(onError);
    this.#session = new Session(open.db, { now, publish: (taskId, entries) => this.#feed.publish(taskId, entries) });
    this.#timings = new Timings(this.#session);
    this.#positions = new Positions(this.#session, (place, work) => this.#changeAt(place, work));
    this.#wake = new Wake(now, (late) => this.#sweep(late));
    this.#reports = new Reports((reports) =>
      this.#session.change(() =>
        reports.map(({ token, progress, message }) =>
          this.#changeLeased(token, (change, file) => change.report(file, progress, message)),
        ),
      ),
    );
    this.#turn = this.#session.get('lastTurn')?.turn ?? 0;
    this.#voidLeases();
    this.#wake.by(now());
  }

  async submit(job: NewJob): Promise<void> {
    this.#session.change(() => {
      const createdAt = this.#session.now();
      const row = { ...job, files: null, options: JSON.stringify(job.options), createdAt };
      this.#session.insert('insertJob', row);
      for (const file of job.files) this.#session.insert('insertFile', { ...file, jobId: job.jobId });
      this.#insertTask(row, job.files);
    });
    this.#positions.joined();
    this.#signals.work();
  }

  async task(taskId: string): Promise<TaskRow | undefined> {
    return readTask(this.#session, taskId);
  }

  async job(jobId: string): Promise<JobRow | undefined> {
    return readJob(this.#session, jobId);
  }

  async entries(taskId: string, after?: number): Promise<Entry[] | undefined> {
    return readEntries(this.#session, taskId, after);
  }

  async subscribe(taskId: string, listener: EntriesListener): Promise<() => void> {
    return this.#feed.subscribe(taskId, listener);
  }

  // Which worker it is does not matter here: there is one process, and the token tells its leases apart.
  async claim(_worker: string, leaseMs: number): Promise<Lease | undefined> {
    const task = this.#session.get('nextTask');
    const file = task && this.#session.get('waitingFile', task.place);
    if (!file) return undefined;
    const token = randomUUID();
    const dueAt = this.#session.now() + leaseMs;
    const leaves = task.status === 'queued';
    this.#session.change(() => {
      task.turn = this.#turn += 1;
      this.#change(task, (change) => change.start(file, token, dueAt));
    });
    this.#timings.sawRunning(this.#session.get('running')?.count ?? 0);
    if (leaves) this.#leftQueue();
    this.#wake.by(dueAt);
    return readLease(this.#session, task, file, token);
  }

  async renew(tokens: readonly string[], leaseMs: number): Promise<string[]> {
    if (tokens.length === 0) return [];
    const dueAt = this.#session.now() + leaseMs;
    const lost = this.#session.change(() => tokens.filter((token) => this.#session.run('renew', dueAt, token) === 0));
    this.#wake.by(dueAt);
    return lost;
  }

  async report(token: string, progress: number, message: string): Promise<boolean> {
    return this.#reports.add({ token, progress, message });
  }

  async remember(token: string, state: unknown): Promise<boolean> {
    return this.#session.run('remember', JSON.stringify(state) ?? null, token) === 1;
  }

  async finish(token: string, ending: FileEnding): Promise<boolean> {
    return this.#withLease(token, (change, file) => {
      if (ending.status === 'completed' && file.startedAt !== null) {
        this.#timings.add(change.task.model, Math.max(0, this.#session.now() - file.startedAt) / 1000);
      }
      change.end(file, ending);
    });
  }

  async release(
    token: string,
    options: { delayMs?: number; message?: string; countAttempt?: boolean } = {},
  ): Promise<boolean> {
    const { delayMs = 0, message = messages.fileHandedBack, countAttempt = true } = options;
    const dueAt = delayMs > 0 ? this.#session.now() + delayMs : null;
    const held = this.#withLease(token, (change, file) => {
      if (!countAttempt) file.attempts -= 1;
      change.putBack(file, message, dueAt);
    });
    if (!held) return false;
    if (dueAt === null) this.#signals.work();
    else this.#wake.by(dueAt);
    return true;
  }

  async cancel(taskId: string, fileId?: string): Promise<CancelOutcome> {
    this.#reports.write();
    const task = this.#session.get('task', taskId);
    if (!task) return 'unknown';
    const files = this.#session.all('taskFiles', task.place);
    const named = fileId === undefined ? files : files.filter((file) => file.fileId === fileId);
    if (named.length === 0) return 'unknown';
    const open = named.filter((file) => !hasEnded(file.status));
    if (open.length === 0) return 'ended';
    const tokens = open.flatMap((file) => file.token ?? []);
    const queued = task.status === 'queued';
    this.#session.change(() => {
      this.#change(task, (change) => {
        for (const file of open) change.end(file, { status: 'cancelled' });
      });
    });
    if (queued && task.status !== 'queued') this.#leftQueue();
    this.#signals.cancelled(tokens);
    return 'cancelled';
  }

  onWork(listener: () => void): () => void {
    return this.#signals.onWork(listener);
  }

  onCancel(listener: (tokens: readonly string[]) => void): () => void {
    return this.#signals.onCancel(listener);
  }

  async counts(): Promise<{ waiting: number; running: number }> {
    return this.#counts();
  }

  async check(): Promise<void> {
    const version = this.#open.db.prepare('PRAGMA user_version').get() as { user_version: number };
    // The same number again: a real write that changes nothing.
    this.#open.db.exec(`PRAGMA user_version = ${version.user_version}`);
  }

  async close(): Promise<void> {
    this.#wake.close();
    this.#signals.clear();
    this.#feed.clear();
    if (this.#open.db.isOpen) this.#reports.write();
    this.#open.close();
  }

  #counts(): { waiting: number; running: number } {
    return { ...(this.#session.get('counts') ?? { waiting: 0, running: 0 }) };
  }

  #insertTask(row: Parameters<Session['insert']>[1], files: readonly NewFile[]): void {
    const place = this.#session.insert('insertTask', { ...row, total: files.length, turn: this.#turn });
    for (const { fileId } of files) this.#session.insert('insertTaskFile', { place, fileId });
    this.#changeAt(place, (change) => {
      for (const file of this.#session.all('taskFiles', place)) change.open(file);
      change.queueAt(this.#positions.next());
    });
  }

  /** As one transaction: changes the file that a token still leases; false when it leases none. */
  #withLease(token: string, work: (change: TaskChange, file: FileRecord) => unknown): boolean {
    this.#reports.write();
    return this.#session.change(() => this.#changeLeased(token, work));
  }

  #changeLeased(token: string, work: (change: TaskChange, file: FileRecord) => unknown): boolean {
    const file = this.#session.get('leasedFile', token);
    if (!file) return false;
    this.#changeAt(file.place, (change) => work(change, file));
    return true;
  }

  #changeAt(place: number, work: (change: TaskChange) => unknown): void {
    const task = this.#session.get('taskAt', place);
    if (!task) throw new Error(`no task at ${place}`);
    this.#change(task, work);
  }

  #change(task: TaskRecord, work: (change: TaskChange) => unknown): void {
    const change = new TaskChange(this.#session, task, (of, files) => this.#timings.estimate(of, files));
    work(change);
    change.settle();
    if (task.compactAt !== null) this.#wake.by(task.compactAt);
  }

  #voidLeases(): void {
    const byTask = Map.groupBy(this.#session.all('allLeasedFiles'), (file) => file.place);
    if (byTask.size === 0) return;
    this.#session.change(() => {
      for (const [place, files] of byTask) {
        this.#changeAt(place, (change) => {
          for (const file of files) takeBack(change, file);
        });
      }
    });
  }

  #leftQueue(): void {
    this.#positions.left();
    if (this.#positions.dueAt !== undefined) this.#wake.by(this.#positions.dueAt);
  }

  /** Does what has come due and returns when the next thing will be. */
  #sweep(late: number): number | undefined {
    const now = this.#session.now();
    // Nobody could renew while the process stood still: let the holders go first.
    if (late > stoodStillMs) return now + stoodStillMs / 2;
    try {
      const swept = this.#session.change(() => {
        const found = sweepDue(this.#session, (place, work) => this.#changeAt(place, work));
        sweepEnded(this.#session);
        if ((this.#positions.dueAt ?? Infinity) <= now) this.#positions.refresh();
        return found;
      });
      if (swept.work) this.#signals.work();
    } catch (error) {
      this.#log?.error({ err: error }, 'A sweep of the queue failed; it is tried again');
      return now + stoodStillMs;
    }
    const due = [this.#session.get('nextDue')?.due, this.#session.get('nextCompaction')?.due, this.#positions.dueAt];
    return due.reduce<number | undefined>((least, at) => Math.min(least ?? Infinity, at ?? Infinity), undefined);
  }
}
