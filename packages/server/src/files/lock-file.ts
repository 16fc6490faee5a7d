import { accessSync, chownSync, closeSync, constants, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { errnoOf } from './errno.ts';

/** SQLite's code for a lock that another holds. */
const busyCode = 5;
/** Its codes for a file that it may not write, that it cannot open, and that is none of its own. A full disk is waited for. */
const unusableCodes: readonly unknown[] = [8, 14, 26];
const deniedCodes: readonly unknown[] = ['EACCES', 'EPERM', 'EROFS'];

/** A lock file that this user cannot use. The message is a sentence that names it and the way out. */
export class LockFileError extends Error {
  override readonly name = 'LockFileError';
}

/**
 * Takes SQLite's own exclusive lock on an empty database of its own, which the system lets go of however its holder dies.
 * Gives the function that lets go of it; undefined where another holds it for longer than `waitMs`.
 */
export function takeLockFile(file: string, waitMs: number): (() => void) | undefined {
  requireWritable(file);
  const lock = new DatabaseSync(file, { timeout: waitMs });
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE');
    lock.exec('BEGIN EXCLUSIVE');
    return () => lock.close();
  } catch (error) {
    lock.close();
    const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
    if (code === busyCode) return undefined;
    throw unusableCodes.includes(code) ? unusable(file, error) : error;
  }
}

/** Makes a file where there is none; what root makes belongs to whom the folder belongs to. */
export function makeForOwner(file: string): void {
  if (statSync(file, { throwIfNoEntry: false }) !== undefined) return;
  closeSync(openSync(file, 'a'));
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(file));
  chownSync(file, uid, gid);
}

/** SQLite takes no lock, and does not say so, on a file that it may only read: one that root has made, for instance. */
function requireWritable(file: string): void {
  try {
    makeForOwner(file);
    accessSync(file, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw deniedCodes.includes(errnoOf(error)) ? unusable(file, error) : error;
  }
  if (!statSync(file).isFile()) throw unusable(file);
}

function unusable(file: string, cause?: unknown): LockFileError {
  return new LockFileError(`${file} cannot be used: remove it, or let this user write to it`, { cause });
}
