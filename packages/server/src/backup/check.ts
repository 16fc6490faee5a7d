import { randomUUIDv7 } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { lockDatabase } from '../engine/sqlite/database.ts';
import { createSqliteEngine } from '../engine/sqlite/engine.ts';
import { inspectDatabase, isDamage, waysOut } from '../engine/sqlite/inspect.ts';
import type { DatabaseFacts } from '../engine/sqlite/inspect.ts';
import { migrations } from '../engine/sqlite/migrations.ts';
import type { Engine } from '../engine/contract.ts';
import { createDiskStore } from '../files/disk.ts';
import { errnoOf, undefinedIfMissing } from '../files/errno.ts';
import { jobsPrefix } from '../files/keys.ts';
import { admit, MismatchError } from '../identity/admit.ts';
import { defaultOrphanAgeMs } from '../jobs/orphans.ts';
import { referredPhoto, referredPhotos } from './contents.ts';
import type { Referred, ReferredPhoto } from './contents.ts';
import { openToRead } from './database.ts';
import { FailedError, RefusedError } from './errors.ts';
import { databaseName, filesName } from '../data-dir.ts';
import { disagreements } from './states.ts';
import { eachOf, Inspected } from './transfer.ts';

/** How often database and files are compared before they are said not to belong together. */
const looks = 3;

/** What a check came to. */
export interface CheckReport {
  photos: number;
  faults: number;
  /** Those that `--fix` mends, or has mended. */
  mendable: number;
}

interface CheckOptions {
  dataDir: string;
  /** Mends what can be; no server may be running then. */
  fix: boolean;
  signal: AbortSignal;
  /** Called with a sentence for each fault. */
  print: (line: string) => void;
}

/**
 * Reads every file that the database lists and holds it to its checksum, and looks whether the states of jobs agree. Nothing
 * is changed without `fix`, and nothing is removed that could not be made again. Throws a {@link RefusedError} where
 * nothing was looked at.
 */
export async function check(options: CheckOptions): Promise<CheckReport> {
  const dataDir = resolve(options.dataDir);
  const file = join(dataDir, databaseName);
  const found = await stat(file).catch(undefinedIfMissing);
  if (!found?.isFile()) {
    throw new RefusedError(`There is no ${databaseName} in ${dataDir}: set DATA_DIR to the folder of the server`);
  }
  await requireSound(file);
  const report: CheckReport = { photos: 0, faults: 0, mendable: 0 };
  await checkMatch(file, join(dataDir, filesName), options, report);
  await checkStates(file, options, report);
  const lost = await checkFiles(dataDir, options, report);
  await nameOrphans(dataDir, options);
  if (options.fix) await makeAgain(file, lost);
  return report;
}

/** Nothing else is looked at in a database that is damaged. */
async function requireSound(file: string): Promise<void> {
  try {
    const look = async ({ isEmpty }: DatabaseFacts): Promise<void> => {
      if (isEmpty) throw new FailedError(`${file} is empty: ${waysOut}`);
    };
    await inspectDatabase(file, look, { isToRead: true });
  } catch (error) {
    throw isDamage(error) ? new FailedError(`${file} is damaged: ${waysOut}`, { cause: error }) : error;
  }
  const db = openToRead(file);
  try {
    const [result] = db.prepare('PRAGMA integrity_check(1)').all() as { integrity_check: string }[];
    if (result?.integrity_check !== 'ok') throw new FailedError(`${file} is damaged: ${waysOut}`);
    const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    if (version !== migrations.length) {
      throw new RefusedError(`${file} is from another version: start this version of the server on it first`);
    }
  } finally {
    db.close();
  }
}

/** Whether a server would start on it. One that runs may replace the mark of both, or take up a job, meanwhile. */
async function checkMatch(file: string, directory: string, options: CheckOptions, report: CheckReport): Promise<void> {
  const files = createDiskStore({ directory });
  try {
    for (let look = 1; ; look += 1) {
      try {
        await inspectDatabase(file, async (facts) => await admit(facts, files, directory), { isToRead: true });
        return;
      } catch (error) {
        if (!(error instanceof MismatchError)) throw error;
        if (look < looks) continue;
        report.faults += 1;
        options.print(error.message);
        return;
      }
    }
  } finally {
    await files.close();
  }
}

async function checkStates(file: string, options: CheckOptions, report: CheckReport): Promise<void> {
  const { fix, print } = options;
  const unlock = fix ? lock(file) : undefined;
  const db = fix ? new DatabaseSync(file, { timeout: 5000 }) : openToRead(file);
  try {
    for (const { text, mend } of disagreements(db)) {
      report.faults += 1;
      if (mend !== undefined) report.mendable += 1;
      print(`${text}; ${mend === undefined ? 'this cannot be fixed' : remedy('set right', options)}`);
      if (fix) mend?.(db);
    }
  } finally {
    db.close();
    unlock?.();
  }
}

