import { closeSync, fdatasync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers';
import { syncFolder } from '../../files/folders.ts';
import type { Entry } from '../contract.ts';

/** What one sync brings onto the disk. */
interface Group {
  /** By task: entries that nobody may see before. */
  readonly entries: Map<string, Entry[]>;
  readonly synced: PromiseWithResolvers<void>;
}

interface GroupSyncOptions {
  publish: (taskId: string, entries: readonly Entry[]) => void;
  /** Called once, when a sync has failed. */
  onFailure: (error: Error) => void;
}

/**
 * Brings commits onto the disk and hands their entries out afterwards, so that no reader sees what a power cut could take
 * back. SQLite writes its log (`-wal`) without waiting for the disk; here one `fdatasync` of it, on a thread of libuv,
 * covers all that was committed before it began, and what comes meanwhile shares the next one. Whatever SQLite moves from
 * the log into the database it syncs itself, before it uses the log anew.
 *
 * After a sync that failed nobody can say what is on the disk: the system drops what it could not write, and a second
 * sync succeeds without it. So the first failure is final. From then on every change is refused, what was committed and
 * not synced stays invisible, and the next start reads from the disk what really is there.
 */
export class GroupSync {
  /** Undefined for a database in memory, and once it is closed. */
  #log: number | undefined;
  readonly #options: GroupSyncOptions;
  readonly #file: string;
  /** What is committed now joins it. */
  #next: Group | undefined;
  #running: Group | undefined;
  #failure: Error | undefined;

  /** The database is open: its log exists, and stays the same file until it is closed. */
  constructor(file: string, options: GroupSyncOptions) {
    this.#options = options;
    this.#file = file;
    if (file === ':memory:') return;
    // No lock of SQLite's is on the log, so that closing it a second time gives none up (as it would with the database).
    this.#log = openSync(`${file}-wal`, 'r+');
  }

  /** Resolves once all that was committed so far is on the disk, and a new database is found again after a power cut. */
  async begin(): Promise<void> {
    if (this.#log !== undefined) {
      for (const folder of [dirname(this.#file), dirname(dirname(this.#file))]) await syncFolder(folder);
    }
    await this.synced();
  }

  /** Throws where a sync has failed. */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Takes the entries of a commit, by task: they are handed out once it is on the disk. */
  committed(written: ReadonlyMap<string, Entry[]>): void {
    if (written.size === 0) return;
    const { entries: waiting } = this.#join();
    for (const [taskId, entries] of written) {
      const before = waiting.get(taskId);
      if (before) before.push(...entries);
      else waiting.set(taskId, entries);
    }
  }

  /** Hands out entries that need not be on the disk: at once, or behind earlier ones of the task that wait. */
  handOut(taskId: string, entries: Entry[]): void {
    const waiting = this.#waitingWith(taskId)?.entries.get(taskId);
    if (waiting) waiting.push(...entries);
    else this.#options.publish(taskId, entries);
  }

  /** Resolves once all that is committed now is on the disk. */
  synced(): Promise<void> {
    return this.#join().synced.promise;
  }

  /** Resolves once no power cut can take back what can be read now: of one task, or of everything. */
  async settled(taskId?: string): Promise<void> {
    const group = taskId === undefined ? (this.#next ?? this.#running) : this.#waitingWith(taskId);
    await group?.synced.promise;
  }

  /** Waits for what is under way; may be called twice. */
  async close(): Promise<void> {
    await this.settled().catch(() => undefined);
    if (this.#log !== undefined) closeSync(this.#log);
    this.#log = undefined;
  }

  /** The group that has the newest entries of a task that wait. */
  #waitingWith(taskId: string): Group | undefined {
    return [this.#next, this.#running].find((group) => group?.entries.has(taskId));
  }

  #join(): Group {
    if (this.#next) return this.#next;
    const group: Group = { entries: new Map(), synced: Promise.withResolvers() };
    // Not everybody who commits waits.
    group.synced.promise.catch(() => undefined);
    this.#next = group;
    if (this.#failure) group.synced.reject(this.#failure);
    // What is committed in this turn of the loop goes with it.
    else if (!this.#running) setImmediate(() => this.#begin());
    return group;
  }

  #begin(): void {
    this.#running = this.#next;
    this.#next = undefined;
    if (this.#log === undefined) this.#ended(null);
    else fdatasync(this.#log, (error) => this.#ended(error));
  }

  #ended(error: Error | null): void {
    const group = this.#running;
    if (!group) return;
    if (error) {
      this.#fail(error);
      return;
    }
    this.#running = undefined;
    if (this.#next) this.#begin();
    for (const [taskId, entries] of group.entries) this.#options.publish(taskId, entries);
    group.synced.resolve();
  }

  /** The groups stay: what they hold must not be read. */
  #fail(cause: Error): void {
    const failure = new Error('The disk failed to store the database: check it, then restart the server', { cause });
    this.#failure = failure;
    for (const group of [this.#running, this.#next]) group?.synced.reject(failure);
    this.#options.onFailure(failure);
  }
}
