/**
 * The steps from one schema version to the next: step n leads from version n to n + 1 (`user_version`). A step that was
 * released never changes; what is new is a new step.
 *
 * `tasks.place` is the order of submission and what the other tables refer to: it is shorter than a UUID in every
 * entry. `head` is the sequence of the newest entry of a key, so that "the newest of each key" needs no index of its
 * own and costs no extra write.
 *
 * `journal` holds the entries of reports until they are moved into `entries` and `replaced`; see `TaskLog`.
 *
 * A leased row of `cleanups` is due again when its lease expires, so nothing has to be swept there.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE jobs (
    job_id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    model TEXT NOT NULL,
    options TEXT NOT NULL,
    face_limit INTEGER,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE files (
    file_id TEXT PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES jobs ON DELETE CASCADE,
    filename TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    storage_key TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX files_of_job ON files (job_id);

  CREATE TABLE tasks (
    place INTEGER PRIMARY KEY,
    task_id TEXT NOT NULL UNIQUE,
    job_id TEXT NOT NULL REFERENCES jobs ON DELETE CASCADE,
    owner TEXT NOT NULL,
    model TEXT NOT NULL,
    options TEXT NOT NULL,
    face_limit INTEGER,
    status TEXT NOT NULL,
    progress REAL NOT NULL,
    message TEXT NOT NULL,
    queue_position INTEGER,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    total INTEGER NOT NULL,
    waiting INTEGER NOT NULL,
    running INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    turn INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    head INTEGER NOT NULL,
    compact_at INTEGER
  ) STRICT;
  CREATE INDEX tasks_of_job ON tasks (job_id);
  CREATE INDEX tasks_to_claim ON tasks (running, turn, place) WHERE waiting > 0;
  CREATE INDEX tasks_queued ON tasks (place) WHERE status = 'queued';
  CREATE INDEX tasks_to_compact ON tasks (compact_at) WHERE compact_at IS NOT NULL;

  CREATE TABLE task_files (
    place INTEGER NOT NULL REFERENCES tasks ON DELETE CASCADE,
    file_id TEXT NOT NULL REFERENCES files ON DELETE CASCADE,
    state TEXT NOT NULL,
    status TEXT NOT NULL,
    progress REAL NOT NULL,
    message TEXT NOT NULL,
    result TEXT,
    error TEXT,
    details TEXT,
    attempts INTEGER NOT NULL,
    crashes INTEGER NOT NULL,
    started_at INTEGER,
    due_at INTEGER,
    token TEXT,
    remembered TEXT,
    head INTEGER NOT NULL,
    PRIMARY KEY (place, file_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX task_files_by_file ON task_files (file_id);
  CREATE UNIQUE INDEX task_files_by_token ON task_files (token) WHERE token IS NOT NULL;
  CREATE INDEX task_files_due ON task_files (due_at) WHERE due_at IS NOT NULL;

  CREATE TABLE entries (
    place INTEGER NOT NULL REFERENCES tasks ON DELETE CASCADE,
    sequence INTEGER NOT NULL,
    key TEXT NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (place, sequence)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE timings (
    number INTEGER PRIMARY KEY,
    model TEXT NOT NULL,
    seconds REAL NOT NULL
  ) STRICT;
  CREATE INDEX timings_of_model ON timings (model, number);
  `,
  `
  CREATE INDEX jobs_of_owner ON jobs (owner, created_at, job_id);
  CREATE INDEX jobs_by_age ON jobs (created_at);

  CREATE TABLE idempotency (
    owner TEXT NOT NULL,
    key TEXT NOT NULL,
    job_id TEXT NOT NULL REFERENCES jobs ON DELETE CASCADE,
    body_hash TEXT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (owner, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX idempotency_of_job ON idempotency (job_id);
  `,
  `
  CREATE TABLE spending (
    key TEXT PRIMARY KEY,
    day TEXT NOT NULL,
    model TEXT NOT NULL,
    micros INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX spending_of_day ON spending (day);
  `,
  `
  CREATE TABLE journal (
    number INTEGER PRIMARY KEY,
    lines TEXT NOT NULL
  ) STRICT;
  `,
  `
  ALTER TABLE files ADD COLUMN pixels INTEGER;
  ALTER TABLE timings ADD COLUMN pixels INTEGER;
  ALTER TABLE task_files ADD COLUMN last_error TEXT;
  DROP INDEX tasks_to_claim;
  CREATE INDEX tasks_to_claim ON tasks (running, turn, place, model) WHERE waiting > 0;
  `,
  `
  CREATE TABLE results (
    work BLOB NOT NULL,
    file_id TEXT NOT NULL REFERENCES files ON DELETE CASCADE,
    PRIMARY KEY (work, file_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX results_of_file ON results (file_id);
  `,
  `
  CREATE INDEX task_files_begun ON task_files (place, file_id) WHERE state = 'waiting' AND remembered IS NOT NULL;
  `,
  `
  ALTER TABLE tasks ADD COLUMN message_id TEXT;
  ALTER TABLE tasks ADD COLUMN message_values TEXT;
  ALTER TABLE task_files ADD COLUMN message_id TEXT;
  ALTER TABLE task_files ADD COLUMN message_values TEXT;
  ALTER TABLE task_files ADD COLUMN last_error_id TEXT;
  ALTER TABLE task_files ADD COLUMN last_error_values TEXT;
  ALTER TABLE task_files ADD COLUMN attempt_id TEXT;
  ALTER TABLE task_files ADD COLUMN worker TEXT;
  ALTER TABLE task_files ADD COLUMN result_bytes INTEGER;
  UPDATE task_files SET result_bytes = json_extract(result, '$.size') + coalesce(
      (SELECT sum(json_extract(value, '$.size')) FROM json_each(result, '$.extra_files')), 0)
    WHERE result IS NOT NULL;
  UPDATE task_files SET message = error WHERE error IS NOT NULL;
  ALTER TABLE task_files DROP COLUMN error;
  UPDATE task_files SET message_id = CASE message
      WHEN 'The model is ready' THEN 'file.ready'
      WHEN 'Taken from an earlier result' THEN 'file.reused'
      WHEN 'Cancelled' THEN 'file.cancelled'
      WHEN 'Waiting in the queue' THEN 'queue.waiting'
      WHEN 'Interrupted, starting again soon' THEN 'file.interrupted'
      WHEN 'The worker stopped twice on this image' THEN 'file.worker_crashed'
      WHEN 'The server stopped each time that it worked on this image' THEN 'file.server_crashed'
    END;
  CREATE INDEX files_by_size ON files (size_bytes);
  CREATE INDEX task_files_by_size ON task_files (result_bytes) WHERE result_bytes IS NOT NULL;

  CREATE TABLE cleanups (
    number INTEGER PRIMARY KEY,
    model TEXT,
    cleanup TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    token TEXT,
    worker TEXT
  ) STRICT;
  CREATE INDEX cleanups_due ON cleanups (due_at);
  CREATE UNIQUE INDEX cleanups_by_token ON cleanups (token) WHERE token IS NOT NULL;

  ALTER TABLE spending ADD COLUMN provider TEXT NOT NULL DEFAULT 'fal';
  ALTER TABLE spending ADD COLUMN currency TEXT NOT NULL DEFAULT 'USD';
  CREATE INDEX spending_at_provider ON spending (provider, currency, day, micros);

  CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    secret BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE ended_logins (
    login_id TEXT PRIMARY KEY,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX ended_logins_by_expiry ON ended_logins (expires_at);

  CREATE TABLE tickets (
    hash TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    login TEXT NOT NULL,
    task_id TEXT NOT NULL,
    job_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX tickets_by_expiry ON tickets (expires_at);
  `,
  // 9: what is known of the store as a whole, by name; sequence numbers that are taken before they are used.
  `
  CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value ANY NOT NULL
  ) STRICT, WITHOUT ROWID;
  ALTER TABLE tasks ADD COLUMN reserved INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE tasks ADD COLUMN skipped_to INTEGER NOT NULL DEFAULT 0;
  `,
  // 10: tickets that were used for the events of their task are kept for whoever used them.
  `
  ALTER TABLE tickets ADD COLUMN bound INTEGER NOT NULL DEFAULT 0;
  `,
  // 11: what has been replaced in the tail of a running task, many entries to a row.
  `
  CREATE TABLE replaced (
    place INTEGER NOT NULL REFERENCES tasks ON DELETE CASCADE,
    last INTEGER NOT NULL,
    lines TEXT NOT NULL,
    PRIMARY KEY (place, last)
  ) STRICT, WITHOUT ROWID;
  `,
  // 12: masks of photos; files that have a result of an earlier task while they are made again.
  `
  CREATE TABLE masks (
    file_id TEXT PRIMARY KEY REFERENCES files ON DELETE CASCADE,
    filename TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    storage_key TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX masks_by_size ON masks (size_bytes);
  ALTER TABLE task_files ADD COLUMN remakes INTEGER NOT NULL DEFAULT 0;
  `,
  // 13: lasting links to the models of a job, or to one of them, by the hash of their tokens.
  `
  CREATE TABLE shares (
    share_id TEXT PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES jobs ON DELETE CASCADE,
    file_id TEXT,
    hash TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX shares_of_job ON shares (job_id, created_at);
  `,
];
