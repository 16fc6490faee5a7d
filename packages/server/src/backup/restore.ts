import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { lockDatabase } from '../engine/sqlite/database.ts';
import { undefinedIfMissing } from '../files/errno.ts';
import { syncFolder } from '../files/folders.ts';
import { filesOf, referredPhotos } from './contents.ts';
import { openToRead, prepareCopy } from './database.ts';
import { FailedError, RefusedError } from './errors.ts';
import { databaseName, filesName } from '../data-dir.ts';
import { besideNames } from './layout.ts';
import { openBackup } from './source.ts';
import type { BackupSource } from './source.ts';
import { eachOf, Folders, Inspected, writeSynced } from './transfer.ts';

/** What a restore came to. */
export interface RestoreReport {
  jobs: number;
  files: number;
  /** Keys of files that are lost or damaged in the backup. */
  missing: string[];
  /** Where what was there before lies now; undefined where nothing was. */
  movedTo: string | undefined;
}

interface RestoreOptions {
  backup: string;
  dataDir: string;
  /** Moves aside what is in the data directory; it is refused otherwise. */
  force: boolean;
  signal: AbortSignal;
}

/** Everything is written here first, on the disk of the data directory. One that a dead restore left is removed. */
const stageName = '.restoring';
const asidePrefix = 'before-restore-';

/**
 * Puts a backup into a data directory that no server works on: copied beside what is there, found to be whole, and moved
 * into place last. Nothing is left of one that fails. Throws a {@link RefusedError} where nothing was done.
 */
export async function restore(options: RestoreOptions): Promise<RestoreReport> {
  const { force, signal } = options;
  const dataDir = resolve(options.dataDir);
  const source = await openBackup(resolve(options.backup));
  await mkdir(dataDir, { recursive: true });
  const unlock = lock(dataDir);
  const stage = join(dataDir, stageName);
  try {
    const occupied = await whatIsThere(dataDir);
    if (occupied.length > 0 && !force) {
      throw new RefusedError(
        `${dataDir} is not empty: set DATA_DIR to another folder, or use --force to move its contents aside`,
      );
    }
    await rm(stage, { recursive: true, force: true });
    await mkdir(stage);
    const report = await copyTo(stage, source, signal);
    signal.throwIfAborted();
    const movedTo = await moveAside(dataDir, occupied);
    await moveIn(dataDir, stage);
    return { ...report, movedTo };
  } finally {
    await rm(stage, { recursive: true, force: true });
    unlock();
  }
}

function lock(dataDir: string): () => void {
  try {
    return lockDatabase(join(dataDir, databaseName));
  } catch (error) {
    throw new RefusedError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function whatIsThere(dataDir: string): Promise<string[]> {
  const own = [`${databaseName}.lock`, `${databaseName}.lock-journal`, `${filesName}.hold`, stageName, 'lost+found'];
  return (await readdir(dataDir)).filter((name) => !own.includes(name) && !name.startsWith(asidePrefix));
}

async function copyTo(
  stage: string,
  source: BackupSource,
  signal: AbortSignal,
): Promise<Omit<RestoreReport, 'movedTo'>> {
  const { manifest } = source;
  const database = join(stage, databaseName);
  const data = new Inspected(open(source, databaseName), signal);
  await writeSynced(database, data);
  const { size, sha256 } = manifest.database;
  if (!data.isAs({ sizeBytes: size, sha256 })) throw new FailedError('The database in the backup is damaged');
  // A backup of an earlier version becomes one of this version.
  await prepareCopy(database, 'The database in the backup');
  const snapshot = openToRead(database);
  try {
    const referred = await copyReferred(stage, source, snapshot, signal);
    return { jobs: manifest.jobs, ...referred };
  } finally {
    snapshot.close();
  }
}

async function copyReferred(
  stage: string,
  source: BackupSource,
  snapshot: ReturnType<typeof openToRead>,
  signal: AbortSignal,
): Promise<Pick<RestoreReport, 'files' | 'missing'>> {
  const copied = new Set<string>([databaseName]);
  const folders = new Folders(stage);
  const missing: string[] = [];
  let files = 0;
  const copy = async (name: string): Promise<Inspected | undefined> => {
    copied.add(name);
    const from = source.open(name);
    if (from === undefined) return undefined;
    const data = new Inspected(from, signal);
    await folders.make(join(stage, name));
    await writeSynced(join(stage, name), data);
    return data;
  };
  await eachOf(referredPhotos(snapshot), async (photo) => {
    for (const file of filesOf(photo)) {
      const data = await copy(`${filesName}/${file.key}`);
      if (data?.isAs(file)) files += 1;
      else missing.push(file.key);
    }
  });
  const others = [...source.names].filter((name) => isOurs(name) && !copied.has(name));
  await eachOf(others, async (name) => void (await copy(name)));
  await folders.sync();
  return { files, missing };
}

/** Whether it is part of a data directory: whatever else somebody put into the backup stays there. */
function isOurs(name: string): boolean {
  const isPlain = name.split('/').every((part) => part !== '..' && part !== '');
  return isPlain && (name.startsWith(`${filesName}/`) || (besideNames as readonly string[]).includes(name));
}

function open(source: BackupSource, name: string): AsyncIterable<Uint8Array> {
  const data = source.open(name);
  if (data === undefined) throw new FailedError(`The backup has no ${name}`);
  return data;
}

async function moveAside(dataDir: string, occupied: readonly string[]): Promise<string | undefined> {
  if (occupied.length === 0) return undefined;
  const aside = join(dataDir, `${asidePrefix}${new Date().toISOString().replaceAll(/[:.]/g, '-')}`);
  await mkdir(aside);
  // The database first: files without one are never taken for nobody's, but a database without files is.
  for (const name of occupied.toSorted(
    (a, b) => Number(b.startsWith(databaseName)) - Number(a.startsWith(databaseName)),
  )) {
    await rename(join(dataDir, name), join(aside, name));
  }
  await syncFolder(aside);
  return aside;
}

/** The database last: until it is there, the directory is none of a server. */
async function moveIn(dataDir: string, stage: string): Promise<void> {
  for (const name of [...besideNames, filesName, databaseName]) {
    await rename(join(stage, name), join(dataDir, name)).catch(undefinedIfMissing);
  }
  await syncFolder(join(dataDir, filesName));
  await syncFolder(dataDir);
}
