import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { migrations } from './migrations.ts';
import { enableVacuum } from './vacuum.ts';

/** SQLite's codes for a file that it may not write, that it cannot open, and that is none of its own. */
const unusableCodes: readonly unknown[] = [8, 14, 26];

/** An open database that no other process claims from, and the function that lets go of it (may be called twice). */
export interface OpenDatabase {
  db: DatabaseSync;
  close(): void;
}

/**
 * Opens the database, takes the lock beside it (`<file>.lock`) and brings the schema up to date. `:memory:` needs no
 * lock. Throws an error that says what to do when another process holds the lock or a newer version wrote the file.
 */
export function openDatabase(file: string, steps: readonly string[] = migrations): OpenDatabase {
  return openLocked(file, lockDatabase(file), steps);
}

/** The same where the lock is held already; it is let go of with the database, or where that cannot be opened. */
export function openLocked(file: string, unlock: () => void, steps: readonly string[] = migrations): OpenDatabase {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { timeout: 5000, enableForeignKeyConstraints: true });
    // Before the first table, or it takes a rewrite: see vacuum.ts.
    db.exec('PRAGMA auto_vacuum = INCREMENTAL');
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = NORMAL');
    // Checkpoints are made on a thread (see checkpoint.ts); this is for when it cannot keep up: 64 MB of log.
    db.exec('PRAGMA wal_autocheckpoint = 16384');
    db.exec('PRAGMA journal_size_limit = 67108864');
    migrate(db, file, steps);
    enableVacuum(db);
  } catch (error) {
    db?.close();
    unlock();
    throw error;
  }
  const opened = db;
  return {
    db: opened,
    close() {
      if (!opened.isOpen) return;
      opened.close();
      unlock();
    },
  };
}

/** Takes the lock of a database, and gives the function that lets go of it. */
export function lockDatabase(file: string): () => void {
  if (file === ':memory:') return () => undefined;
  mkdirSync(dirname(file), { recursive: true });
  const lock = takeLock(file);
  return () => lock.close();
}

/**
 * Holds SQLite's own exclusive lock on a second, empty database: the system lets go of it when the process dies,
 * however it dies, and the real database can still be read (backups) while the server runs.
 */
function takeLock(file: string): DatabaseSync {
  // A process that was just killed may need a moment to be gone.
  const lock = new DatabaseSync(`${file}.lock`, { timeout: 500, open: false });
  try {
    lock.open();
    lock.exec('PRAGMA locking_mode = EXCLUSIVE');
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    if (lock.isOpen) lock.close();
    const { errcode } = error as { errcode?: number };
    if (unusableCodes.includes(errcode)) {
      const advice = `remove it, or let this user write to it`;
      throw new Error(`${file}.lock cannot be used: ${advice}`, { cause: error });
    }
    if (errcode !== 5) throw error;
    throw new Error(`${dirname(file)} is in use by another server: stop it, or set another DATA_DIR`, { cause: error });
  }
}

function migrate(db: DatabaseSync, file: string, steps: readonly string[]): void {
  const version = (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
  if (version > steps.length) {
    throw new Error(`${file} was written by a newer version of image2model (schema ${version}): upgrade this one`);
  }
  for (const [index, step] of steps.entries()) {
    if (index < version) continue;
    db.exec('BEGIN IMMEDIATE');
    try {
      db.exec(step);
      db.exec(`PRAGMA user_version = ${index + 1}`);
      db.exec('COMMIT');
    } catch (error) {
      // Without room for it, SQLite has taken it back already.
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }
}
