import { createHash, randomUUID } from 'node:crypto';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Ages } from './ages.ts';
import { errnoOf, throwFull, undefinedIfMissing } from './errno.ts';
import { FileTooLargeError, StorageGoneError } from './errors.ts';
import { makeFolder } from './folders.ts';

/** What was written. */
export interface Written {
  sizeBytes: number;
  /** Lower-case hex. */
  sha256: string;
}

/** A local file that was received whole and synced, and is not in the store yet. */
export interface SpooledFile extends Written {
  /** Absolute. */
  path: string;
}

/** A local folder for files on their way into a store. Several processes may share one. */
export interface Spool {
  /** Absolute. */
  readonly directory: string;
  /** Makes the folder, where that was not done yet: once, so that one that is taken away is missed. */
  prepare(): Promise<void>;
  /**
   * Receives a file. An aborted signal, an error of the source or more than `maxBytes` (a {@link FileTooLargeError})
   * leaves nothing behind. `isSynced: false`: a power cut may take it back, or half of it.
   */
  receive(
    data: Uint8Array | AsyncIterable<Uint8Array>,
    options?: { signal?: AbortSignal | undefined; maxBytes?: number | undefined; isSynced?: boolean | undefined },
  ): Promise<SpooledFile>;
  /** Removes a file that is not put into the store; nothing happens where it was. */
  discard(file: SpooledFile): Promise<void>;
  /**
   * Removes what this process has seen unchanged for so long, in ms: whoever received it died. The wall clock, and what
   * it says of the files, does not matter.
   */
  sweep(minAgeMs: number): Promise<void>;
}

/** Its folder was there before. */
function throwGone(error: unknown): never {
  if (errnoOf(error) === 'ENOENT') throw new StorageGoneError('The spool was taken away', { cause: error });
  return throwFull(error);
}

/** Opens a spool; its folder is made when it is first needed, and what others receive in it meanwhile stays. */
export function createSpool(directory: string): Spool {
  const ages = new Ages();
  let made: Promise<void> | undefined;
  async function prepare(): Promise<void> {
    made ??= makeFolder(directory);
    await made.catch((error: unknown) => {
      made = undefined;
      return throwFull(error);
    });
  }

  return {
    directory,
    prepare,

    async receive(data, { signal, maxBytes = Infinity, isSynced = true } = {}) {
      const path = join(directory, randomUUID());
      const hash = createHash('sha256');
      let sizeBytes = 0;
      await prepare();
      const handle = await open(path, 'wx').catch(throwGone);
      try {
        for await (const chunk of data instanceof Uint8Array ? [data] : data) {
          signal?.throwIfAborted();
          sizeBytes += chunk.byteLength;
          if (sizeBytes > maxBytes) throw new FileTooLargeError(`More than ${maxBytes} bytes`);
          hash.update(chunk);
          await handle.appendFile(chunk);
        }
        signal?.throwIfAborted();
        if (isSynced) await handle.datasync();
        await handle.close();
      } catch (error) {
        await handle.close();
        await rm(path, { force: true });
        return throwFull(error);
      }
      return { path, sizeBytes, sha256: hash.digest('hex') };
    },

    async discard({ path }) {
      await rm(path, { force: true });
    },

    async sweep(minAgeMs) {
      ages.begin();
      for (const name of (await readdir(directory).catch(undefinedIfMissing)) ?? []) {
        const path = join(directory, name);
        const found = await stat(path).catch(undefinedIfMissing);
        if (found === undefined) continue;
        if (ages.of(name, `${found.size} ${found.mtimeMs}`) >= minAgeMs) await rm(path, { force: true });
      }
    },
  };
}
