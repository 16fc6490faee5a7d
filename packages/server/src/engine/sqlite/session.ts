import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { TaskEvent } from '@image2model/protocol';
import type { Entry } from '../contract.ts';
import { sql } from './records.ts';
import type { FileRecord, QueryRows, TaskRecord } from './records.ts';

/** Entries of a running task that are always kept, whether or not a newer one of their key has come. */
export const tailEntries = 1000;
/** Compaction of the tail runs once for so many entries: small enough that no single write is slow. */
const compactEvery = 64;

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
    return Number(this.#statement(name).run(...parameters).changes);
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
      throw error;
    }
    this.#committed();
    const written = this.#written;
    if (written.size > 0) {
      this.#written = new Map();
      for (const [taskId, entries] of written) this.#publish(taskId, entries);
    }
    return result;
  }

  /**
   * Appends an event to a task's log, as the newest entry of `record`'s key (the task itself or one of its files), and
   * drops what it makes superfluous. Changes `task` and `record`; the caller saves both.
   */
  append<Type extends TaskEvent['type']>(
    task: TaskRecord,
    record: TaskRecord | FileRecord,
    type: Type,
    data: Omit<Extract<TaskEvent, { type: Type }>['data'], 'task_id' | 'sequence' | 'timestamp'>,
  ): void {
    task.sequence += 1;
    const { sequence, taskId } = task;
    const key = 'fileId' in record ? record.fileId : taskId;
    const text = JSON.stringify({ task_id: taskId, ...data, sequence, timestamp: this.now() });
    const replaced = record.head;
    record.head = sequence;
    this.run('insertEntry', task.place, sequence, key, type, text);
    // Below the tail stand only newest entries; one that has just been replaced there goes at once.
    if (replaced > 0 && replaced <= sequence - tailEntries) this.run('deleteEntry', task.place, replaced);
    let entries = this.#written.get(taskId);
    if (!entries) this.#written.set(taskId, (entries = []));
    entries.push({ taskId, key, sequence, type, data: text });
  }

  /** Saves a task and drops the entries that have left its tail. Every file of it is saved before. */
  saveTask(task: TaskRecord, sequenceBefore: number): void {
    this.#save('saveTask', task);
    const { sequence } = task;
    const block = Math.floor(sequence / compactEvery);
    const blockBefore = Math.floor(sequenceBefore / compactEvery);
    if (block === blockBefore) return;
    const upTo = block * compactEvery - tailEntries;
    if (upTo > 0) this.compact(task, blockBefore * compactEvery - tailEntries, upTo);
  }

  saveFile(file: FileRecord): void {
    this.#save('saveFile', file);
  }

  /** Drops the entries of a task in (above, upTo] that are not the newest of their key. */
  compact(task: TaskRecord, above: number, upTo: number): void {
    this.#statement('compactRange').run({ place: task.place, head: task.head, above, upTo });
  }

  #save(name: StatementName, row: TaskRecord | FileRecord): void {
    this.#statement(name).run({ ...row });
  }

  #statement(name: StatementName): StatementSync {
    const statement = this.#statements.get(name);
    if (!statement) throw new Error(`no statement ${name}`);
    return statement;
  }
}
