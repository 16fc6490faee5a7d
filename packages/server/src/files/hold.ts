import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { takeLockFile } from './lock-file.ts';

/** How long a backup waits for another one, and for whoever looks at the hold, in ms. */
const waitMs = 3000;
const sqliteBusy = 5;

/**
 * Holds back the removal of stored files while a backup reads them, for every process that works on the store. It is
 * SQLite's own lock on an empty file beside the store, so the system lets go of it however its holder dies. Returns the
 * function that ends it; undefined where another backup holds it.
 *
 * Whoever removes files records first that they are nobody's any more, looks at the hold then, and removes them last:
 * what a snapshot of the records lists that was taken under the hold stays until the hold ends.
 */
export function holdRemovals(storeRoot: string): (() => void) | undefined {
  return takeLockFile(holdFile(storeRoot), waitMs);
}

/** Whether a backup holds removals back at the moment. */
export function areRemovalsHeld(storeRoot: string): boolean {
  const file = holdFile(storeRoot);
  if (!existsSync(file)) return false;
  const lock = new DatabaseSync(file, { readOnly: true, timeout: 0 });
  try {
    lock.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  } finally {
    lock.close();
  }
}

function holdFile(storeRoot: string): string {
  return `${storeRoot}.hold`;
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;
}
