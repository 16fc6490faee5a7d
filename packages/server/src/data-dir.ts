import { join } from 'node:path';

/** Names in a `DATA_DIR`, and in a backup of it. */
export const databaseName = 'image2model.db';
export const filesName = 'files';

/** Where database and files lie in a `DATA_DIR`. */
export function placesIn(dataDir: string): { database: string; files: string } {
  return { database: join(dataDir, databaseName), files: join(dataDir, filesName) };
}
