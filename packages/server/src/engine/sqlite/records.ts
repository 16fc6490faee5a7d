import type { FileStatus, TaskEventType, TaskStatus } from '@image2model/protocol';
import type { IdempotencyRecord, NewFile } from '../contract.ts';

/** A row of `tasks`. Times in ms since the epoch. */
export interface TaskRecord {
  place: number;
  taskId: string;
  jobId: string;
  owner: string;
  model: string;
  /** JSON. */
  options: string;
  faceLimit: number | null;
  status: TaskStatus;
  progress: number;
  message: string;
  queuePosition: number | null;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  total: number;
  /** Files that can be claimed now. */
  waiting: number;
  /** Files that are leased. */
  running: number;
  ended: number;
  /** When the task was last served, on a counter over all tasks: among equals the one longest not served is next. */
  turn: number;
  /** The last sequence given. */
  sequence: number;
  /** The sequence of the newest entry of the task itself. */
  head: number;
  /** From when on only the newest entry of each key is kept; null before the end and after that is done. */
  compactAt: number | null;
}

/** Where a file is on its way through the queue; `status` is what a client sees of it. */
export type QueueState = 'waiting' | 'delayed' | 'leased' | 'ended';

/** A row of `task_files`, with the name of its file. */
export interface FileRecord {
  place: number;
  fileId: string;
  filename: string;
  /** Width times height, where it is known. */
  pixels: number | null;
  state: QueueState;
  status: FileStatus;
  progress: number;
  message: string;
  /** JSON of a ModelFile. */
  result: string | null;
  error: string | null;
  /** JSON of FailureDetails. */
  details: string | null;
  /** Claims that count. */
  attempts: number;
  /** Why the last attempt that failed did, a sentence. */
  lastError: string | null;
  /** How much speaks for it that the file takes down what works on it; see `takeBack`. */
  crashes: number;
  startedAt: number | null;
  /** When a lease runs out or a delay is over; null otherwise. */
  dueAt: number | null;
  token: string | null;
  /** JSON. */
  remembered: string | null;
  /** The sequence of the newest entry of the file. */
  head: number;
}

/** What a task needs to know of its files. */
export type FileNow = Pick<FileRecord, 'state' | 'progress' | 'pixels'>;

/** A row of `entries`. */
export interface EntryRecord {
  sequence: number;
  key: string;
  type: TaskEventType;
  data: string;
}

/** A row of `jobs`; `options` is JSON. */
export interface JobRecord {
  jobId: string;
  owner: string;
  model: string;
  options: string;
  faceLimit: number | null;
  createdAt: number;
}

/** The row that each query gives. */
export interface QueryRows {
  job: JobRecord;
  jobsOfOwner: JobRecord;
  unfinishedTask: { place: number };
  finishedJobs: { jobId: string };
  unknownJobs: { jobId: string };
  resultOf: { jobId: string; result: string };
  idempotency: IdempotencyRecord;
  filenames: { fileId: string; filename: string };
  filesOfJob: NewFile;
  file: NewFile;
  tasksOfJob: TaskRecord;
  task: TaskRecord;
  taskAt: TaskRecord;
  taskFiles: FileRecord;
  allLeasedFiles: FileRecord;
  dueFiles: FileRecord;
  begunFile: { place: number; fileId: string };
  waitingFile: { fileId: string };
  nextTask: TaskRecord;
  lastTurn: { turn: number };
  counts: { waiting: number; running: number };
  nextDue: { due: number | null };
  nextCompaction: { due: number | null };
  tasksToCompact: TaskRecord;
  queuedCount: { count: number };
  queuedBefore: { count: number };
  queuedFrom: TaskRecord;
  journal: { lines: string };
  entriesAfter: EntryRecord;
  newestEntries: EntryRecord;
  timings: { model: string; pixels: number | null; seconds: number };
  spending: { key: string };
  spentOn: { micros: number };
}

const taskFields = `place, task_id AS taskId, job_id AS jobId, owner, model, options, face_limit AS faceLimit, status,
  progress, message, queue_position AS queuePosition, created_at AS createdAt, started_at AS startedAt,
  finished_at AS finishedAt, total, waiting, running, ended, turn, sequence, head, compact_at AS compactAt`;

const fileFields = `tf.place, tf.file_id AS fileId, f.filename, f.pixels, tf.state, tf.status, tf.progress, tf.message, tf.result,
  tf.error, tf.details, tf.attempts, tf.last_error AS lastError, tf.crashes, tf.started_at AS startedAt, tf.due_at AS dueAt, tf.token,
  tf.remembered, tf.head`;

