import { StorageFullError } from '../../files/contract.ts';

/** SQLite's codes for a disk that has no room: for the database, and for the memory that it shares (`-shm`). */
const fullCodes: readonly unknown[] = [13, 4874];

/** Throws what SQLite threw, as a {@link StorageFullError} where the disk was full. */
export function throwFull(error: unknown): never {
  if (error instanceof Error && 'errcode' in error && fullCodes.includes(error.errcode)) {
    throw new StorageFullError('There is no room left for the database', { cause: error });
  }
  throw error;
}
