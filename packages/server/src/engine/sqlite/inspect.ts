import { accessSync, closeSync, constants, existsSync, openSync, readSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { StoreMark } from '../contract.ts';
import { migrations } from './migrations.ts';
import { differsFromVersion } from './schema.ts';

/** What a database holds, seen before anything in it is changed. */
export interface DatabaseFacts {
  file: string;
  /** Whether there is nothing in it, or no file at all. */
  isEmpty: boolean;
  hasJobs: boolean;
  mark: StoreMark | undefined;
  /** Those of the ids that are of no job here, nor of one that was deleted and whose files are still to be removed. */
  unknownJobs(jobIds: readonly string[]): string[];
}

/** What helps where a database is lost. */
export const waysOut =
  'restore it from a backup, or run "image2model adopt", which takes up jobs again from their files';

/** The database cannot be used as it is. The message is a sentence that names it and the ways out. */
export class UnusableDatabaseError extends Error {
  override readonly name: string = 'UnusableDatabaseError';
}

/** What stands in the file is no database of this program any more. */
export class DatabaseDamagedError extends UnusableDatabaseError {
  override readonly name = 'DatabaseDamagedError';
  /** Whether the rest of it is good: only what was written last is missing. */
  readonly isOnlyOlder: boolean;

  constructor(
    file: string,
    what: string,
    { isOnlyOlder = false, cause }: { isOnlyOlder?: boolean; cause?: unknown } = {},
  ) {
    super(`${file} ${what}: ${waysOut}`, { cause });
    this.isOnlyOlder = isOnlyOlder;
  }
}

/** The row of `meta` that holds a {@link StoreMark}, as JSON. */
export const markName = 'mark';

/** Room for what is read of a database while it is checked, in bytes: from memory, where the system has it there. */
const mappedBytes = 2 ** 31;
/** SQLite's codes for a file whose schema makes no sense, that is malformed, and that is no database. */
const damagedCodes: readonly unknown[] = [1, 11, 26];
/** Of the byte in the head of a database that says which SQLite may write it: https://sqlite.org/fileformat.html#file_format_version_numbers */
const writeVersionAt = 18;
const newestWriteVersion = 2;
const markSchema = z.object({ identity: z.string(), epoch: z.string(), epochBefore: z.string().nullable() });

/**
 * Checks every page of a database (a fifth of a second for 100 000 jobs) and shows what it holds. Nothing is written. The
 * facts are good until `look` resolves. Throws a {@link DatabaseDamagedError}.
 */
export async function inspectDatabase(
  file: string,
  look: (facts: DatabaseFacts) => Promise<void>,
  { isToRead = false } = {},
): Promise<void> {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile()) throw new DatabaseDamagedError(file, 'is not a file');
  if (found === undefined || found.size === 0) {
    return await look({ file, isEmpty: true, hasJobs: false, mark: undefined, unknownJobs: (ids) => [...ids] });
  }
  for (const part of ['', '-wal'])
    requireUsable(file + part, isToRead ? constants.R_OK : constants.R_OK | constants.W_OK);
  requireWritable(file);
  // SQLite removes both together, this one first.
  if (existsSync(`${file}-shm`) && !existsSync(`${file}-wal`)) {
    const lost = `has lost its log ${file}-wal, and with it what was written last`;
    throw new DatabaseDamagedError(file, lost, { isOnlyOlder: true });
  }
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  try {
    await look(readFacts(db, file));
  } finally {
    db.close();
  }
}

/** What the row of `meta` says. */
export function toMark(value: unknown): StoreMark | undefined {
  return typeof value === 'string' ? markSchema.parse(JSON.parse(value)) : undefined;
}

/** SQLite's own words for it name no file. */
function requireUsable(path: string, mode: number): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) throw new UnusableDatabaseError(`${path} is a folder: move it away`);
  if (found === undefined) return;
  try {
    accessSync(path, mode);
  } catch (error) {
    const how = mode === constants.R_OK ? 'read' : 'read and written';
    throw new UnusableDatabaseError(`${path} may not be ${how} by this user: change its owner`, { cause: error });
  }
}

/** SQLite opens one whose head says that a later SQLite has written it, to read alone: nothing else tells. */
function requireWritable(file: string): void {
  const handle = openSync(file, 'r');
  const head = Buffer.alloc(writeVersionAt + 1);
  readSync(handle, head, 0, head.length, 0);
  closeSync(handle);
  if ((head.at(-1) ?? 0) > newestWriteVersion) throw new DatabaseDamagedError(file, 'is damaged');
}

function readFacts(db: DatabaseSync, file: string): DatabaseFacts {
  try {
    db.exec(`PRAGMA mmap_size = ${mappedBytes}`);
    const found = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
    if (found.quick_check !== 'ok') throw new DatabaseDamagedError(file, 'is damaged', { cause: found.quick_check });
    requireVersion(db, file);
    const has = (table: string): boolean =>
      db.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`).get(table) !== undefined;
    return {
      file,
      isEmpty: !has('jobs'),
      hasJobs: has('jobs') && db.prepare('SELECT 1 FROM jobs LIMIT 1').get() !== undefined,
      mark: has('meta')
        ? toMark(db.prepare('SELECT value FROM meta WHERE name = ?').get(markName)?.['value'])
        : undefined,
      unknownJobs(jobIds) {
        if (!has('jobs')) return [...jobIds];
        const isRemoved = `SELECT 1 FROM cleanups WHERE json_extract(cleanup, '$.jobId') = value`;
        // Asked for in the order of the index, so that each page of it is read once.
        const unknown = db.prepare(`SELECT value AS jobId FROM json_each(?)
          WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE job_id = value)
            ${has('cleanups') ? `AND NOT EXISTS (${isRemoved})` : ''}`);
        return unknown.all(JSON.stringify(jobIds.toSorted())).map((row) => String(row['jobId']));
      },
    };
  } catch (error) {
    throw isDamage(error) ? new DatabaseDamagedError(file, 'is damaged', { cause: error }) : error;
  }
}

/** Whether it is the database that is at fault: SQLite says so, or what stands in it makes no sense. */
export function isDamage(error: unknown): boolean {
  if (error instanceof DatabaseDamagedError) return true;
  if (error instanceof SyntaxError || error instanceof z.ZodError) return true;
  return error instanceof Error && 'errcode' in error && damagedCodes.includes(Number(error.errcode) & 0xff);
}

/** Its tables are those of the version that it says it is of; another program's, or a version that was changed, are not. */
function requireVersion(db: DatabaseSync, file: string): void {
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > migrations.length) {
    throw new UnusableDatabaseError(
      `${file} was written by a newer version of image2model (schema ${version}): upgrade this one`,
    );
  }
  const difference = version < 0 ? 'version' : differsFromVersion(db, version);
  if (difference !== undefined) throw new DatabaseDamagedError(file, 'is damaged', { cause: difference });
}
