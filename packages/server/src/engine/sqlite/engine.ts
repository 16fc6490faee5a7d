import { randomUUID } from 'node:crypto';
import { hasEnded } from '@image2model/protocol';
import type { ModelFile } from '@image2model/protocol';
import type {
  Abandoned,
  CancelOutcome,
  DeleteOutcome,
  Engine,
  Entry,
  FileEnding,
  IdempotencyRecord,
  JobPage,
  JobRow,
  Lease,
  NewJob,
  Reservation,
  RetryOutcome,
  RetryTask,
  TaskRow,
  Work,
} from '../contract.ts';
import type { EntriesListener } from '../feed.ts';
import { messages } from '../messages.ts';
import { Core } from './core.ts';
import type { EngineLog } from './core.ts';
import { openDatabase } from './database.ts';
import { throwFull } from './full.ts';
import type { OpenDatabase } from './database.ts';
import { readEntries, readFiles, readJob, readJobs, readLease, readTask } from './reads.ts';
import { noteResult, readEarlierResult } from './results.ts';
import type { Session } from './session.ts';
import { reserve, spentOn } from './spending.ts';

export interface SqliteEngineOptions {
  /** Path of the database, or `:memory:`. Its folder is made when it does not exist. */
  file: string;
  /** Milliseconds since the epoch; `Date.now` unless given. */
  now?: () => number;
  log?: EngineLog;
}

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
  readonly #core: Core;
  readonly #session: Session;

  constructor(open: OpenDatabase, options: SqliteEngineOptions) {
    this.#open = open;
    this.#core = new Core(open.db, options.file, options.now ?? Date.now, options.log);
    this.#session = this.#core.session;
  }

  get interrupted(): Engine['interrupted'] {
    return this.#core.interrupted;
  }

  async submit(job: NewJob, idempotency?: IdempotencyRecord): Promise<IdempotencyRecord | undefined> {
    const earlier = this.#session.change(() => {
      const known = idempotency && this.#session.get('idempotency', job.owner, idempotency.key);
      if (known) return { ...known };
      const row = {
        ...job,
        files: null,
        results: null,
        options: JSON.stringify(job.options),
        createdAt: this.#session.now(),
      };
      this.#session.insert('insertJob', row);
      for (const file of job.files) this.#session.insert('insertFile', { ...file, jobId: job.jobId });
      if (idempotency) this.#session.insert('insertIdempotency', { ...row, ...idempotency });
      this.#core.insertTask(row, job);
    });
    const waits = (job.results?.size ?? 0) < job.files.length;
    if (!earlier && waits) this.#core.joinedQueue();
    return earlier;
  }

  async idempotency(owner: string, key: string): Promise<IdempotencyRecord | undefined> {
    const known = this.#session.get('idempotency', owner, key);
    return known && { ...known };
  }

  async retry(jobId: string, task: RetryTask): Promise<RetryOutcome> {
    const job = readJob(this.#session, this.#core.live, jobId);
    if (!job) return 'unknown';
    if (!hasEnded(job.status)) return 'running';
    const files = job.files.filter((file) => file.status !== 'completed');
    if (files.length === 0) return 'nothing';
    this.#session.change(() => {
      const { owner } = job;
      const options = JSON.stringify(task.options);
      this.#core.insertTask({ ...task, owner, jobId, options, createdAt: this.#session.now() }, { files });
    });
    this.#core.joinedQueue();
    return 'retried';
  }

  async deleteJob(jobId: string): Promise<DeleteOutcome> {
    if (this.#session.get('unfinishedTask', jobId)) return 'running';
    return this.#session.change(() => this.#session.run('deleteJob', jobId)) > 0 ? 'deleted' : 'unknown';
  }

  async listJobs(owner: string, page: { cursor?: string | undefined; limit: number }): Promise<JobPage> {
    return readJobs(this.#session, this.#core.live, owner, page);
  }

  async finishedBefore(time: number, limit: number): Promise<string[]> {
    return this.#session.all('finishedJobs', time, limit).map((row) => row.jobId);
  }

  async unknownJobs(jobIds: readonly string[]): Promise<string[]> {
    return this.#session.all('unknownJobs', JSON.stringify(jobIds)).map((row) => row.jobId);
  }

  async earlierResult(work: Work): Promise<{ jobId: string; result: ModelFile } | undefined> {
    return readEarlierResult(this.#session, work);
  }

  async task(taskId: string): Promise<TaskRow | undefined> {
    return readTask(this.#session, taskId);
  }

  async job(jobId: string): Promise<JobRow | undefined> {
    return readJob(this.#session, this.#core.live, jobId);
  }

  async entries(taskId: string, after?: number): Promise<Entry[] | undefined> {
    return readEntries(this.#session, this.#core.live, taskId, after);
  }

  async subscribe(taskId: string, listener: EntriesListener): Promise<() => void> {
    return this.#core.feed.subscribe(taskId, listener);
  }

  // Which worker it is does not matter here: there is one process, and the token tells its leases apart.
  async claim(_worker: string, leaseMs: number, busyModels: readonly string[] = []): Promise<Lease | undefined> {
    const busy = JSON.stringify(busyModels);
    // What was begun at a provider goes on there without us, is paid for, and is not kept for ever: it comes first.
    const begun = this.#session.get('begunFile', busy);
    const next = begun ? this.#session.get('taskAt', begun.place) : this.#session.get('nextTask', busy);
    const waiting = begun ?? (next && this.#session.get('waitingFile', next.place));
    if (!next || !waiting) return undefined;
    const token = randomUUID();
    const dueAt = this.#session.now() + leaseMs;
    const leaves = next.status === 'queued';
    const { task, file } = this.#session.change(() =>
      this.#core.change(next.place, (change) => {
        const taken = change.file(waiting.fileId);
        change.task.turn = this.#core.turn += 1;
        change.start(taken, token, dueAt);
        return { task: change.task, file: taken };
      }),
    );
    this.#core.timings.sawRunning(task.model, this.#core.live.running(task.model));
    if (leaves) this.#core.leftQueue();
    this.#core.wake.by(dueAt);
    return readLease(this.#session, task, file, token);
  }

  async renew(tokens: readonly string[], leaseMs: number): Promise<string[]> {
    if (tokens.length === 0) return [];
    const dueAt = this.#session.now() + leaseMs;
    const held = tokens.flatMap((token) => this.#core.live.leased(token) ?? []);
    this.#session.change(() => {
      for (const file of held) this.#session.run('renew', dueAt, file.token);
    });
    for (const file of held) file.dueAt = dueAt;
    this.#core.wake.by(dueAt);
    return tokens.filter((token) => !this.#core.live.leased(token));
  }

  async report(token: string, progress: number, message: string): Promise<boolean> {
    return this.#core.reports.add({ token, progress, message });
  }

  async remember(token: string, state: unknown): Promise<boolean> {
    const file = this.#core.live.leased(token);
    if (!file) return false;
    const remembered = JSON.stringify(state) ?? null;
    this.#session.run('remember', remembered, token);
    file.remembered = remembered;
    return true;
  }

  async finish(token: string, ending: FileEnding): Promise<boolean> {
    return this.#core.withLease(token, (change, file) => {
      if (ending.status === 'completed' && !ending.result.reused && file.startedAt !== null) {
        const seconds = Math.max(0, this.#session.now() - file.startedAt) / 1000;
        this.#core.timings.add(change.task.model, file.pixels, seconds);
      }
      change.end(file, ending);
      if (ending.status === 'completed') noteResult(this.#session, change.task, file.fileId);
    });
  }

  async release(
    token: string,
    options: { delayMs?: number; message?: string; error?: string; countAttempt?: boolean } = {},
  ): Promise<boolean> {
    const { delayMs = 0, message = messages.fileHandedBack, error, countAttempt = true } = options;
    const dueAt = delayMs > 0 ? this.#session.now() + delayMs : null;
    const held = this.#core.withLease(token, (change, file) => {
      if (!countAttempt) file.attempts -= 1;
      change.putBack(file, message, dueAt, error);
    });
    if (!held) return false;
    if (dueAt === null) this.#core.signals.work();
    else this.#core.wake.by(dueAt);
    return true;
  }

  async cancel(taskId: string, fileId?: string): Promise<CancelOutcome> {
    this.#core.reports.write();
    const task = this.#session.get('task', taskId);
    if (!task) return 'unknown';
    const files = readFiles(this.#session, this.#core.live, task);
    const named = fileId === undefined ? files : files.filter((file) => file.fileId === fileId);
    if (named.length === 0) return 'unknown';
    const open = named.filter((file) => !hasEnded(file.status));
    if (open.length === 0) return 'ended';
    const tokens = open.flatMap((file) => file.token ?? []);
    const left = open.flatMap(({ token, remembered }) =>
      token === null && remembered !== null ? { model: task.model, remembered: JSON.parse(remembered) as unknown } : [],
    );
    this.#session.change(() => {
      this.#core.change(task.place, (change) => {
        for (const file of open) change.end(change.file(file.fileId), { status: 'cancelled' });
      });
    });
    const stays = this.#session.get('task', taskId)?.status === 'queued';
    if (task.status === 'queued' && !stays) this.#core.leftQueue();
    this.#core.signals.cancelled(tokens);
    this.#core.signals.abandoned(left);
    return 'cancelled';
  }

  async reserve(reservation: Reservation, limitMicros: number | null): Promise<boolean> {
    return reserve(this.#session, reservation, limitMicros);
  }

  async settle(key: string, micros: number): Promise<void> {
    this.#session.run('settleSpending', micros, key);
  }

  async spent(day: string): Promise<number> {
    return spentOn(this.#session, day);
  }

  onWork(listener: () => void): () => void {
    return this.#core.signals.onWork(listener);
  }

  onCancel(listener: (tokens: readonly string[]) => void): () => void {
    return this.#core.signals.onCancel(listener);
  }

  async typicalSeconds(model: string): Promise<number | null> {
    return this.#core.timings.typical(model) ?? null;
  }

  onAbandoned(listener: (left: readonly Abandoned[]) => void): () => void {
    return this.#core.signals.onAbandoned(listener);
  }

  async counts(): Promise<{ waiting: number; running: number }> {
    return { ...(this.#session.get('counts') ?? { waiting: 0, running: 0 }) };
  }

  async check(): Promise<void> {
    const version = this.#open.db.prepare('PRAGMA user_version').get() as { user_version: number };
    // The same number again: a real write that changes nothing.
    try {
      this.#open.db.exec(`PRAGMA user_version = ${version.user_version}`);
    } catch (error) {
      throwFull(error);
    }
  }

  async close(): Promise<void> {
    this.#core.wake.close();
    this.#core.signals.clear();
    this.#core.feed.clear();
    if (this.#open.db.isOpen) this.#core.reports.write();
    await this.#core.checkpointer.close();
    this.#open.close();
  }
}
