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
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ByteRange, FileStore } from './contract.ts';
import { errnoOf, throwFull, throwMissing, undefinedIfMissing } from './errno.ts';
import { StorageFullError, StorageGoneError } from './errors.ts';
import { areRemovalsHeld } from './hold.ts';
import { createFolders } from './folders.ts';
import type { Folders } from './folders.ts';
import { createSpool } from './spool.ts';
import type { Spool, SpooledFile, Written } from './spool.ts';

interface DiskOptions {
  /** Made with the first file where it is not there. */
  directory: string;
  /** Below this much free space nothing more is accepted. */
  minFreeBytes?: number | undefined;
}

/** Room that is kept free, so that the database can still be written when the files have to stop. */
export const defaultMinFreeBytes = 128 * 1024 * 1024;

/** Read at once of a folder, which may have a hundred thousand. */
const entriesAtOnce = 1024;

/** How often a directory is made again that another process removed as empty before a file was moved into it. */
const maxMoves = 10;

/**
 * A file store on the local disk. Files are spooled beside the others and renamed once they are whole and synced.
 * Several processes may work on one directory.
 */
export function createDiskStore(options: DiskOptions): FileStore {
  const { directory, minFreeBytes = defaultMinFreeBytes } = options;
  const root = resolve(directory);
  return new DiskStore(root, createSpool(join(root, '.incoming')), minFreeBytes);
}

class DiskStore implements FileStore {
  readonly spool: Spool;
  readonly #root: string;
  readonly #folders: Folders;
  readonly #minFreeBytes: number;
  /** Of the spool's folder, the first time that it was looked at. */
  #identity: string | undefined;

  constructor(root: string, spool: Spool, minFreeBytes: number) {
    this.#root = root;
    this.#folders = createFolders(root);
    this.spool = spool;
    this.#minFreeBytes = minFreeBytes;
  }

  async put(key: string, { path }: SpooledFile): Promise<void> {
    await this.#moveTo(this.#locate(key), path).catch(throwFull);
  }