function lock(file: string): () => void {
  try {
    return lockDatabase(file);
  } catch (error) {
    throw new RefusedError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Looks at all files; gives the photos whose result is to be made again. */
async function checkFiles(dataDir: string, options: CheckOptions, report: CheckReport): Promise<ReferredPhoto[]> {
  const again: ReferredPhoto[] = [];
  const db = openToRead(join(dataDir, databaseName));
  const isWhole = async (file: Referred): Promise<boolean> =>
    await isAsListed(join(dataDir, filesName, file.key), file, options.signal);
  const fault = (text: string, isMendable: boolean): void => {
    report.faults += 1;
    if (isMendable) report.mendable += 1;
    options.print(text);
  };
  try {
    await eachOf(referredPhotos(db), async (listed) => {
      report.photos += 1;
      const { jobId, filename, photo, mask, fileId } = listed;
      const hasPhoto = await isWhole(photo);
      const hasMask = mask === null || (await isWhole(mask));
      const lost: string[] = [];
      for (const file of listed.results) if (!(await isWhole(file))) lost.push(file.key);
      if (hasPhoto && hasMask && lost.length === 0) return;
      // A server may have removed the job, or made the file again, meanwhile.
      const now = referredPhoto(db, fileId);
      if (now === undefined) return;
      const named = `${filename} of job ${jobId}`;
      const advice = 'restore it from a backup, or upload it again';
      if (!hasPhoto) fault(`the photo ${named} is lost or damaged (${photo.key}); ${advice}`, false);
      const isMaskLost = !hasMask && now.mask?.key === mask.key;
      if (isMaskLost) {
        const text = `the mask ${mask.filename} of ${named} is lost or damaged (${mask.key})`;
        fault(`${text}; restore it from a backup, or retry with a new one`, false);
      }
      if (lost.length === 0 || now.attemptId !== listed.attemptId) return;
      const gone = hasPhoto ? (isMaskLost ? 'its mask' : undefined) : 'its photo';
      const why = gone === undefined ? whyNotAgain(db, listed) : `${gone} is lost too`;
      if (why === undefined) again.push(listed);
      const mend = why ?? remedy('queued to be made again', options);
      fault(`the model of ${named} is lost or damaged (${lost.join(', ')}); ${mend}`, why === undefined);
    });
  } finally {
    db.close();
  }
  return again;
}

/** Why a lost result is left to its owner; undefined where it may be made again. */
function whyNotAgain(db: DatabaseSync, { jobId, wasPaid }: ReferredPhoto): string | undefined {
  if (wasPaid) return 'it was paid for: retry the job to buy another one';
  const open = db.prepare('SELECT 1 FROM tasks WHERE job_id = ? AND finished_at IS NULL').get(jobId);
  return open === undefined ? undefined : 'retry the job once it has ended';
}

/**
 * Folders of no job: of uploads that were interrupted, which the server clears away, or a sign that the database is older
 * than the files. They may be of an upload that is under way for an hour.
 */
async function nameOrphans(dataDir: string, { print }: CheckOptions): Promise<void> {
  const names = (await readdir(join(dataDir, filesName, jobsPrefix)).catch(undefinedIfMissing)) ?? [];
  const db = openToRead(join(dataDir, databaseName));
  const known = db.prepare(
    `SELECT 1 FROM jobs WHERE job_id = ?1 UNION ALL SELECT 1 FROM cleanups WHERE json_extract(cleanup, '$.jobId') = ?1`,
  );
  for (const name of names) {
    const path = join(filesName, jobsPrefix, name);
    const found = known.get(name) ?? (await stat(join(dataDir, path)).catch(undefinedIfMissing));
    const isOld = found !== undefined && 'mtimeMs' in found && Number(found.mtimeMs) < Date.now() - defaultOrphanAgeMs;
    if (isOld) print(`${path} belongs to no job in the database; it was left alone`);
  }
  db.close();
}

function remedy(mend: string, { fix }: CheckOptions): string {
  return fix ? mend : `--fix: ${mend}`;
}

async function isAsListed(path: string, facts: Referred, signal: AbortSignal): Promise<boolean> {
  const data = new Inspected(createReadStream(path), signal);
  try {
    for await (const _ of data);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'EIO' || errnoOf(error) === 'EISDIR') return false;
    throw error;
  }
  return data.sizeBytes > 0 && data.isAs(facts);
}

/** As a retry does, with the model and the options of the job. */
async function makeAgain(file: string, lost: readonly ReferredPhoto[]): Promise<void> {
  if (lost.length === 0) return;
  const engine = await createSqliteEngine({ file });
  try {
    for (const [jobId, photos] of Map.groupBy(lost, (photo) => photo.jobId)) await retryLost(engine, jobId, photos);
  } finally {
    await engine.close();
  }
}

async function retryLost(engine: Engine, jobId: string, photos: readonly ReferredPhoto[]): Promise<void> {
  const job = await engine.job(jobId);
  if (job === undefined) return;
  const { model, options, faceLimit, files } = job;
  const attempts = new Map(photos.map(({ fileId, attemptId }) => [fileId, attemptId]));
  // Those that failed before are not of this.
  const others = files.filter(({ fileId }) => !attempts.has(fileId)).map(({ fileId }) => fileId);
  const task = { taskId: randomUUIDv7(), model, options, faceLimit, lost: attempts, without: new Set(others) };
  await engine.retry(jobId, task);
}
