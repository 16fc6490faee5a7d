import { isFull } from '../../files/errno.ts';
import type { Engine } from '../contract.ts';
import { accessOf } from './access.ts';
import { Core } from './core.ts';
import { lockDatabase, openLocked } from './database.ts';
import type { OpenDatabase } from './database.ts';
import { Handle } from './handle.ts';
import { inspectDatabase, markName, toMark } from './inspect.ts';
import type { DatabaseFacts } from './inspect.ts';
import { jobsOf } from './jobs.ts';
import { ledgerOf } from './ledger.ts';
import { logOf } from './logs.ts';
import { patient } from './patience.ts';
import { cleanupsOf, queueOf } from './queue.ts';
import { sharesOf } from './shares.ts';
import { openClock } from './store-clock.ts';
import { Vacuum } from './vacuum.ts';
import type { EngineLog } from './sweep.ts';

export interface SqliteEngineOptions {
  /** Path of the database, or `:memory:`. Its folder is made when it does not exist. */
  file: string;
  /** The store's time and the wall clock's at once, in ms since the epoch; a {@link StoreClock} unless given. */
  now?: () => number;
  log?: EngineLog;
  /** Looks at what there is before anything is made or changed; throws where it must not be opened. */
  admit?: (facts: DatabaseFacts) => Promise<void>;
  /** Called when what was committed until then is in the database itself, and no longer in its log alone. */
  checkpointed?: () => void;
}

/** An open database. */
export interface SqliteStore {
  /** Another handle on it, with subscriptions of its own. */
  connect(): Engine;
  /** Ends all handles; may be called twice. */
  close(): Promise<void>;
}

/**
 * Opens the embedded engine's store. There is one process for each database, so leases of an earlier one are void at
 * once: what it had not finished waits again when this resolves. Rejects when another process holds the database, or when
 * it is damaged ({@link DatabaseDamagedError}).
 */
export async function openSqliteStore(options: SqliteEngineOptions): Promise<SqliteStore> {
  const { file, now, log, admit, checkpointed } = options;
  const open = await openAdmitted(file, admit ?? (async () => undefined));
  let core: Core;
  try {
    const clock = now === undefined ? openClock(open.db) : { now, toWall: (time = now()) => time };
    core = new Core(open.db, file, { clock, log, checkpointed });
    await core.begin();
  } catch (error) {
    open.close();
    throw error;
  }
  // From here on nobody waits for a lock on this thread: see patience.ts.
  open.db.exec('PRAGMA busy_timeout = 0');
  const vacuum = new Vacuum(open.db, {
    checkpoint: () => core.checkpoint(),
    onError: (error) => log?.error({ err: error }, 'The database could not be made smaller'),
  });
  // What was left to do when the last process ended.
  vacuum.notify();
  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    vacuum.close();
    await core.close();
    open.close();
  }
  return {
    connect: () => connect(new Handle(core), vacuum),
    close: () => (closing ??= close()),
  };
}

async function openAdmitted(file: string, admit: (facts: DatabaseFacts) => Promise<void>): Promise<OpenDatabase> {
  const unlock = lockDatabase(file);
  try {
    await inspectDatabase(file, admit);
  } catch (error) {
    unlock();
    throw error;
  }
  return openLocked(file, unlock);
}

/** Opens a store for one handle, and closes both with it. */
export async function createSqliteEngine(options: SqliteEngineOptions): Promise<Engine> {
  const store = await openSqliteStore(options);
  const engine = store.connect();
  return {
    ...engine,
    async close() {
      await engine.close();
      await store.close();
    },
  };
}

/**
 * SQLite is synchronous and this process its only writer, so each method is one transaction from start to end with
 * nothing in between. What a promise resolves to is on the disk by then, save where the contract says otherwise.
 */
function connect(handle: Handle, vacuum: Vacuum): Engine {
  const jobs = jobsOf(handle);
  return patient({
    ...jobs,
    async deleteJob(jobId) {
      const outcome = await jobs.deleteJob(jobId).catch(async (error: unknown) => {
        if (!isFull(error)) throw error;
        vacuum.emptyLog();
        return await jobs.deleteJob(jobId);
      });
      vacuum.notify();
      return outcome;
    },
    ...logOf(handle),
    ...queueOf(handle),
    ...cleanupsOf(handle),
    ...ledgerOf(handle),
    ...accessOf(handle),
    ...sharesOf(handle),

    async counts() {
      return { ...(handle.core.session.get('counts') ?? { waiting: 0, running: 0 }) };
    },

    async usage() {
      return { ...(handle.core.session.get('usage') ?? { files: 0, bytes: 0 }) };
    },

    async exclusively(name, work) {
      const { exclusive } = handle.core;
      if (exclusive.has(name)) return false;
      exclusive.add(name);
      try {
        await work();
      } finally {
        exclusive.delete(name);
      }
      return true;
    },

    async mark() {
      return toMark(handle.core.session.get('meta', markName)?.value);
    },

    async setMark(mark) {
      handle.core.requireStorage();
      const { session } = handle.core;
      await session.durable(() => session.insert('setMeta', { name: markName, value: JSON.stringify(mark) }));
    },

    async check() {
      handle.core.requireStorage();
      await handle.core.session.check();
    },

    async close() {
      handle.close();
    },
  });
}
