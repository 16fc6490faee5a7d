import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { ModelFile } from '@image2model/protocol';
import { StorageFullError, StorageGoneError } from '../../files/contract.ts';
import { isFull } from '../../files/errno.ts';
import { ShortageError, shortageOf } from '../../shortage.ts';
import type { Entry } from '../contract.ts';
import type { FileState, TaskState } from '../task-state.ts';
import type { GroupSync } from './group-sync.ts';
import { fromMessage, moveIso } from './rows.ts';
import type { QueryRows, TaskRecord } from './rows.ts';
import { sql } from './sql.ts';
import type { StoreClock } from './store-clock.ts';

/** What SQLite says of a database that contradicts itself, or is none any more (SQLITE_CORRUPT, SQLITE_NOTADB). */
const damagedCodes: readonly unknown[] = [11, 26];

const pageBytes = 4096;

type StatementName = keyof typeof sql;
/** What a task's row has beside its state. */
type RowFields = 'turn' | 'compactAt' | 'reserved' | 'skippedTo';

/** What a session needs of the {@link StoreClock}; a clock that cannot be saved begins anew with each process. */
export type SessionClock = Pick<StoreClock, 'now' | 'toWall'> & Partial<Pick<StoreClock, 'toStore' | 'due' | 'save'>>;

interface SessionOptions {
  clock: SessionClock;
  sync: GroupSync;
  /** Called after each commit, before anybody hears of it, with how many pages it has written at a guess. */
  committed: (pages: number) => void;
  rolledBack: () => void;
}

/**
 * The database with its prepared statements, and the one way to change it: a transaction whose entries are collected and
 * handed out once it is on the disk.
 */
export class Session {
  /** The store's time; see {@link StoreClock}. */
  readonly now: () => number;
  /** What people see for a store time: what the wall clock showed. */
  readonly toWall: (time?: number) => number;
  readonly #db: DatabaseSync;
  readonly #options: SessionOptions;
  readonly #statements: Readonly<Record<StatementName, StatementSync>>;
  /** By task, in the order in which the tasks were first touched. */
  #written = new Map<string, Entry[]>();
  #after: (() => void)[] = [];
  #pages = 0;
  #damage: StorageGoneError | undefined;

  constructor(db: DatabaseSync, options: SessionOptions) {
    this.#db = db;
    this.#options = options;
    const { clock } = options;
    this.now = () => clock.now();
    this.toWall = (time) => clock.toWall(time);
    const prepared = Object.entries(sql).map(([name, text]) => [name, db.prepare(text)] as const);
    // So that a record can be handed over whole.
    for (const [, statement] of prepared) statement.setAllowUnknownNamedParameters(true);
    this.#statements = Object.fromEntries(prepared) as Record<StatementName, StatementSync>;
  }

  /** The first row, if any. Its shape is trusted: the schema is ours alone. */
  get<Name extends keyof QueryRows>(name: Name, ...parameters: SQLInputValue[]): QueryRows[Name] | undefined {
    try {
      return this.#statements[name].get(...parameters) as QueryRows[Name] | undefined;
    } catch (error) {
      throw this.#noted(error);
    }
  }

  all<Name extends keyof QueryRows>(name: Name, ...parameters: SQLInputValue[]): QueryRows[Name][] {
    try {
      return this.#statements[name].all(...parameters) as QueryRows[Name][];
    } catch (error) {
      throw this.#noted(error);
    }
  }

