import type { DatabaseSync } from 'node:sqlite';
import type { NewJob } from '../contract.ts';
import { StorageFullError } from '../../files/contract.ts';
import { Feed } from '../feed.ts';
import { Signals } from '../signals.ts';
import { Checkpointer } from './checkpoint.ts';
import { Timings } from './estimate.ts';
import { Positions } from './positions.ts';
import { LiveTasks } from './live-tasks.ts';
import type { FileRecord } from './records.ts';
import { Reports } from './reports.ts';
import type { Report } from './reports.ts';
import { noteResult } from './results.ts';
import { Session } from './session.ts';
import { sweepDue, sweepEnded, takeBack } from './sweep.ts';
import { TaskLog } from './task-log.ts';
import { TaskChange } from './transitions.ts';
import type { ChangeContext } from './transitions.ts';
import { Wake } from './wake.ts';

/** What the engine says to the operator; pino fits. */
export interface EngineLog {
  error(details: object, message: string): void;
}

/** A sweep that comes later than this found the process standing still (stopped, asleep, busy). */
const stoodStillMs = 1000;
/** How soon what could not be written is tried again. */
const tryAgainMs = 1000;
/** How long holders have to renew their leases once they can again. */
const holdersFirstMs = 4000;

/**
 * The machinery behind the engine's methods: the parts with a lifetime, the ways to change a task, and the sweep that
 * the timer calls. Opening it voids the leases of a former process.
 */
export class Core {
  readonly session: Session;
  /** Tasks that have files at work. */
  readonly live: LiveTasks;
  readonly feed: Feed;
  readonly signals: Signals;
  readonly timings: Timings;
  readonly wake: Wake;
  readonly reports: Reports;
  readonly checkpointer: Checkpointer;
  /** The last turn given, on a counter over all tasks. */
  turn: number;
  /** See {@link Engine.interrupted}. */
  readonly interrupted: { jobId: string; fileId: string }[] = [];
  readonly #context: ChangeContext;
  readonly #taskLog: TaskLog;
  readonly #positions: Positions;
  /** Nothing could be written for a while, so that nobody could renew a lease. */
  #starved = false;
  readonly #log: EngineLog | undefined;

