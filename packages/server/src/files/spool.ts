import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Ages } from './ages.ts';
import { throwFull, undefinedIfMissing } from './errno.ts';
import { FileTooLargeError } from './errors.ts';

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
  /**
   * Receives a file. An aborted signal, an error of the source or more than `maxBytes` (a {@link FileTooLargeError})
   * leaves nothing behind.
   */
  receive(
    data: Uint8Array | AsyncIterable<Uint8Array>,
    options?: { signal?: AbortSignal | undefined; maxBytes?: number | undefined },
  ): Promise<SpooledFile>;
  /** Removes a file that is not put into the store; nothing happens where it was. */
  discard(file: SpooledFile): Promise<void>;
  /**
   * Removes what this process has seen unchanged for so long, in ms: whoever received it died. The wall clock, and what
   * it says of the files, does not matter.
   */
  sweep(minAgeMs: number): Promise<void>;
}

/** Opens a spool; its folder is made when it is not there, and what others receive in it meanwhile stays. */
export async function createSpool(directory: string): Promise<Spool> {
  await mkdir(directory, { recursive: true });
  const ages = new Ages();
  return {
    directory,

    async receive(data, { signal, maxBytes = Infinity } = {}) {
      const path = join(directory, randomUUID());
      const hash = createHash('sha256');
      let sizeBytes = 0;
      const handle = await open(path, 'wx').catch(throwFull);
      try {
        for await (const chunk of data instanceof Uint8Array ? [data] : data) {
          signal?.throwIfAborted();
          sizeBytes += chunk.byteLength;
          if (sizeBytes > maxBytes) throw new FileTooLargeError(`More than ${maxBytes} bytes`);
          hash.update(chunk);
          await handle.appendFile(chunk);
        }
        signal?.throwIfAborted();
        await handle.datasync();
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
      for (const name of await readdir(directory)) {
        const path = join(directory, name);
        const found = await stat(path).catch(undefinedIfMissing);
        if (found === undefined) continue;
        if (ages.of(name, `${found.size} ${found.mtimeMs}`) >= minAgeMs) await rm(path, { force: true });
      }
    },
  };
}
