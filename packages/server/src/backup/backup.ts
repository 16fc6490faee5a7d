import { readdir, stat } from 'node:fs/promises';
import { dirname, join, parse, resolve, sep } from 'node:path';
import { undefinedIfMissing } from '../files/errno.ts';
import { holdRemovals } from '../files/hold.ts';
import { jobPrefix } from '../files/keys.ts';
import { filesOf, referredPhotos } from './contents.ts';
import { copyDatabase, openToRead, prepareCopy } from './database.ts';
import { RefusedError } from './errors.ts';
import { databaseName, filesName } from '../data-dir.ts';
import { markName, toMark } from '../engine/sqlite/inspect.ts';
import { fileMarkKey, fileMarkText } from '../identity/file-mark.ts';
import { besideNames, manifestName } from './layout.ts';
import type { BackupManifest } from './layout.ts';
import { archiveTarget, folderTarget } from './target.ts';
import type { BackupTarget } from './target.ts';
import { eachOf } from './transfer.ts';

/** What a backup came to. */
export interface BackupReport {
  jobs: number;
  files: number;
  bytes: number;
  /** Keys of files that were lost or damaged already; the damaged ones are in the backup as they are. */
  missing: string[];
}

interface BackupOptions {
  dataDir: string;
  /** A folder, or a file where its name ends with `.tar`; neither may be there, save an empty folder. */
  target: string;
  signal: AbortSignal;
}

/**
 * Writes a consistent copy of a data directory, whether or not a server works on it: the database as it is at one moment,
 * and each file that it refers to. Until the copy is whole it has another name; nothing is left of one that fails. Throws
 * a {@link RefusedError} where nothing was done.
 */
export async function backUp({ dataDir, target: given, signal }: BackupOptions): Promise<BackupReport> {
  const source = resolve(dataDir);
  const to = resolve(given);
  const isArchive = to.endsWith('.tar');
  await requireSource(source);
  if (to.startsWith(join(source, filesName) + sep)) {
    throw new RefusedError(`${to} is inside the server’s own files: choose a folder on another disk`);
  }
  await requireFree(to, isArchive);
  const release = holdRemovals(join(source, filesName));
  if (release === undefined) throw new RefusedError(`Another backup of ${source} is running`);
  try {
    const target = await (isArchive ? archiveTarget : folderTarget)(to, signal);
    try {
      return await write(source, target, signal);
    } finally {
      await target.discard();
    }
  } finally {
    release();
  }
}

async function requireSource(source: string): Promise<void> {
  const database = await stat(join(source, databaseName)).catch(undefinedIfMissing);
  if (database?.isFile()) return;
  throw new RefusedError(`There is no ${databaseName} in ${source}: set DATA_DIR to the folder of the server`);
}

async function requireFree(target: string, isArchive: boolean): Promise<void> {
  const above = await stat(dirname(target)).catch(undefinedIfMissing);
  if (!above?.isDirectory()) throw new RefusedError(`There is no folder ${dirname(target)}`);
  const found = await stat(target).catch(undefinedIfMissing);
  if (found === undefined) return;
  const { name, ext } = parse(target);
  const another = isArchive ? `${name}-2${ext}` : `${name}${ext}-2`;
  const isEmpty = !isArchive && found.isDirectory() && (await readdir(target)).length === 0;
  if (!isEmpty) throw new RefusedError(`${target} already exists: choose another name, such as ${another}`);
}

async function write(source: string, target: BackupTarget, signal: AbortSignal): Promise<BackupReport> {
  await copyDatabase(join(source, databaseName), target.database);
  signal.throwIfAborted();
  await prepareCopy(target.database, join(source, databaseName));
  const database = await target.addDatabase();
  for (const name of besideNames) await target.add(name, join(source, name), {});
  await addMark(source, target);
  const report = await addJobs(source, target);
  const { jobs, files, missing } = report;
  const manifest: BackupManifest = { format: 1, created_at: new Date().toISOString(), jobs, files, database, missing };
  await target.addText(manifestName, `${JSON.stringify(manifest, undefined, 2)}\n`);
  signal.throwIfAborted();
  await target.finish();
  return report;
}

/**
 * What the files say of the store, as the snapshot has it: a server replaces it now and then, in the database and beside
 * the files, and only a pair that agrees is started on.
 */
async function addMark(source: string, target: BackupTarget): Promise<void> {
  const snapshot = openToRead(target.database);
  const mark = toMark(snapshot.prepare('SELECT value FROM meta WHERE name = ?').get(markName)?.['value']);
  snapshot.close();
  const name = `${filesName}/${fileMarkKey}`;
  if (mark === undefined) await target.add(name, join(source, name), {});
  else await target.addText(name, fileMarkText(mark));
}

/** Everything that the snapshot refers to. */
async function addJobs(source: string, target: BackupTarget): Promise<BackupReport> {
  const seen = new Set<string>();
  const report: BackupReport = { jobs: 0, files: 0, bytes: 0, missing: [] };
  const snapshot = openToRead(target.database);
  try {
    await eachOf(referredPhotos(snapshot), async (photo) => {
      const { jobId } = photo;
      if (!seen.has(jobId)) {
        seen.add(jobId);
        await addPlainFiles(source, `${filesName}/${jobPrefix(jobId)}`, target);
      }
      for (const file of filesOf(photo)) {
        const name = `${filesName}/${file.key}`;
        const state = await target.add(name, join(source, name), file);
        if (state !== 'whole') report.missing.push(file.key);
        if (state === 'missing') continue;
        report.files += 1;
        report.bytes += file.sizeBytes ?? 0;
      }
    });
  } finally {
    snapshot.close();
  }
  return { ...report, jobs: seen.size };
}

/** What lies in a folder itself, beside other folders: what the store notes of itself and of each job. */
async function addPlainFiles(source: string, folder: string, target: BackupTarget): Promise<void> {
  const entries = await readdir(join(source, folder), { withFileTypes: true }).catch(undefinedIfMissing);
  for (const entry of entries ?? []) {
    const name = `${folder}/${entry.name}`;
    if (entry.isFile()) await target.add(name, join(source, name), {});
  }
}
