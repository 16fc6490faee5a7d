import type { ModelFile } from '@image2model/protocol';
import type { DatabaseSync } from 'node:sqlite';
import { listedFiles } from '../files/listed.ts';
import type { Facts } from '../files/verifier.ts';

/** A file of the store that a database refers to. */
export interface Referred extends Facts {
  key: string;
}

/** A photo with its result, as a database has them. */
export interface ReferredPhoto {
  jobId: string;
  fileId: string;
  filename: string;
  /** The attempt that stored the result. */
  attemptId: string | null;
  photo: Referred;
  mask: (Referred & { filename: string }) | null;
  /** The model and what came with it; empty where there is no result. */
  results: Referred[];
  /** Whether a provider charged for the result. */
  wasPaid: boolean;
}

interface Row {
  jobId: string;
  fileId: string;
  filename: string;
  storageKey: string;
  sizeBytes: number;
  sha256: string;
  maskKey: string | null;
  maskFilename: string;
  maskBytes: number;
  maskSha256: string;
  result: string | null;
  attemptId: string | null;
}

// One task has a file's result.
const photosText = `SELECT f.job_id AS jobId, f.file_id AS fileId, f.filename, f.storage_key AS storageKey,
    f.size_bytes AS sizeBytes, f.sha256, tf.result, tf.attempt_id AS attemptId, m.storage_key AS maskKey,
    m.filename AS maskFilename, m.size_bytes AS maskBytes, m.sha256 AS maskSha256
  FROM files f LEFT JOIN task_files tf ON tf.file_id = f.file_id AND tf.result IS NOT NULL
    LEFT JOIN masks m ON m.file_id = f.file_id`;

/** Rows read at once. */
const step = 500;

/**
 * Every photo of every job, one after the other: the list is never in memory as a whole, and the database is not held
 * while each is looked at.
 */
export function* referredPhotos(db: DatabaseSync): Generator<ReferredPhoto> {
  const page = db.prepare(`${photosText} WHERE f.file_id > ? ORDER BY f.file_id LIMIT ${step}`);
  for (let after: string | undefined = ''; after !== undefined;) {
    const rows = page.all(after) as unknown as Row[];
    for (const row of rows) yield toPhoto(row);
    after = rows.at(-1)?.fileId;
  }
}

/** A photo as the database has it now. */
export function referredPhoto(db: DatabaseSync, fileId: string): ReferredPhoto | undefined {
  const row = db.prepare(`${photosText} WHERE f.file_id = ?`).get(fileId) as unknown as Row | undefined;
  return row && toPhoto(row);
}

function toPhoto({ storageKey: key, sizeBytes, sha256, result: text, ...row }: Row): ReferredPhoto {
  const { jobId, fileId, filename, attemptId, maskKey, maskFilename, maskBytes, maskSha256 } = row;
  const result = text === null ? null : parseResult(text);
  return {
    jobId,
    fileId,
    filename,
    attemptId,
    photo: { key, sizeBytes, sha256 },
    mask: maskKey === null ? null : { key: maskKey, filename: maskFilename, sizeBytes: maskBytes, sha256: maskSha256 },
    results: result === null ? [] : listedFiles({ jobId, fileId, attemptId }, result),
    wasPaid: result?.cost !== undefined,
  };
}

function parseResult(text: string): ModelFile {
  return JSON.parse(text) as ModelFile;
}

/** All files of a photo that a database refers to. */
export function filesOf({ photo, mask, results }: ReferredPhoto): Referred[] {
  return [photo, ...(mask === null ? [] : [mask]), ...results];
}
