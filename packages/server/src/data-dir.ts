import { join } from 'node:path';

/** Where database and files lie in a `DATA_DIR`. */
export function placesIn(dataDir: string): { database: string; files: string } {
  return { database: join(dataDir, 'image2model.db'), files: join(dataDir, 'files') };
}
