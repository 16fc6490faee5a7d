import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
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
  writeFile,
} from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ByteRange, FileStore } from './contract.ts';
import { errnoOf, throwFull, throwMissing, undefinedIfMissing } from './errno.ts';
import { StorageFullError } from './errors.ts';
import { areRemovalsHeld } from './hold.ts';
import { createSpool } from './spool.ts';
import type { Spool, SpooledFile, Written } from './spool.ts';

interface DiskOptions {
  /** Made when it is not there. */
  directory: string;
  /** Below this much free space nothing more is accepted. */
  minFreeBytes?: number | undefined;
}

/** Room that is kept free, so that the database can still be written when the files have to stop. */
export const defaultMinFreeBytes = 128 * 1024 * 1024;

/** How often a directory is made again that another process removed as empty before a file was moved into it. */
const maxMoves = 10;

/**
 * A file store on the local disk. Files are spooled beside the others and renamed once they are whole and synced.
 * Several processes may work on one directory.
 */
export async function createDiskStore(options: DiskOptions): Promise<FileStore> {
  const { directory, minFreeBytes = defaultMinFreeBytes } = options;
  const root = resolve(directory);
  return new DiskStore(root, await createSpool(join(root, '.incoming')), minFreeBytes);
}

class DiskStore implements FileStore {
  readonly spool: Spool;
  readonly #root: string;
  readonly #minFreeBytes: number;

  constructor(root: string, spool: Spool, minFreeBytes: number) {
    this.#root = root;
    this.spool = spool;
    this.#minFreeBytes = minFreeBytes;
  }

  async put(key: string, { path }: SpooledFile): Promise<void> {
    await moveTo(this.#locate(key), path).catch(throwFull);
  }

  async write(...[key, data, options]: Parameters<FileStore['write']>): Promise<Written> {
    const target = this.#locate(key);
    const spooled = await this.spool.receive(data, options);
    try {
      await moveTo(target, spooled.path);
    } catch (error) {
      await this.spool.discard(spooled);
      return throwFull(error);
    }
    return { sizeBytes: spooled.sizeBytes, sha256: spooled.sha256 };
  }

  async read(key: string): Promise<Uint8Array> {
    return await readFile(this.#locate(key)).catch(throwMissing);
  }

  async open(key: string, range?: ByteRange): Promise<Readable> {
    // Opened here so that a missing file is an error of this call and not of the stream.
    const handle = await open(this.#locate(key)).catch(throwMissing);
    return createReadStream('', { fd: handle, autoClose: true, ...range });
  }

  async stat(...[key]: Parameters<FileStore['stat']>): ReturnType<FileStore['stat']> {
    const found = await stat(this.#locate(key), { bigint: true }).catch(undefinedIfMissing);
    if (found === undefined || !found.isFile()) return undefined;
    const { size, mtimeMs, mtimeNs, ctimeNs, ino } = found;
    // The time of the inode's own change cannot be set back, as that of its bytes can.
    return { sizeBytes: Number(size), modifiedAt: Number(mtimeMs), version: `${ino} ${mtimeNs} ${ctimeNs} ${size}` };
  }

  async remove(key: string): Promise<void> {
    const path = this.#locate(key);
    await unlink(path).catch(undefinedIfMissing);
    await removeEmpty(dirname(path), this.#root);
  }

  async removePrefix(prefix: string): Promise<void> {
    const path = this.#locate(prefix);
    await rm(path, { recursive: true, force: true });
    await removeEmpty(dirname(path), this.#root);
  }

  async areRemovalsHeld(): Promise<boolean> {
    return areRemovalsHeld(this.#root);
  }

  async *list(prefix: string): AsyncGenerator<string> {
    const directory = await opendir(this.#locate(prefix)).catch(undefinedIfMissing);
    // Closed by the loop, whichever way it ends.
    for await (const entry of directory ?? []) yield entry.name;
  }

  async copy(from: string, to: string): Promise<Written> {
    const [source, target] = [this.#locate(from), this.#locate(to)];
    const temporary = join(this.spool.directory, randomUUID());
    try {
      await linkOrCopy(source, temporary);
      const written = await checksum(temporary);
      await moveTo(target, temporary);
      return written;
    } catch (error) {
      await rm(temporary, { force: true });
      if (errnoOf(error) === 'ENOENT') return throwMissing(error);
      return throwFull(error);
    }
  }

  async requireRoom(): Promise<void> {
    const { freeBytes } = await this.room();
    if (freeBytes < this.#minFreeBytes) throw new StorageFullError('The disk is nearly full');
  }

  async check(): Promise<void> {
    await this.requireRoom();
    const probe = join(this.spool.directory, randomUUID());
    await writeFile(probe, '', { flag: 'wx' }).catch(throwFull);
    await unlink(probe);
  }

  async room(): Promise<{ totalBytes: number; freeBytes: number }> {
    const { blocks, bavail, bsize } = await statfs(this.#root);
    return { totalBytes: blocks * bsize, freeBytes: bavail * bsize };
  }

  async close(): Promise<void> {
    // Nothing stays open between calls.
  }

  #locate(key: string): string {
    if (!isSafeKey(key)) throw new Error('A file key must be a relative path of plain parts');
    return join(this.#root, ...key.split('/'));
  }
}

function isSafeKey(key: string): boolean {
  const parts = key.split('/');
  return (
    key.length <= 1024 &&
    parts.every((part) => /^[\w.-]+$/.test(part) && !part.startsWith('.')) &&
    (sep === '/' || !key.includes(sep))
  );
}

async function moveTo(target: string, temporary: string): Promise<void> {
  for (let moves = 1; ; moves += 1) {
    await mkdir(dirname(target), { recursive: true });
    try {
      await rename(temporary, target);
      return;
    } catch (error) {
      const isDirectoryGone = errnoOf(error) === 'ENOENT' && (await stat(temporary).catch(undefinedIfMissing));
      if (!isDirectoryGone || moves >= maxMoves) throw error;
    }
  }
}

async function linkOrCopy(source: string, target: string): Promise<void> {
  try {
    await link(source, target);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOSPC') throw error;
    // A file system without hard links, or one that has as many of this file as it allows.
    await copyFile(source, target);
  }
}

async function checksum(path: string): Promise<Written> {
  const hash = createHash('sha256');
  const { size } = await stat(path);
  await pipeline(createReadStream(path), hash);
  return { sizeBytes: size, sha256: hash.digest('hex') };
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
