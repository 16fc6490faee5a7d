import { UnusableDatabaseError } from '../engine/sqlite/inspect.ts';
import { LockFileError } from '../files/lock-file.ts';
import { errnoOf } from '../files/errno.ts';

/** The command cannot be run like this, and nothing was done. The message says what to do. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** It was begun and could not be done. */
export class FailedError extends Error {
  override readonly name = 'FailedError';
}

/** SQLite's codes for a file that it may not write, and for one that it cannot open. */
const closedCodes: readonly unknown[] = [8, 14];

/** What the system said, in a sentence that names the file; anything else as it is. */
export function inWords(error: unknown): unknown {
  const code = errnoOf(error);
  const path = error instanceof Error && 'path' in error ? String(error.path) : 'the disk';
  const full = error instanceof Error && 'errcode' in error && error.errcode === 13;
  const closed = error instanceof Error && 'errcode' in error && closedCodes.includes(error.errcode);
  if (error instanceof LockFileError) return new RefusedError(error.message, { cause: error });
  if (error instanceof UnusableDatabaseError) return new FailedError(error.message, { cause: error });
  if (closed) return new FailedError('The database in DATA_DIR cannot be opened by this user', { cause: error });
  if (full || code === 'ENOSPC' || code === 'EDQUOT') return new FailedError('There is not enough space on the disk');
  if (code === 'EACCES' || code === 'EPERM') return new FailedError(`${path} cannot be opened by this user`);
  if (code === 'EROFS') return new FailedError(`${path} is on a read-only disk`);
  if (code === 'EIO') return new FailedError(`${path} cannot be read: the disk reports an error`);
  if (code === 'ENOTDIR') return new FailedError(`${path} is inside something that is not a folder`);
  return error;
}