  constructor(db: DatabaseSync, path: string, now: () => number, log: EngineLog | undefined) {
    const onError = (error: unknown) => log?.error({ err: error }, 'A listener of the engine failed');
    this.#log = log;
    this.feed = new Feed(onError);
    this.signals = new Signals(onError);
    this.checkpointer = new Checkpointer(path, (error) => log?.error({ err: error }, 'The checkpoint thread failed'));
    this.session = new Session(db, {
      now,
      publish: (taskId, entries) => this.feed.publish(taskId, entries),
      committed: () => this.checkpointer.committed(),
    });
    this.live = new LiveTasks(this.session);
    this.#taskLog = new TaskLog(this.session, this.live);
    this.timings = new Timings(this.session);
    this.#context = {
      session: this.session,
      log: this.#taskLog,
      estimate: (task, files) => this.timings.estimate(task, files),
    };
    this.#positions = new Positions(this.session, (place, work) => this.change(place, work));
    this.wake = new Wake(now, (late) => this.#sweep(late));
    this.reports = new Reports((reports) => this.#takeReports(reports));
    this.turn = this.session.get('lastTurn')?.turn ?? 0;
    this.session.change(() => this.#taskLog.recover());
    this.#voidLeases();
    this.wake.by(now());
  }

  /** Inserts a task with its queued files; inside a transaction, after which {@link joinedQueue} is due. */
  insertTask(row: Parameters<Session['insert']>[1], { files, results }: Pick<NewJob, 'files' | 'results'>): void {
    const place = this.session.insert('insertTask', { ...row, total: files.length, turn: this.turn });
    for (const { fileId } of files) this.session.insert('insertTaskFile', { place, fileId });
    this.change(place, (change) => {
      for (const file of change.files) change.open(file);
      for (const file of change.files) {
        const result = results?.get(file.fileId);
        if (!result) continue;
        change.end(file, { status: 'completed', result });
        noteResult(this.session, change.task, file.fileId);
      }
      if (change.files.every((file) => file.state === 'ended')) change.begin();
      else change.queueAt(this.#positions.next());
    });
  }

  /** As one transaction: changes the file that a token still leases; false when it leases none. */
  withLease(token: string, work: (change: TaskChange, file: FileRecord) => unknown): boolean {
    this.reports.write();
    return this.session.change(() => {
      const file = this.live.leased(token);
      if (!file) return false;
      this.change(file.place, (change) => work(change, file));
      return true;
    });
  }

  /** Moves files of a task and settles it; inside a transaction. */
  change<Result>(place: number, work: (change: TaskChange) => Result): Result {
    const live = this.live.take(place);
    this.live.protect(live, live.files);
    this.live.leasesChange(live);
    this.#taskLog.fold(live);
    const change = new TaskChange(this.#context, live, { isReport: false });
    const result = work(change);
    change.settle();
    if (live.task.compactAt !== null) this.wake.by(live.task.compactAt);
    return result;
  }

  #takeReports(reports: readonly Report[]): boolean[] {
    return this.session.change(() => {
      const held = reports.map((report) => this.#takeReport(report));
      this.#taskLog.flush();
      return held;
    });
  }

  #takeReport({ token, progress, message }: Report): boolean {
    const file = this.live.leased(token);
    if (!file) return false;
    const live = this.live.take(file.place);
    this.live.protectReport(live, file);
    const change = new TaskChange(this.#context, live, { isReport: true });
    if (change.report(file, progress, message)) change.settle();
    return true;
  }

  #voidLeases(): void {
    // The less suspicious first. One that died with the server before waits until the ones before it had a second for
    // themselves: so it shows which of them it is that takes the server down, and the others get done.
    const files = this.session.all('allLeasedFiles').toSorted((a, b) => a.crashes - b.crashes);
    if (files.length === 0) return;
    const gone = files.length === 1 ? 'serverAlone' : 'server';
    this.session.change(() => {
      for (const [index, { place, fileId, crashes }] of files.entries()) {
        const dueAt = crashes > 0 && index > 0 ? this.session.now() + index * 1000 : null;
        this.change(place, (change) => {
          takeBack(change, change.file(fileId), gone, dueAt);
          this.interrupted.push({ jobId: change.task.jobId, fileId });
        });
      }
    });
  }

  /** A task has come; after the commit. */
  joinedQueue(): void {
    this.#positions.joined();
    this.signals.work();
  }

  /** A queued task has started or ended; after the commit. */
  leftQueue(): void {
    this.#positions.left();
    if (this.#positions.dueAt !== undefined) this.wake.by(this.#positions.dueAt);
  }

  /** Nobody could renew while nothing could be written: let the holders go first. */
  #prolongLeases(until: number): void {
    const held = [...this.live.all()].flatMap(({ files }) => files.filter(({ token }) => token !== null));
    this.session.change(() => {
      for (const { token } of held) this.session.run('renew', until, token);
    });
    for (const file of held) file.dueAt = until;
    this.#starved = false;
  }

  /** Does what has come due and returns when the next thing will be. */
  #sweep(late: number): number | undefined {
    const now = this.session.now();
    // Nobody could renew while the process stood still: let the holders go first.
    if (late > stoodStillMs) return now + stoodStillMs / 2;
    try {
      if (this.#starved) this.#prolongLeases(now + holdersFirstMs);
      const swept = this.session.change(() => {
        const found = sweepDue(this.session, (place, work) => this.change(place, work));
        sweepEnded(this.session, this.#taskLog);
        if ((this.#positions.dueAt ?? Infinity) <= now) this.#positions.refresh();
        return found;
      });
      if (swept.work) this.signals.work();
    } catch (error) {
      this.#log?.error({ err: error }, 'A sweep of the queue failed; it is tried again');
      this.#starved ||= error instanceof StorageFullError;
      return now + tryAgainMs;
    }
    const due = [this.session.get('nextDue')?.due, this.session.get('nextCompaction')?.due, this.#positions.dueAt];
    return due.reduce<number | undefined>((least, at) => Math.min(least ?? Infinity, at ?? Infinity), undefined);
  }
}