  /** Runs a statement with positional parameters; returns the number of rows changed. */
  run(name: StatementName, ...parameters: SQLInputValue[]): number {
    this.#pages += 1;
    try {
      return Number(this.#statements[name].run(...parameters).changes);
    } catch (error) {
      throw this.#noted(error);
    }
  }

  /** The same with named parameters; returns the id of the row that was inserted last. */
  insert(name: StatementName, named: Record<string, SQLInputValue>): number {
    this.#pages += 1;
    try {
      return Number(this.#statements[name].run(named).lastInsertRowid);
    } catch (error) {
      throw this.#noted(error);
    }
  }

  /** Throws a {@link StorageGoneError} once SQLite has come upon something that cannot be: the next start looks at all of it. */
  requireWhole(): void {
    if (this.#damage) throw this.#damage;
  }

  #noted(error: unknown): unknown {
    if (isDamaged(error)) this.#damage ??= new StorageGoneError('The database is damaged', { cause: error });
    return error;
  }

  /** As {@link change}; resolves once it is on the disk. */
  async durable<Result>(work: () => Result): Promise<Result> {
    const result = this.change(work);
    await this.#options.sync.synced();
    return result;
  }

  /** Runs `work` as one transaction: all of it is written or, when it throws, nothing. A power cut may take it back. */
  change<Result>(work: () => Result): Result {
    this.#options.sync.check();
    let result: Result;
    try {
      this.run('begin');
      result = work();
      this.#writeClock(this.#options.clock.due?.());
      this.run('commit');
    } catch (error) {
      this.#written = new Map();
      this.#after = [];
      if (this.#db.isTransaction) this.run('rollback');
      this.#options.rolledBack();
      throw refusal(error);
    }
    this.#options.committed(this.#pages);
    this.#pages = 0;
    const after = this.#after;
    this.#after = [];
    for (const call of after) call();
    const written = this.#written;
    this.#written = new Map();
    this.#options.sync.committed(written);
    return result;
  }

  /** Takes note of a statement of the transaction under way that writes more than one page. */
  weigh(bytes: number): void {
    this.#pages += bytes / pageBytes;
  }

  /** Called once the transaction under way is committed, before its entries are handed out. */
  afterCommit(call: () => void): void {
    this.#after.push(call);
  }

  /** Takes note of an entry that the transaction under way has written: it is handed out once that is on the disk. */
  wrote(entry: Entry): void {
    const entries = this.#written.get(entry.taskId);
    if (entries) entries.push(entry);
    else this.#written.set(entry.taskId, [entry]);
  }

  /** Writes what the next process's clock goes on from; inside a transaction. */
  saveClock(): void {
    this.#writeClock(this.#options.clock.save?.());
  }

  #writeClock(value: string | undefined): void {
    if (value !== undefined) this.insert('setMeta', { name: 'clock', value });
  }

  saveTask(place: number, task: TaskState, row: Pick<TaskRecord, RowFields>): void {
    const { status, progress, queuePosition, startedAt, finishedAt, waiting, running, ended, sequence, head } = task;
    const shown = [status, progress, ...fromMessage(task.message), queuePosition, startedAt, finishedAt];
    const kept = [row.turn, sequence, head, row.compactAt, row.reserved, row.skippedTo];
    this.run('saveTask', ...shown, waiting, running, ended, ...kept, place);
  }

  saveFile(place: number, file: FileState): void {
    const { state, status, progress, message, result, attemptId, details, attempts, lastError, crashes } = file;
    const { startedAt, dueAt, token, worker, head, fileId } = file;
    const remembered = file.remembered === undefined ? null : JSON.stringify(file.remembered);
    const shown = [state, status, progress, ...fromMessage(message)];
    const outcome = [json(result && this.#inStoreTime(result)), result && sizeOf(result), attemptId, json(details)];
    const failed = lastError === null ? [null, null, null] : fromMessage(lastError);
    const work = [crashes, startedAt, dueAt, token, worker, remembered];
    this.run('saveFile', ...shown, ...outcome, attempts, ...failed, ...work, head, place, fileId);
  }

  /** Its time as the store has times, so that it is shown right once the wall clock is. */
  #inStoreTime(result: ModelFile): ModelFile {
    const { clock } = this.#options;
    return { ...result, created_time: moveIso(result.created_time, (time) => clock.toStore?.(time) ?? time) };
  }

  /** Rejects when the database cannot be written. */
  async check(): Promise<void> {
    const version = this.#db.prepare('PRAGMA user_version').get() as { user_version: number };
    // The same number again: a real write that changes nothing.
    await this.durable(() => this.#db.exec(`PRAGMA user_version = ${version.user_version}`));
  }
}

function json(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}

function sizeOf({ size, extra_files: extras = [] }: NonNullable<FileState['result']>): number {
  return extras.reduce((sum, extra) => sum + extra.size, size);
}

/** What left everything as it was says so: whoever changed something may try again. */
function refusal(error: unknown): unknown {
  if (isFull(error)) return new StorageFullError('There is no room left for the database', { cause: error });
  const short = isSqlite(error) ? shortageOf(error) : undefined;
  return short === undefined ? error : new ShortageError(short, error);
}

function isSqlite(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error;
}

/** Extended codes have the plain one in their low byte. */
function isDamaged(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && damagedCodes.includes(Number(error.errcode) & 0xff);
}
