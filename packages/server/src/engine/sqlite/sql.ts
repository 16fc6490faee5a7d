const jobFields = 'job_id AS jobId, owner, model, options, face_limit AS faceLimit, created_at AS createdAt';

const filesText = `SELECT f.file_id AS fileId, f.filename, f.content_type AS contentType, f.size_bytes AS sizeBytes,
    f.sha256, pixels, f.storage_key AS storageKey, m.filename AS maskFilename, m.content_type AS maskContentType,
    m.size_bytes AS maskSizeBytes, m.sha256 AS maskSha256, m.storage_key AS maskStorageKey
  FROM files f LEFT JOIN masks m ON m.file_id = f.file_id`;

const taskFields = `place, task_id AS taskId, job_id AS jobId, owner, model, options, face_limit AS faceLimit, status,
  progress, message, message_id AS messageId, message_values AS messageValues, queue_position AS queuePosition,
  created_at AS createdAt, started_at AS startedAt, finished_at AS finishedAt, waiting, running, ended, turn, sequence,
  head, compact_at AS compactAt, reserved, skipped_to AS skippedTo`;

const jobs = {
  insertJob: `INSERT INTO jobs (job_id, owner, model, options, face_limit, created_at)
    VALUES (:jobId, :owner, :model, :options, :faceLimit, :createdAt)`,
  insertFile: `INSERT INTO files (file_id, job_id, filename, content_type, size_bytes, sha256, pixels, storage_key)
    VALUES (:fileId, :jobId, :filename, :contentType, :sizeBytes, :sha256, :pixels, :storageKey)`,
  insertMask: `INSERT OR REPLACE INTO masks (file_id, filename, content_type, size_bytes, sha256, storage_key)
    VALUES (:fileId, :filename, :contentType, :sizeBytes, :sha256, :storageKey)`,
  deleteMask: 'DELETE FROM masks WHERE file_id = ?',
  insertTask: `INSERT INTO tasks (task_id, job_id, owner, model, options, face_limit, status, progress, message,
      created_at, total, waiting, running, ended, turn, sequence, head)
    VALUES (:taskId, :jobId, :owner, :model, :options, :faceLimit, 'queued', 0, '', :createdAt, :total, :total, 0, 0,
      :turn, 0, 0)`,
  insertTaskFile: `INSERT INTO task_files (place, file_id, state, status, progress, message, attempts, crashes, head,
      remakes)
    VALUES (:place, :fileId, 'waiting', 'pending', 0, '', 0, 0, 0, :remakes)`,
  insertIdempotency: `INSERT INTO idempotency (owner, key, job_id, body_hash, answer)
    VALUES (:owner, :key, :jobId, :bodyHash, :answer)`,
  idempotency: `SELECT key, body_hash AS bodyHash, answer FROM idempotency WHERE owner = ? AND key = ?`,

  job: `SELECT ${jobFields} FROM jobs WHERE job_id = ?`,
  jobsOfOwner: `SELECT ${jobFields} FROM jobs
    WHERE owner = ? AND (created_at, job_id) < (?, ?) ORDER BY created_at DESC, job_id DESC LIMIT ?`,
  filenames: 'SELECT file_id AS fileId, filename FROM files WHERE job_id = ? ORDER BY file_id',
  filesOfJob: `${filesText} WHERE job_id = ? ORDER BY f.file_id`,
  file: `${filesText} WHERE f.file_id = ?`,

  unfinishedTask: 'SELECT place FROM tasks WHERE job_id = ? AND finished_at IS NULL LIMIT 1',
  deleteJob: 'DELETE FROM jobs WHERE job_id = ?',
  finishedJobs: `SELECT job_id AS jobId FROM jobs j WHERE created_at <= ?1 AND NOT EXISTS (
      SELECT 1 FROM tasks t WHERE t.job_id = j.job_id AND (t.finished_at IS NULL OR t.finished_at > ?1))
    ORDER BY created_at LIMIT ?2`,
  unknownJobs: `SELECT value AS jobId FROM json_each(?)
    WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE job_id = value)`,

  insertResult: 'INSERT OR IGNORE INTO results (work, file_id) VALUES (:work, :fileId)',
  dropResults: 'DELETE FROM results WHERE file_id = ?',
  // The ids of files are in the order of their upload. One task has a file's result; see `supersede`.
  resultOf: `SELECT f.job_id AS jobId, tf.result, tf.attempt_id AS attemptId FROM results r
      JOIN files f ON f.file_id = r.file_id JOIN task_files tf ON tf.file_id = r.file_id AND tf.result IS NOT NULL
    WHERE r.work = ? ORDER BY r.file_id DESC LIMIT 1`,

  resultsBefore: `SELECT attempt_id AS attemptId FROM task_files
    WHERE file_id = ? AND place < ? AND result IS NOT NULL`,
  dropResultsBefore: `UPDATE task_files SET result = NULL, result_bytes = NULL
    WHERE file_id = ? AND place < ? AND result IS NOT NULL`,

  usage: `SELECT
      (SELECT count(*) FROM files) +
      (SELECT count(*) FROM masks) +
      (SELECT count(*) FROM task_files WHERE result_bytes IS NOT NULL) AS files,
      (SELECT coalesce(sum(size_bytes), 0) FROM files) +
      (SELECT coalesce(sum(size_bytes), 0) FROM masks) +
      (SELECT coalesce(sum(result_bytes), 0) FROM task_files WHERE result_bytes IS NOT NULL) AS bytes`,
} as const;

