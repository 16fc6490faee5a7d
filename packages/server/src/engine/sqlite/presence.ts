import { statSync } from 'node:fs';
import { StorageGoneError } from '../../files/contract.ts';

/**
 * Throws a {@link StorageGoneError} once the open database, or its log, is no longer what lies at its path: it was deleted,
 * replaced, or its volume is gone. SQLite would go on in files that nobody finds again. Costs some microseconds.
 */
export function createPresenceCheck(file: string): () => void {
  if (file === ':memory:') return () => undefined;
  const parts = [file, `${file}-wal`];
  const opened = parts.map(identify);
  return () => {
    if (parts.some((part, index) => identify(part) !== opened[index])) {
      throw new StorageGoneError('The database was taken away');
    }
  };
}

function identify(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev} ${found.ino}`;
}
