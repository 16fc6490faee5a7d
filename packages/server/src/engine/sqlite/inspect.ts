import { existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { StoreMark } from '../contract.ts';

/** What a database holds, seen before anything in it is changed. */
export interface DatabaseFacts {
  file: string;
  hasJobs: boolean;
  mark: StoreMark | undefined;
  /** Those of the ids that are of no job here, nor of one that was deleted and whose files are still to be removed. */
  unknownJobs(jobIds: readonly string[]): string[];
}

/** The database cannot be used as it is. The message is a sentence that names it and the ways out. */
export class DatabaseDamagedError extends Error {
  override readonly name = 'DatabaseDamagedError';
  /** Whether the rest of it is good: only what was written last is missing. */
  readonly isOnlyOlder: boolean;

  constructor(file: string, what: string, { isOnlyOlder = false, cause }: { isOnlyOlder?: boolean; cause?: unknown }) {
    super(
      `${file} ${what}: restore it from a backup, or run "image2model adopt", which takes up jobs again from their files`,
      { cause },
    );
    this.isOnlyOlder = isOnlyOlder;
  }
}

/** The row of `meta` that holds a {@link StoreMark}, as JSON. */
export const markName = 'mark';

/** Room for what is read of a database while it is checked, in bytes: from memory, where the system has it there. */
const mappedBytes = 2 ** 31;
/** SQLite's codes for a file that is malformed, and for one that is no database. */
const damagedCodes: readonly unknown[] = [11, 26];

/**
 * Checks every page of a database (a fifth of a second for 100 000 jobs) and shows what it holds. Nothing is written. The
 * facts are good until `look` resolves. Throws a {@link DatabaseDamagedError}.
 */
export async function inspectDatabase(file: string, look: (facts: DatabaseFacts) => Promise<void>): Promise<void> {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return await look({ file, hasJobs: false, mark: undefined, unknownJobs: (ids) => [...ids] });
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
  return typeof value === 'string' ? (JSON.parse(value) as StoreMark) : undefined;
}

function readFacts(db: DatabaseSync, file: string): DatabaseFacts {
  try {
    db.exec(`PRAGMA mmap_size = ${mappedBytes}`);
    const found = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
    if (found.quick_check !== 'ok') throw new DatabaseDamagedError(file, 'is damaged', { cause: found.quick_check });
    const has = (table: string): boolean =>
      db.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`).get(table) !== undefined;
    return {
      file,
      hasJobs: has('jobs') && db.prepare('SELECT 1 FROM jobs LIMIT 1').get() !== undefined,
      mark: has('meta')
        ? toMark(db.prepare('SELECT value FROM meta WHERE name = ?').get(markName)?.['value'])
        : undefined,
      unknownJobs(jobIds) {
        if (!has('jobs')) return [...jobIds];
        const isRemoved = `SELECT 1 FROM cleanups WHERE json_extract(cleanup, '$.jobId') = value`;
        const unknown = db.prepare(`SELECT value AS jobId FROM json_each(?)
          WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE job_id = value)
            ${has('cleanups') ? `AND NOT EXISTS (${isRemoved})` : ''}`);
        return unknown.all(JSON.stringify(jobIds)).map((row) => String(row['jobId']));
      },
    };
  } catch (error) {
    const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
    throw damagedCodes.includes(code) ? new DatabaseDamagedError(file, 'is damaged', { cause: error }) : error;
  }
}
