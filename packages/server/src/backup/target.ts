import { createReadStream } from 'node:fs';
import { link, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf, undefinedIfMissing } from '../files/errno.ts';
import type { Facts } from '../files/verifier.ts';
import { syncFolder } from '../files/folders.ts';
import { databaseName } from '../data-dir.ts';
import { TarWriter } from './tar.ts';
import { Folders, Inspected, writeSynced } from './transfer.ts';

/** Where a backup is written to, under another name until it is whole. */
export interface BackupTarget {
  /** Where the snapshot of the database is made, and looked at. */
  readonly database: string;
  /** Takes the database in as it is then, and says what it is. */
  addDatabase(): Promise<{ size: number; sha256: string }>;
  /** Takes a file in; `missing` where there is none, `damaged` where it is not what it should be. */
  add(name: string, path: string, facts: Facts): Promise<'whole' | 'damaged' | 'missing'>;
  addText(name: string, text: string): Promise<void>;
  /** Gives it its name. */
  finish(): Promise<void>;
  /** Removes everything; nothing happens once it is finished. */
  discard(): Promise<void>;
}

/** The folder beside the target that the backup is made in. One that a dead backup left is removed. */
async function stage(target: string): Promise<string> {
  const directory = `${target}.part`;
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  return directory;
}

/**
 * A folder, whose files are hard links where it is on the disk of the store: stored files are never changed in place.
 * Copies otherwise.
 */
export async function folderTarget(target: string, signal: AbortSignal): Promise<BackupTarget> {
  const directory = await stage(target);
  const database = join(directory, databaseName);
  const folders = new Folders(directory);
  let mayLink = true;

  const linkTo = async (path: string, to: string): Promise<boolean> => {
    if (!mayLink) return false;
    try {
      await link(path, to);
      return true;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') throw error;
      // Another disk, one without hard links, or one with as many of this file as it allows.
      mayLink = errnoOf(error) === 'EMLINK';
      return false;
    }
  };

  return {
    database,
    addDatabase: async () => await describe(database, signal),
    async add(name, path, facts) {
      signal.throwIfAborted();
      if (!(await isThere(path))) return 'missing';
      const to = join(directory, name);
      await folders.make(to);
      try {
        if (await linkTo(path, to)) {
          const { size } = await stat(to);
          return size === (facts.sizeBytes ?? size) ? 'whole' : 'damaged';
        }
        const data = new Inspected(createReadStream(path), signal);
        await writeSynced(to, data);
        return data.isAs(facts) ? 'whole' : 'damaged';
      } catch (error) {
        if (errnoOf(error) !== 'ENOENT') throw error;
        await rm(to, { force: true });
        return 'missing';
      }
    },
    async addText(name, text) {
      await folders.make(join(directory, name));
      await writeSynced(join(directory, name), bytesOf(text));
    },
    async finish() {
      await folders.sync();
      await rename(directory, target);
      await syncFolder(dirname(target));
    },
    discard: async () => await rm(directory, { recursive: true, force: true }),
  };
}

/** A single file: a tar archive, with the database first. */
export async function archiveTarget(target: string, signal: AbortSignal): Promise<BackupTarget> {
  const directory = await stage(target);
  const database = join(directory, databaseName);
  const path = join(directory, 'archive');
  const handle = await open(path, 'wx');
  const tar = new TarWriter(handle);
  let last: Promise<unknown> = Promise.resolve();
  /** One file after the other, whoever asks. */
  const inTurn = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return await turn;
  };

  const add = async (name: string, from: string, facts: Facts) => {
    signal.throwIfAborted();
    if (!(await isThere(from))) return 'missing';
    const source: FileHandle | undefined = await open(from).catch(undefinedIfMissing);
    if (source === undefined) return 'missing';
    const { size } = await source.stat();
    const data = new Inspected(source.createReadStream(), signal);
    await tar.add(name, size, data);
    return data.isAs(facts) ? 'whole' : 'damaged';
  };

  return {
    database,
    async addDatabase() {
      const described = await describe(database, signal);
      await add(databaseName, database, {});
      return described;
    },
    add: async (...file) => await inTurn(async () => await add(...file)),
    async addText(name, text) {
      await tar.add(name, Buffer.byteLength(text), bytesOf(text));
    },
    async finish() {
      await tar.end();
      await handle.close();
      await rename(path, target);
      await syncFolder(dirname(target));
      await rm(directory, { recursive: true, force: true });
    },
    async discard() {
      await handle.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A folder in the place of a file is none. */
async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(undefinedIfMissing))?.isFile() === true;
}

async function describe(path: string, signal: AbortSignal): Promise<{ size: number; sha256: string }> {
  await using handle = await open(path);
  await handle.sync();
  const data = new Inspected(createReadStream(path), signal);
  for await (const _ of data);
  return { size: data.sizeBytes, sha256: data.sha256() };
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