const tasks = {
  tasksOfJob: `SELECT ${taskFields} FROM tasks WHERE job_id = ? ORDER BY place`,
  task: `SELECT ${taskFields} FROM tasks WHERE task_id = ?`,
  taskAt: `SELECT ${taskFields} FROM tasks WHERE place = ?`,
  taskFiles: `SELECT tf.file_id AS fileId, f.filename, f.pixels, tf.state, tf.status, tf.progress, tf.message,
      tf.message_id AS messageId, tf.message_values AS messageValues, tf.result, tf.attempt_id AS attemptId, tf.details,
      tf.attempts, tf.last_error AS lastError, tf.last_error_id AS lastErrorId, tf.last_error_values AS lastErrorValues,
      tf.crashes, tf.started_at AS startedAt, tf.due_at AS dueAt, tf.token, tf.worker, tf.remembered, tf.head, tf.remakes
    FROM task_files tf JOIN files f ON f.file_id = tf.file_id WHERE tf.place = ? ORDER BY tf.file_id`,
  saveTask: `UPDATE tasks SET status = ?, progress = ?, message = ?, message_id = ?, message_values = ?,
      queue_position = ?, started_at = ?, finished_at = ?, waiting = ?, running = ?, ended = ?, turn = ?, sequence = ?,
      head = ?, compact_at = ?, reserved = ?, skipped_to = ? WHERE place = ?`,
  saveFile: `UPDATE task_files SET state = ?, status = ?, progress = ?, message = ?, message_id = ?,
      message_values = ?, result = ?, result_bytes = ?, attempt_id = ?, details = ?, attempts = ?, last_error = ?,
      last_error_id = ?, last_error_values = ?, crashes = ?, started_at = ?, due_at = ?, token = ?, worker = ?,
      remembered = ?, head = ? WHERE place = ? AND file_id = ?`,
  // Neither touches a column that an index has.
  saveReportedTask: `UPDATE tasks SET progress = ?, message = ?, message_id = ?, message_values = ?, sequence = ?, head = ?
    WHERE place = ?`,
  saveReported: `UPDATE task_files SET progress = ?, message = ?, message_id = ?, message_values = ?, head = ?
    WHERE place = ? AND file_id = ?`,
} as const;

// See `isInQueue`.
const inQueue = `status = 'queued' AND message_id IS NOT 'file.model_missing'`;

