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
  photo: Referred;
  /** The model and what came with it; empty where there is no result. */
  results: Referred[];
}

interface Row {
  jobId: string;
  fileId: string;
  filename: string;
  storageKey: string;
  sizeBytes: number;
  sha256: string;
  result: string | null;
  attemptId: string | null;
}

// One task has a file's result.
const rowsText = `SELECT f.job_id AS jobId, f.file_id AS fileId, f.filename, f.storage_key AS storageKey,
    f.size_bytes AS sizeBytes, f.sha256, tf.result, tf.attempt_id AS attemptId
  FROM files f LEFT JOIN task_files tf ON tf.file_id = f.file_id AND tf.result IS NOT NULL
  ORDER BY f.file_id`;

/** Every photo of every job, one after the other: the list is never in memory as a whole. */
export function* referredPhotos(db: DatabaseSync): Generator<ReferredPhoto> {
  for (const row of db.prepare(rowsText).iterate() as Iterable<unknown> as Iterable<Row>) {
    const { jobId, fileId, filename, storageKey: key, sizeBytes, sha256, attemptId } = row;
    const results = row.result === null ? [] : listedFiles({ jobId, fileId, attemptId }, parseResult(row.result));
    yield { jobId, fileId, filename, photo: { key, sizeBytes, sha256 }, results };
  }
}

function parseResult(text: string): ModelFile {
  return JSON.parse(text) as ModelFile;
}
