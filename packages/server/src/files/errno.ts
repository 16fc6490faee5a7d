import { FileMissingError, StorageFullError } from './errors.ts';

/** What the system says of a failed call, `ENOENT` for instance. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** SQLite's codes for a disk that has no room: for the database, and for the memory that it shares (`-shm`). */
const fullCodes: readonly unknown[] = [13, 4874];

/** Whether this says that the disk is full, or this user's share of it: in the system's words, SQLite's or ours. */
export function isFull(error: unknown): boolean {
  if (error instanceof StorageFullError) return true;
  if (error instanceof Error && 'errcode' in error) return fullCodes.includes(error.errcode);
  const code = errnoOf(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** Throws a full disk as a {@link StorageFullError}, and anything else as it is. */
export function throwFull(error: unknown): never {
  if (isFull(error)) throw new StorageFullError('The disk is full', { cause: error });
  throw error;
}

/** Throws a missing file as a {@link FileMissingError}, and anything else as it is. */
export function throwMissing(error: unknown): never {
  if (errnoOf(error) === 'ENOENT') throw new FileMissingError('There is no such file', { cause: error });
  throw error;
}

/** Undefined for a missing file; throws anything else. */
export function undefinedIfMissing(error: unknown): undefined {
  if (errnoOf(error) !== 'ENOENT') throw error;
  return undefined;
}