const queue = {
  begunFile: `SELECT tf.place, tf.file_id AS fileId FROM task_files tf JOIN tasks t ON t.place = tf.place
    WHERE tf.state = 'waiting' AND tf.remembered IS NOT NULL AND t.model IN (SELECT value FROM json_each(?))
    ORDER BY tf.place, tf.file_id LIMIT 1`,
  nextTask: `SELECT place FROM tasks WHERE waiting > 0 AND model IN (SELECT value FROM json_each(?))
    ORDER BY running, turn, place LIMIT 1`,
  waitingFile: `SELECT file_id AS fileId FROM task_files WHERE place = ? AND state = 'waiting'
    ORDER BY file_id LIMIT 1`,
  lastTurn: 'SELECT coalesce(max(turn), 0) AS turn FROM tasks',
  renew: 'UPDATE task_files SET due_at = ? WHERE token = ?',
  remember: 'UPDATE task_files SET remembered = ? WHERE token = ?',
  allLeasedFiles: `SELECT place, token, crashes FROM task_files WHERE token IS NOT NULL`,

  // Files that wait for their turn though their model is not offered, or for their model though it is.
  waitingToOffer: `SELECT tasks.place, tasks.model FROM tasks CROSS JOIN task_files tf ON tf.place = tasks.place
    WHERE tasks.waiting > 0 AND tf.state = 'waiting' AND
      (tasks.model IN (SELECT value FROM json_each(?))) = (coalesce(tf.message_id, '') = 'file.model_missing')`,
  delayedToOffer: `SELECT t.place, t.model FROM task_files tf JOIN tasks t ON t.place = tf.place
    WHERE tf.due_at IS NOT NULL AND tf.state = 'delayed' AND
      (t.model IN (SELECT value FROM json_each(?))) = (coalesce(tf.message_id, '') = 'file.model_missing')`,

  counts: `SELECT
      (SELECT count(*) FROM task_files WHERE token IS NOT NULL) AS running,
      (SELECT coalesce(sum(waiting), 0) FROM tasks WHERE waiting > 0) +
      (SELECT count(*) FROM task_files WHERE due_at IS NOT NULL AND state = 'delayed') AS waiting`,
  dueFiles: 'SELECT place FROM task_files WHERE due_at <= ? ORDER BY due_at LIMIT ?',
  nextDue: `SELECT min(due_at) AS due FROM task_files WHERE due_at IS NOT NULL`,
  nextCompaction: `SELECT min(compact_at) AS due FROM tasks WHERE compact_at IS NOT NULL`,
  tasksToCompact: 'SELECT place, sequence, head FROM tasks WHERE compact_at <= ? ORDER BY compact_at LIMIT ?',
  compacted: 'UPDATE tasks SET compact_at = NULL WHERE place = ?',
  queuedCount: `SELECT count(*) AS count FROM tasks WHERE ${inQueue}`,
  queuedBefore: `SELECT count(*) AS count FROM tasks WHERE ${inQueue} AND place < ?`,
  queuedFrom: `SELECT place, queue_position AS queuePosition FROM tasks WHERE ${inQueue} AND place >= ?
    ORDER BY place LIMIT ?`,
} as const;

const log = {
  insertEntry: 'INSERT INTO entries (place, sequence, key, type, data) VALUES (?, ?, ?, ?, ?)',
  deleteEntry: 'DELETE FROM entries WHERE place = ? AND sequence = ?',
  compactRange: `DELETE FROM entries WHERE place = ?1 AND sequence <> ?2 AND sequence > ?3 AND sequence <= ?4
    AND sequence NOT IN (SELECT head FROM task_files WHERE place = ?1)`,
  entriesFrom: 'SELECT sequence, key, type, data FROM entries WHERE place = ? AND sequence >= ? ORDER BY sequence',
  newestEntries: `SELECT sequence, key, type, data FROM entries WHERE place = ?1 AND sequence IN (
      SELECT head FROM tasks WHERE place = ?1 UNION ALL SELECT head FROM task_files WHERE place = ?1)
    ORDER BY sequence`,

  insertReplaced: 'INSERT INTO replaced (place, last, lines) VALUES (?, ?, ?)',
  trimReplaced: 'DELETE FROM replaced WHERE place = ? AND last <= ?',
  replacedFrom: 'SELECT lines FROM replaced WHERE place = ? AND last >= ? ORDER BY last',

  insertJournal: 'INSERT INTO journal (number, lines) VALUES (?, ?)',
  trimJournal: 'DELETE FROM journal WHERE number < ?',
  emptyJournal: 'DELETE FROM journal',
  journal: 'SELECT lines FROM journal ORDER BY number',
} as const;

const timings = {
  insertTiming: 'INSERT INTO timings (model, pixels, seconds) VALUES (:model, :pixels, :seconds)',
  trimTimings: `DELETE FROM timings WHERE model = :model AND number <= (
      SELECT number FROM timings WHERE model = :model ORDER BY number DESC LIMIT 1 OFFSET :keep)`,
  // What waits; leased files are taken back when the store opens.
  waitingSizes: `SELECT tasks.place, turn, model, pixels FROM tasks CROSS JOIN task_files tf ON tf.place = tasks.place
      CROSS JOIN files f ON f.file_id = tf.file_id
    WHERE waiting > 0 AND tf.state IN ('waiting', 'delayed')`,
  timings: 'SELECT model, pixels, seconds FROM timings ORDER BY number',
} as const;

