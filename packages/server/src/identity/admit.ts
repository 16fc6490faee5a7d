import type { DatabaseFacts } from '../engine/sqlite/inspect.ts';
import type { FileStore } from '../files/contract.ts';
import { errnoOf } from '../files/errno.ts';
import { hasManifest } from '../jobs/manifest.ts';
import { FileMarkError, fileMarkKey, readFileMark, storedJobs } from './file-mark.ts';

/** Why a database and a file store must not be used together. */
type Mismatch =
  | 'damaged mark'
  | 'new database'
  | 'other database'
  | 'older database'
  | 'older files'
  | 'no files'
  | 'no folder';

/** The server must not start on what it finds. The message is one sentence that names it and the ways out. */
export class MismatchError extends Error {
  override readonly name = 'MismatchError';
}

type Files = Pick<FileStore, 'read' | 'list' | 'stat'>;

/** Ids asked about at once. */
const step = 20_000;

/** Throws a {@link MismatchError} where a database is not the one that a file store belongs to, or not as new as that. */
export async function admit(database: DatabaseFacts, files: Files, filesName: string): Promise<void> {
  const mismatch = await findMismatch(database, files);
  if (mismatch !== undefined)
    throw new MismatchError(describe(mismatch, { database: database.file, files: filesName }));
}

async function findMismatch(database: DatabaseFacts, files: Files): Promise<Mismatch | undefined> {
  const fileMark = await readFileMark(files).catch((error: unknown): Mismatch => {
    if (error instanceof FileMarkError) return 'damaged mark';
    if (errnoOf(error) === 'ENOTDIR') return 'no folder';
    throw error;
  });
  if (typeof fileMark === 'string') return fileMark;
  const hasFiles = await holdsJobs(files);
  if (fileMark === undefined) {
    if (!hasFiles) return database.hasJobs ? 'no files' : undefined;
    // Of an earlier version; or the server died before it had marked the files.
    const wereNeverMarked = (database.mark?.epochBefore ?? null) === null;
    if (!wereNeverMarked) return 'no files';
    return database.hasJobs || database.mark !== undefined ? undefined : 'new database';
  }
  if (database.mark === undefined) return database.hasJobs ? 'older database' : 'new database';
  const { identity, epoch, epochBefore } = database.mark;
  if (fileMark.identity !== identity) return 'other database';
  if (fileMark.epoch !== epoch && fileMark.epoch !== epochBefore) {
    return fileMark.epoch > epoch ? 'older database' : 'older files';
  }
  return (await knowsAll(database, files)) ? undefined : 'older database';
}

async function holdsJobs(files: Files): Promise<boolean> {
  for await (const jobId of storedJobs(files)) return jobId !== '';
  return false;
}

/** A copy of the database that was made within the same epoch shows by the jobs that were accepted since. */
async function knowsAll(database: DatabaseFacts, files: Files): Promise<boolean> {
  const wereAccepted = async (ids: readonly string[]): Promise<boolean> => {
    for (const jobId of database.unknownJobs(ids)) {
      if (await hasManifest(files, jobId)) return true;
    }
    return false;
  };
  let ids: string[] = [];
  for await (const jobId of storedJobs(files)) {
    ids.push(jobId);
    if (ids.length < step) continue;
    if (await wereAccepted(ids)) return false;
    ids = [];
  }
  return !(await wereAccepted(ids));
}

function describe(mismatch: Mismatch, { database, files }: { database: string; files: string }): string {
  const adopt = 'run "image2model adopt" to take up the jobs of these files';
  const afresh = 'or start afresh with another DATA_DIR';
  switch (mismatch) {
    case 'damaged mark':
      return `${files}/${fileMarkKey}, which says whose the files are, is damaged: restore it, run "image2model adopt", which makes a new one, ${afresh}`;
    case 'new database':
      return `${files} has files of an earlier server, but ${database} is missing or empty: restore it, ${adopt}, ${afresh}`;
    case 'other database':
      return `${files} belongs to another database than ${database}: put back the one that belongs there, ${adopt}, ${afresh}`;
    case 'older database':
      return `${database} is older than the files in ${files}: restore a newer one, ${adopt} that it does not know, ${afresh}`;
    case 'older files':
      return `${files} is older than ${database}: restore the files of the same time, run "image2model adopt" to go on with these, ${afresh}`;
    case 'no files':
      return `${database} has jobs, but ${files} is empty or not theirs: mount or restore the files, run "image2model adopt" to go on without them, ${afresh}`;
    case 'no folder':
      return `${files} is not a folder: move it away and restore the files, ${afresh}`;
    default:
      return mismatch satisfies never;
  }
}