  async write(...[key, data, options]: Parameters<FileStore['write']>): Promise<Written> {
    const target = this.#locate(key);
    const spooled = await this.spool.receive(data, options);
    try {
      if (options?.onlyBeside) await this.#moveBeside(target, spooled.path, options);
      else await this.#moveTo(target, spooled.path);
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
    // Whoever is told that it is gone forgets it: a power cut must not bring it back.
    await this.#folders.keep(dirname(path));
    await this.#removeEmpty(dirname(path));
  }

  async removePrefix(prefix: string): Promise<void> {
    const path = this.#locate(prefix);
    // All of it at one moment: what is written there meanwhile is not in the way. Without room even for that, in place.
    const aside = await this.#setAside(path, 0).catch(() => path);
    await rm(aside, { recursive: true, force: true });
    this.#folders.forget(path);
    // What somebody wanted gone does not come back after a power cut.
    await this.#folders.keep(dirname(path));
    await this.#removeEmpty(dirname(path));
  }

  async trash(prefix: string): Promise<void> {
    const path = this.#locate(prefix);
    await this.#setAside(path, Date.now());
    await this.#removeEmpty(dirname(path));
  }

  async emptyTrash(minAgeMs: number): Promise<void> {
    const before = Date.now() - minAgeMs;
    for (const name of (await readdir(this.#trash).catch(undefinedIfMissing)) ?? []) {
      const since = Number(name.slice(0, name.indexOf('-')));
      if (since <= before) await rm(join(this.#trash, name), { recursive: true, force: true });
    }
  }

  async areRemovalsHeld(): Promise<boolean> {
    return areRemovalsHeld(this.#root);
  }

  async *list(prefix: string): AsyncGenerator<string> {
    const directory = await opendir(this.#locate(prefix), { bufferSize: entriesAtOnce }).catch(undefinedIfMissing);
    // Closed by the loop, whichever way it ends.
    for await (const entry of directory ?? []) yield entry.name;
  }

  async copy(from: string, to: string): Promise<Written> {
    const [source, target] = [this.#locate(from), this.#locate(to)];
    const temporary = join(this.spool.directory, randomUUID());
    await this.spool.prepare();
    try {
      await linkOrCopy(source, temporary);
      const written = await checksum(temporary);
      await this.#moveTo(target, temporary);
      return written;
    } catch (error) {
      await rm(temporary, { force: true });
      if (errnoOf(error) === 'ENOENT') return throwMissing(error);
      return throwFull(error);
    }
  }

  async requireRoom(): Promise<void> {
    await this.#requirePresence();
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
    await this.spool.prepare();
    const { blocks, bavail, bsize } = await statfs(this.#root);
    return { totalBytes: blocks * bsize, freeBytes: bavail * bsize };
  }

  async close(): Promise<void> {
    // Nothing stays open between calls.
  }

  /** What lies at the path may be deleted, or another volume's, under the running server. */
  async #requirePresence(): Promise<void> {
    await this.spool.prepare();
    const found = await stat(this.spool.directory, { bigint: true }).catch(undefinedIfMissing);
    const identity = found && `${found.dev} ${found.ino}`;
    this.#identity ??= identity;
    if (identity === undefined || identity !== this.#identity) throw new StorageGoneError('The files were taken away');
  }

  get #trash(): string {
    return join(this.#root, '.trash');
  }

  #locate(key: string): string {
    if (!isSafeKey(key)) throw new Error('A file key must be a relative path of plain parts');
    return join(this.#root, ...key.split('/'));
  }

  /**
   * Moves what lies at a path into the trash, as something that has been there since then, and says where it is now;
   * nothing happens where there is nothing.
   */
  async #setAside(path: string, since: number): Promise<string> {
    const aside = join(this.#trash, `${since}-${basename(path)}-${randomUUID()}`);
    this.#folders.forget(path);
    await rename(path, aside).catch(async (error: unknown) => {
      if (errnoOf(error) !== 'ENOENT') throw error;
      await mkdir(this.#trash, { recursive: true });
      await rename(path, aside).catch(undefinedIfMissing);
    });
    this.#folders.forget(path);
    return aside;
  }

  async #moveBeside(target: string, temporary: string, { isSynced = true }: { isSynced?: boolean }): Promise<void> {
    try {
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      return undefinedIfMissing(error);
    }
    if (isSynced) await this.#folders.keep(dirname(target));
  }

  /** Gives a synced file its place, and syncs the folders that lead there. */
  async #moveTo(target: string, temporary: string): Promise<void> {
    const folder = dirname(target);
    for (let moves = 1; ; moves += 1) {
      try {
        await rename(temporary, target);
        break;
      } catch (error) {
        const isFolderGone = errnoOf(error) === 'ENOENT' && (await stat(temporary).catch(undefinedIfMissing));
        if (!isFolderGone || moves >= maxMoves) throw error;
      }
      await mkdir(folder, { recursive: true });
    }
    await this.#folders.keep(folder);
  }

  /** Directories of a removed job go with it; one that something else still lies in stays. */
  async #removeEmpty(directory: string): Promise<void> {
    if (directory === this.#root || !directory.startsWith(this.#root + sep)) return;
    const left = await readdir(directory).catch(undefinedIfMissing);
    if (left !== undefined && left.length > 0) return;
    this.#folders.forget(directory);
    // Another write may have put something there meanwhile; then it stays.
    await rmdir(directory).catch(() => undefined);
    this.#folders.forget(directory);
    await this.#removeEmpty(dirname(directory));
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

async function linkOrCopy(source: string, target: string): Promise<void> {
  try {
    await link(source, target);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOSPC') throw error;
    // A file system without hard links, or one that has as many of this file as it allows.
    await copyFile(source, target);
    await using copied = await open(target);
    await copied.datasync();
  }
}

async function checksum(path: string): Promise<Written> {
  const hash = createHash('sha256');
  const { size } = await stat(path);
  await pipeline(createReadStream(path), hash);
  return { sizeBytes: size, sha256: hash.digest('hex') };
}
