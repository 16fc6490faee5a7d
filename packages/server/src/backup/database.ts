import { rm } from 'node:fs/promises';
import { backup, DatabaseSync } from 'node:sqlite';
import { openDatabase } from '../engine/sqlite/database.ts';
import { FailedError } from './errors.ts';

/** Pages copied at once: all. A backup in steps begins anew whenever the server writes between two of them. */
const allPages = 2_147_483_647;

/** Copies a database as it is at this moment, also while a server writes to it. */
export async function copyDatabase(from: string, to: string): Promise<void> {
  const source = openToRead(from);
  try {
    await backup(source, to, { rate: allPages });
  } catch (error) {
    throw damaged(from, error);
  } finally {
    source.close();
  }
}

/** Opens a database that others may be writing to. */
export function openToRead(file: string): DatabaseSync {
  return new DatabaseSync(file, { readOnly: true, timeout: 5000 });
}

/**
 * Brings a copy up to date and finds it to be whole; one file is left of it. Throws a sentence that calls it `name` where
 * it is damaged or of a newer version.
 */
export async function prepareCopy(file: string, name: string): Promise<void> {
  try {
    const opened = openDatabase(file);
    const { db } = opened;
    try {
      const [found] = db.prepare('PRAGMA quick_check(1)').all() as { quick_check: string }[];
      if (found?.quick_check !== 'ok') throw new FailedError(`${name} is damaged: ${found?.quick_check}`);
      // Whoever opens it to read would leave files beside it otherwise. A server sets it back.
      db.exec('PRAGMA journal_mode = DELETE');
    } finally {
      opened.close();
    }
  } catch (error) {
    throw damaged(name, error);
  }
  await rm(`${file}.lock`, { force: true });
}

/** SQLite's own words name no file. */
function damaged(name: string, error: unknown): unknown {
  // Malformed, and not a database.
  const isDamage = error instanceof Error && 'errcode' in error && (error.errcode === 11 || error.errcode === 26);
  return isDamage ? new FailedError(`${name} is damaged: ${error.message}`) : error;
}
