import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { FileMissingError } from './contract.ts';
import type { FileStore } from './contract.ts';
import { errnoOf } from './errno.ts';

/** What is known of a file's bytes; where nothing is, it has to be there and not empty. */
export interface Facts {
  sizeBytes?: number | undefined;
  /** Lower-case hex. */
  sha256?: string | undefined;
}

/** Says whether stored files still are what was stored. */
export interface Verifier {
  /** As the store's own; undefined also for a file that is cut short or changed, or that the disk cannot read any more. */
  stat(key: string, facts: Facts): ReturnType<FileStore['stat']>;
}

/** Checksums that are kept, some 300 bytes each; beyond it those asked for longest ago go. */
const maxKept = 20_000;

/**
 * A verifier for the files of a store. The size is looked at each time; the bytes are read once, and again when the store
 * says that the file has changed since. What changes without the store noticing is not seen: `image2model check` reads
 * everything.
 */
export function createVerifier(store: Pick<FileStore, 'stat' | 'open'>): Verifier {
  const checksums = new Map<string, { version: string; sha256: Promise<string | undefined> }>();

  function checksumOf(key: string, version: string): Promise<string | undefined> {
    const known = checksums.get(key);
    checksums.delete(key);
    const sha256 = known?.version === version ? known.sha256 : checksum(store, key);
    checksums.set(key, { version, sha256 });
    // What could not be found out for a while, for want of descriptors say, is not remembered.
    sha256.catch(() => checksums.delete(key));
    const [oldest] = checksums.keys();
    if (checksums.size > maxKept && oldest !== undefined) checksums.delete(oldest);
    return sha256;
  }

  return {
    async stat(key, { sizeBytes, sha256 }) {
      const found = await store.stat(key);
      if (found === undefined) return undefined;
      if (sizeBytes === undefined ? found.sizeBytes === 0 : found.sizeBytes !== sizeBytes) return undefined;
      const isWhole = sha256 === undefined || (await checksumOf(key, found.version)) === sha256;
      return isWhole ? found : undefined;
    },
  };
}

/** Undefined where the file cannot be read any more. */
async function checksum(store: Pick<FileStore, 'open'>, key: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(await store.open(key), hash);
  } catch (error) {
    // A bad block is a lost file; whatever else goes wrong says nothing about it.
    if (error instanceof FileMissingError || errnoOf(error) === 'EIO') return undefined;
    throw error;
  }
  return hash.digest('hex');
}