const cleanups = {
  insertCleanup: `INSERT INTO cleanups (model, cleanup, due_at, attempts) VALUES (:model, :cleanup, :dueAt, 0)`,
  claimableCleanup: `SELECT number, cleanup, attempts FROM cleanups
    WHERE due_at <= ? AND (model IS NULL OR model IN (SELECT value FROM json_each(?)))
    ORDER BY due_at LIMIT 1`,
  leaseCleanup: 'UPDATE cleanups SET token = ?, worker = ?, due_at = ?, attempts = attempts + 1 WHERE number = ?',
  deleteCleanup: 'DELETE FROM cleanups WHERE token = ?',
  returnCleanup: 'UPDATE cleanups SET token = NULL, worker = NULL, due_at = ? WHERE token = ?',
  voidCleanups: 'UPDATE cleanups SET token = NULL, worker = NULL, due_at = ? WHERE token IS NOT NULL',
  cleanupDue: 'SELECT min(due_at) AS due FROM cleanups WHERE due_at > ?',
} as const;

const ledger = {
  insertSpending: `INSERT INTO spending (key, day, provider, model, currency, micros)
    VALUES (:key, :day, :provider, :model, :currency, :micros)`,
  dropSpending: 'DELETE FROM spending WHERE day < ?',
  settleSpending: 'UPDATE spending SET micros = ? WHERE key = ?',
  spending: 'SELECT key FROM spending WHERE key = ?',
  spentOn: `SELECT coalesce(sum(micros), 0) AS micros FROM spending WHERE provider = ? AND currency = ? AND day = ?`,
} as const;

const access = {
  insertSecret: 'INSERT OR IGNORE INTO secrets (name, secret) VALUES (:name, :secret)',
  secret: 'SELECT secret FROM secrets WHERE name = ?',
  insertEndedLogin: 'INSERT OR REPLACE INTO ended_logins (login_id, expires_at) VALUES (:loginId, :expiresAt)',
  dropEndedLogins: 'DELETE FROM ended_logins WHERE expires_at <= ?',
  endedLogin: 'SELECT login_id AS loginId FROM ended_logins WHERE login_id = ? AND expires_at > ?',
  insertTicket: `INSERT INTO tickets (hash, owner, login, task_id, job_id, expires_at)
    VALUES (:hash, :owner, :login, :taskId, :jobId, :expiresAt)`,
  dropTickets: 'DELETE FROM tickets WHERE expires_at <= ?',
  ticket: `SELECT owner, login, task_id AS taskId, job_id AS jobId, bound, expires_at AS expiresAt FROM tickets
    WHERE hash = ? AND expires_at > ?`,
  redeemTicket: 'DELETE FROM tickets WHERE hash = ? AND bound = 0 AND expires_at > ?',
  bindTicket: 'UPDATE tickets SET bound = 1, expires_at = ? WHERE hash = ? AND bound = 0 AND expires_at > ?',
  keepTicket: 'UPDATE tickets SET expires_at = ? WHERE hash = ? AND bound = 1',
} as const;

const shareFields = `share_id AS shareId, job_id AS jobId, file_id AS fileId, hash, created_at AS createdAt,
  expires_at AS expiresAt`;

const shares = {
  insertShare: `INSERT INTO shares (share_id, job_id, file_id, hash, created_at, expires_at)
    VALUES (:shareId, :jobId, :fileId, :hash, :createdAt, :expiresAt)`,
  dropExpiredShares: 'DELETE FROM shares WHERE job_id = ? AND expires_at <= ?',
  shareCount: 'SELECT count(*) AS count FROM shares WHERE job_id = ?',
  sharesOfJob: `SELECT ${shareFields} FROM shares
    WHERE job_id = ? AND (expires_at IS NULL OR expires_at > ?) ORDER BY created_at DESC`,
  shareByHash: `SELECT ${shareFields} FROM shares WHERE hash = ? AND (expires_at IS NULL OR expires_at > ?)`,
  deleteShare: 'DELETE FROM shares WHERE share_id = ? AND job_id = ?',
} as const;

const meta = {
  meta: 'SELECT value FROM meta WHERE name = ?',
  setMeta: 'INSERT OR REPLACE INTO meta (name, value) VALUES (:name, :value)',
} as const;

/** Every statement of the engine's daily work, by name. Prepared once, when the store opens. */
export const sql = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  ...jobs,
  ...tasks,
  ...queue,
  ...log,
  ...timings,
  ...cleanups,
  ...ledger,
  ...access,
  ...shares,
  ...meta,
} as const;
