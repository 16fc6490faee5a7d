import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Entry } from '../contract.ts';
import { throwFull } from './full.ts';
import { sql } from './records.ts';
import type { FileRecord, QueryRows, TaskRecord } from './records.ts';

type StatementName = keyof typeof sql;

/**
 * The database with its prepared statements, and the one way to change it: {@link Session.change}, a transaction whose
 * entries are collected and handed out after the commit.
 */
export class Session {
  readonly db: DatabaseSync;
  readonly now: () => number;
  readonly #statements = new Map<StatementName, StatementSync>();
  readonly #publish: (taskId: string, entries: readonly Entry[]) => void;
  readonly #committed: () => void;
  /** By task, in the order in which the tasks were first touched. */
  #written = new Map<string, Entry[]>();
  #undo: (() => void)[] = [];
  #after: (() => void)[] = [];

  constructor(
    db: DatabaseSync,
    options: {
      now: () => number;
      publish: (taskId: string, entries: readonly Entry[]) => void;
      /** Called after each commit. */
      committed: () => void;
    },
  ) {
    this.db = db;
    this.now = options.now;
    this.#publish = options.publish;
    this.#committed = options.committed;
    for (const name of Object.keys(sql) as StatementName[]) {
      const statement = db.prepare(sql[name]);
      // So that a record can be handed over whole.
      statement.setAllowUnknownNamedParameters(true);
      this.#statements.set(name, statement);
    }
  }

  /** The first row, if any. Its shape is trusted: the schema is ours alone. */
  get<Name extends keyof QueryRows>(name: Name, ...parameters: SQLInputValue[]): QueryRows[Name] | undefined {
    return this.#statement(name).get(...parameters) as QueryRows[Name] | undefined;
  }

  all<Name extends keyof QueryRows>(name: Name, ...parameters: SQLInputValue[]): QueryRows[Name][] {
    return this.#statement(name).all(...parameters) as QueryRows[Name][];
  }

  /** Runs a statement with positional or named parameters; returns the number of rows changed. */
  run(name: StatementName, ...parameters: SQLInputValue[]): number {
    try {
      return Number(this.#statement(name).run(...parameters).changes);
    } catch (error) {
      throwFull(error);
    }
  }

  /** The same with named parameters; returns the id of the row that was inserted last. */
  insert(name: StatementName, named: Record<string, SQLInputValue>): number {
    return Number(this.#statement(name).run(named).lastInsertRowid);
  }

  /** Runs `work` as one transaction: all of it is written or, when it throws, nothing. */
  change<Result>(work: () => Result): Result {
    this.run('begin');
    let result: Result;
    try {
      result = work();
      this.run('commit');
    } catch (error) {
      this.#written = new Map();
      if (this.db.isTransaction) this.run('rollback');
      for (const undo of this.#undo.toReversed()) undo();
      this.#settle();
      throwFull(error);
    }
    this.#settle();
    this.#committed();
    const written = this.#written;
    if (written.size > 0) {
      this.#written = new Map();
      for (const [taskId, entries] of written) this.#publish(taskId, entries);
    }
    return result;
  }

  /** Called in reverse order when the transaction under way is rolled back: what is in memory goes back with it. */
  onRollback(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** Called after the transaction under way, however it ends, and before anybody hears of it. */
  afterwards(call: () => void): void {
    this.#after.push(call);
  }

  /** Takes note of an entry that the transaction under way has written: it is published after the commit. */
  wrote(entry: Entry): void {
    const entries = this.#written.get(entry.taskId);
    if (entries) entries.push(entry);
    else this.#written.set(entry.taskId, [entry]);
  }

  saveTask(row: TaskRecord): void {
    const { status, progress, message, queuePosition, startedAt, finishedAt, waiting, running, ended, turn } = row;
    const { sequence, head, compactAt, place } = row;
    const state = [status, progress, message, queuePosition, startedAt, finishedAt, waiting, running, ended, turn];
    this.run('saveTask', ...state, sequence, head, compactAt, place);
  }

  saveFile(row: FileRecord): void {
    const { state, status, progress, message, result, error, details, attempts, lastError, crashes } = row;
    const { startedAt, dueAt, token, remembered, head, place, fileId } = row;
    const shown = [state, status, progress, message, result, error, details, attempts, lastError, crashes];
    this.run('saveFile', ...shown, startedAt, dueAt, token, remembered, head, place, fileId);
  }

  #settle(): void {
    const after = this.#after;
    this.#undo = [];
    this.#after = [];
    for (const call of after) call();
  }

  #statement(name: StatementName): StatementSync {
    const statement = this.#statements.get(name);
    if (!statement) throw new Error(`no statement ${name}`);
    return statement;
  }
}
