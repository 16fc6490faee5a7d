import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import {
  copyFile,
  link,
  mkdir,
  open,
  opendir,
  readFile,
  readdir,
  rename,
  rm,
  rmdir,
  stat,
  statfs,
  unlink,
} from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { FileMissingError, FileTooLargeError, StorageFullError } from './contract.ts';
import type { FileStore } from './contract.ts';

interface DiskOptions {
  /** Made when it is not there. */
  directory: string;
  /** Below this much free space nothing more is taken. */
  minFreeBytes?: number;
}

/** Room that is kept free, so that the database can still be written when the files have to stop. */
export const defaultMinFreeBytes = 128 * 1024 * 1024;

/**
 * A file store on the local disk. Files are written beside the others under a temporary name and renamed once they
 * are whole and synced; what an interrupted write left behind is swept when the store is opened.
 */
export async function createDiskStore(options: DiskOptions): Promise<FileStore> {
  const root = resolve(options.directory);
  const minFreeBytes = options.minFreeBytes ?? defaultMinFreeBytes;
  const incoming = join(root, '.incoming');
  // One process owns the directory (the engine's lock on its database sees to that), so nothing here is in use.
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true });

  const locate = (key: string): string => {
    if (!isSafeKey(key)) throw new Error('A file key must be a relative path of plain parts');
    return join(root, ...key.split('/'));
  };

  return {
    async write(key, data, { signal, maxBytes = Infinity } = {}) {
      const target = locate(key);
      const temporary = join(incoming, randomUUID());
      const hash = createHash('sha256');
      let sizeBytes = 0;
      const handle = await open(temporary, 'wx').catch(fullOrElse);
      try {
        for await (const chunk of chunks(data)) {
          signal?.throwIfAborted();
          sizeBytes += chunk.byteLength;
          if (sizeBytes > maxBytes) throw new FileTooLargeError(`More than ${maxBytes} bytes`);
          hash.update(chunk);
          await writeWhole(handle, chunk);
        }
        signal?.throwIfAborted();
        await handle.datasync();
        await handle.close();
        await mkdir(dirname(target), { recursive: true });
        await rename(temporary, target);
      } catch (error) {
        await handle.close();
        await rm(temporary, { force: true });
        return fullOrElse(error);
      }
      return { sizeBytes, sha256: hash.digest('hex') };
    },

    async read(key) {
      return await readFile(locate(key)).catch(missingOrElse);
    },

    async open(key, range) {
      // Opened here so that a missing file is an error of this call and not of the stream.
      const handle = await open(locate(key)).catch(missingOrElse);
      return createReadStream('', { fd: handle, autoClose: true, ...range });
    },

    async stat(key) {
      const found = await stat(locate(key)).catch(undefinedIfMissing);
      if (found === undefined || !found.isFile()) return undefined;
      return { sizeBytes: found.size, modifiedAt: found.mtimeMs };
    },

    async remove(key) {
      const path = locate(key);
      await unlink(path).catch(undefinedIfMissing);
      await removeEmpty(dirname(path), root);
    },

    async removePrefix(prefix) {
      const path = locate(prefix);
      await rm(path, { recursive: true, force: true });
      await removeEmpty(dirname(path), root);
    },

    async *list(prefix) {
      const directory = await opendir(locate(prefix)).catch(undefinedIfMissing);
      // Closed by the loop, whichever way it ends.
      for await (const entry of directory ?? []) yield entry.name;
    },

    async copy(from, to) {
      const target = locate(to);
      const temporary = join(incoming, randomUUID());
      try {
        await link(locate(from), temporary).catch(async (error: unknown) => {
          // A file system without hard links, or as many of them as it takes.
          if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOSPC') throw error;
          await copyFile(locate(from), temporary);
        });
        await mkdir(dirname(target), { recursive: true });
        await rename(temporary, target);
      } catch (error) {
        await rm(temporary, { force: true });
        if (codeOf(error) === 'ENOENT') missingOrElse(error);
        return fullOrElse(error);
      }
    },

    async sweep(time) {
      for (const name of await readdir(incoming)) {
        const path = join(incoming, name);
        const found = await stat(path).catch(undefinedIfMissing);
        if (found !== undefined && found.mtimeMs < time) await rm(path, { force: true });
      }
    },

    path: locate,

    async check() {
      const { bavail, bsize } = await statfs(root);
      const freeBytes = bavail * bsize;
      if (freeBytes < minFreeBytes) throw new StorageFullError('The disk is nearly full');
      const probe = join(incoming, randomUUID());
      const handle = await open(probe, 'wx').catch(fullOrElse);
      await handle.close();
      await unlink(probe);
    },

    async close() {
      // Nothing stays open between calls.
    },
  };
}

function isSafeKey(key: string): boolean {
  const parts = key.split('/');
  return (
    key.length <= 1024 &&
    parts.every((part) => /^[\w.-]+$/.test(part) && !part.startsWith('.')) &&
    (sep === '/' || !key.includes(sep))
  );
}

async function* chunks(data: Uint8Array | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (data instanceof Uint8Array) yield data;
  else yield* data;
}

async function writeWhole(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < chunk.byteLength) {
    const { bytesWritten } = await handle.write(chunk, offset);
    offset += bytesWritten;
  }
}

/** Directories of a removed job go with it; one that something else still lies in stays. */
async function removeEmpty(directory: string, root: string): Promise<void> {
  if (directory === root || !directory.startsWith(root + sep)) return;
  const left = await readdir(directory).catch(undefinedIfMissing);
  if (left !== undefined && left.length > 0) return;
  // Another write may have put something there meanwhile; then it stays.
  await rmdir(directory).catch(() => undefined);
  await removeEmpty(dirname(directory), root);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function fullOrElse(error: unknown): never {
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') throw new StorageFullError('The disk is full', { cause: error });
  throw error;
}

function missingOrElse(error: unknown): never {
  if (codeOf(error) === 'ENOENT') throw new FileMissingError('There is no such file', { cause: error });
  throw error;
}

function undefinedIfMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
  return undefined;
}
