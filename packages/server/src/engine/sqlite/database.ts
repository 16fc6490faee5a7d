import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { takeLockFile } from '../../files/lock-file.ts';
import { migrations } from './migrations.ts';
import { enableVacuum } from './vacuum.ts';

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
    // Before the first table, or it takes a rewrite: see vacuum.ts. Whoever has it already would be written to.
    const { page_count: pages } = db.prepare('PRAGMA page_count').get() as { page_count: number };
    if (pages === 0) db.exec('PRAGMA auto_vacuum = INCREMENTAL');
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
  // A process that was just killed may need a moment to be gone. The database itself can be read (backups) meanwhile.
  const unlock = takeLockFile(`${file}.lock`, 500);
  if (unlock === undefined) {
    throw new Error(`${dirname(file)} is in use by another server: stop it, or set another DATA_DIR`);
  }
  return unlock;
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
