import { rm } from 'node:fs/promises';
import { backup, DatabaseSync } from 'node:sqlite';
import { openDatabase } from '../engine/sqlite/database.ts';
import { inspectDatabase, isDamage, waysOut } from '../engine/sqlite/inspect.ts';
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
 * it is damaged, empty or of a newer version.
 */
export async function prepareCopy(file: string, name: string): Promise<void> {
  try {
    await inspectDatabase(file, async ({ isEmpty }) => {
      if (isEmpty) throw new FailedError(`${name} is empty: ${waysOut}`);
    });
    const opened = openDatabase(file);
    // Whoever opens it to read would leave files beside it otherwise. A server sets it back.
    opened.db.exec('PRAGMA journal_mode = DELETE');
    opened.close();
  } catch (error) {
    throw damaged(name, error);
  }
  await rm(`${file}.lock`, { force: true });
}

/** SQLite's own words name no file. */
function damaged(name: string, error: unknown): unknown {
  return isDamage(error) ? new FailedError(`${name} is damaged: ${waysOut}`, { cause: error }) : error;
}