const fileSource = 'task_files tf JOIN files f ON f.file_id = tf.file_id';

/** Every statement of the engine's daily work, by name. Prepared once, when the engine opens. */
export const sql = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',

  insertJob: `INSERT INTO jobs (job_id, owner, model, options, face_limit, created_at)
    VALUES (:jobId, :owner, :model, :options, :faceLimit, :createdAt)`,
  insertFile: `INSERT INTO files (file_id, job_id, filename, content_type, size_bytes, sha256, pixels, storage_key)
    VALUES (:fileId, :jobId, :filename, :contentType, :sizeBytes, :sha256, :pixels, :storageKey)`,
  insertTask: `INSERT INTO tasks (task_id, job_id, owner, model, options, face_limit, status, progress, message,
      created_at, total, waiting, running, ended, turn, sequence, head)
    VALUES (:taskId, :jobId, :owner, :model, :options, :faceLimit, 'queued', 0, '', :createdAt, :total, :total, 0, 0,
      :turn, 0, 0)`,
  insertIdempotency: `INSERT INTO idempotency (owner, key, job_id, body_hash, answer)
    VALUES (:owner, :key, :jobId, :bodyHash, :answer)`,
  idempotency: `SELECT key, body_hash AS bodyHash, answer FROM idempotency WHERE owner = ? AND key = ?`,
  deleteJob: 'DELETE FROM jobs WHERE job_id = ?',
  unfinishedTask: 'SELECT place FROM tasks WHERE job_id = ? AND finished_at IS NULL LIMIT 1',
  jobsOfOwner: `SELECT job_id AS jobId, owner, model, options, face_limit AS faceLimit, created_at AS createdAt
    FROM jobs WHERE owner = ? AND (created_at, job_id) < (?, ?) ORDER BY created_at DESC, job_id DESC LIMIT ?`,
  finishedJobs: `SELECT job_id AS jobId FROM jobs j WHERE created_at < ?1 AND NOT EXISTS (
      SELECT 1 FROM tasks t WHERE t.job_id = j.job_id AND (t.finished_at IS NULL OR t.finished_at >= ?1))
    ORDER BY created_at LIMIT ?2`,
  unknownJobs: `SELECT value AS jobId FROM json_each(?)
    WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE job_id = value)`,
  insertResult: 'INSERT OR IGNORE INTO results (work, file_id) VALUES (:work, :fileId)',
  // The ids of files are in the order of their upload. A file is completed in one task at most.
  resultOf: `SELECT f.job_id AS jobId, tf.result FROM results r
      JOIN files f ON f.file_id = r.file_id JOIN task_files tf ON tf.file_id = r.file_id AND tf.status = 'completed'
    WHERE r.work = ? ORDER BY r.file_id DESC LIMIT 1`,
  insertTaskFile: `INSERT INTO task_files (place, file_id, state, status, progress, message, attempts, crashes, head)
    VALUES (:place, :fileId, 'waiting', 'pending', 0, '', 0, 0, 0)`,

  job: `SELECT job_id AS jobId, owner, model, options, face_limit AS faceLimit, created_at AS createdAt
    FROM jobs WHERE job_id = ?`,
  filenames: 'SELECT file_id AS fileId, filename FROM files WHERE job_id = ? ORDER BY file_id',
  filesOfJob: `SELECT file_id AS fileId, filename, content_type AS contentType, size_bytes AS sizeBytes, sha256,
      pixels, storage_key AS storageKey
    FROM files WHERE job_id = ? ORDER BY file_id`,
  file: `SELECT file_id AS fileId, filename, content_type AS contentType, size_bytes AS sizeBytes, sha256,
      pixels, storage_key AS storageKey
    FROM files WHERE file_id = ?`,
  tasksOfJob: `SELECT ${taskFields} FROM tasks WHERE job_id = ? ORDER BY place`,
  task: `SELECT ${taskFields} FROM tasks WHERE task_id = ?`,
  taskAt: `SELECT ${taskFields} FROM tasks WHERE place = ?`,
  saveTask: `UPDATE tasks SET status = ?, progress = ?, message = ?, queue_position = ?, started_at = ?, finished_at = ?,
      waiting = ?, running = ?, ended = ?, turn = ?, sequence = ?, head = ?, compact_at = ? WHERE place = ?`,

  taskFiles: `SELECT ${fileFields} FROM ${fileSource} WHERE tf.place = ? ORDER BY tf.file_id`,
  allLeasedFiles: `SELECT ${fileFields} FROM ${fileSource} WHERE tf.token IS NOT NULL`,
  dueFiles: `SELECT ${fileFields} FROM ${fileSource} WHERE tf.due_at <= ? ORDER BY tf.due_at LIMIT ?`,
  begunFile: `SELECT tf.place, tf.file_id AS fileId FROM task_files tf JOIN tasks t ON t.place = tf.place
    WHERE tf.state = 'waiting' AND tf.remembered IS NOT NULL AND t.model NOT IN (SELECT value FROM json_each(?))
    ORDER BY tf.place, tf.file_id LIMIT 1`,
  waitingFile: `SELECT file_id AS fileId FROM task_files WHERE place = ? AND state = 'waiting'
    ORDER BY file_id LIMIT 1`,
  saveFile: `UPDATE task_files SET state = ?, status = ?, progress = ?, message = ?, result = ?, error = ?, details = ?,
      attempts = ?, last_error = ?, crashes = ?, started_at = ?, due_at = ?, token = ?, remembered = ?, head = ?
    WHERE place = ? AND file_id = ?`,
  saveReported: 'UPDATE task_files SET progress = ?, message = ?, head = ? WHERE place = ? AND file_id = ?',
  renew: 'UPDATE task_files SET due_at = ? WHERE token = ?',
  remember: 'UPDATE task_files SET remembered = ? WHERE token = ?',

  nextTask: `SELECT ${taskFields} FROM tasks WHERE waiting > 0 AND model NOT IN (SELECT value FROM json_each(?))
    ORDER BY running, turn, place LIMIT 1`,
  lastTurn: 'SELECT coalesce(max(turn), 0) AS turn FROM tasks',
  counts: `SELECT
      (SELECT count(*) FROM task_files WHERE token IS NOT NULL) AS running,
      (SELECT coalesce(sum(waiting), 0) FROM tasks WHERE waiting > 0) +
      (SELECT count(*) FROM task_files WHERE due_at IS NOT NULL AND state = 'delayed') AS waiting`,
  nextDue: `SELECT min(due_at) AS due FROM task_files WHERE due_at IS NOT NULL`,
  nextCompaction: `SELECT min(compact_at) AS due FROM tasks WHERE compact_at IS NOT NULL`,
  tasksToCompact: `SELECT ${taskFields} FROM tasks WHERE compact_at <= ? ORDER BY compact_at LIMIT ?`,
  queuedCount: `SELECT count(*) AS count FROM tasks WHERE status = 'queued'`,
  queuedBefore: `SELECT count(*) AS count FROM tasks WHERE status = 'queued' AND place < ?`,
  queuedFrom: `SELECT ${taskFields} FROM tasks WHERE status = 'queued' AND place >= ? ORDER BY place LIMIT ?`,

  insertEntry: 'INSERT INTO entries (place, sequence, key, type, data) VALUES (?, ?, ?, ?, ?)',
  deleteEntry: 'DELETE FROM entries WHERE place = ? AND sequence = ?',
  compactRange: `DELETE FROM entries WHERE place = ?1 AND sequence <> ?2 AND sequence > ?3 AND sequence <= ?4
    AND sequence NOT IN (SELECT head FROM task_files WHERE place = ?1)`,
  entriesAfter: 'SELECT sequence, key, type, data FROM entries WHERE place = ? AND sequence > ? ORDER BY sequence',
  newestEntries: `SELECT sequence, key, type, data FROM entries WHERE place = ?1 AND sequence IN (
      SELECT head FROM tasks WHERE place = ?1 UNION ALL SELECT head FROM task_files WHERE place = ?1)
    ORDER BY sequence`,

  insertJournal: 'INSERT INTO journal (number, lines) VALUES (?, ?)',
  trimJournal: 'DELETE FROM journal WHERE number < ?',
  emptyJournal: 'DELETE FROM journal',
  journal: 'SELECT lines FROM journal ORDER BY number',

  insertTiming: 'INSERT INTO timings (model, pixels, seconds) VALUES (:model, :pixels, :seconds)',
  trimTimings: `DELETE FROM timings WHERE model = :model AND number <= (
      SELECT number FROM timings WHERE model = :model ORDER BY number DESC LIMIT 1 OFFSET :keep)`,
  timings: 'SELECT model, pixels, seconds FROM timings ORDER BY number',

  insertSpending: 'INSERT INTO spending (key, day, model, micros) VALUES (:key, :day, :model, :micros)',
  dropSpending: 'DELETE FROM spending WHERE day < ?',
  settleSpending: 'UPDATE spending SET micros = ? WHERE key = ?',
  spending: 'SELECT key FROM spending WHERE key = ?',
  spentOn: 'SELECT coalesce(sum(micros), 0) AS micros FROM spending WHERE day = ?',
} as const;
