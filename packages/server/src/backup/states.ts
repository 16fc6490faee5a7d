import type { DatabaseSync } from 'node:sqlite';

/** Rows of a database that disagree. */
export interface Disagreement {
  /** A sentence without its full stop. */
  text: string;
  /** Statements that mend it, where what is right is known. */
  mend?: (db: DatabaseSync) => void;
}

/** What a rule finds: those of these that it names, and more. */
interface Found {
  jobId: string;
  taskId: string;
  fileId: string;
  status: string;
}

interface Rule {
  /** Gives what is wrong, and whatever `mend` names. */
  find: string;
  text: (row: Found) => string;
  /** Run for each row, with its columns as named parameters. */
  mend?: string;
}

const counts = `SELECT t.place, t.task_id AS taskId, t.total, t.waiting, t.running, t.ended,
    count(tf.file_id) AS files, coalesce(sum(tf.state = 'waiting'), 0) AS waits,
    coalesce(sum(tf.state = 'leased'), 0) AS runs, coalesce(sum(tf.state = 'ended'), 0) AS ends
  FROM tasks t LEFT JOIN task_files tf ON tf.place = t.place GROUP BY t.place`;

/** In the order in which they are mended: what a later one finds depends on what an earlier one has set right. */
const rules: readonly Rule[] = [
  {
    // A file is leased exactly while it has a token.
    find: `SELECT t.place, t.task_id AS taskId, tf.file_id AS fileId FROM task_files tf JOIN tasks t ON t.place = tf.place
      WHERE (tf.state = 'leased') <> (tf.token IS NOT NULL)`,
    text: ({ taskId, fileId }) => `task ${taskId}: file ${fileId} is in progress, but no worker has it`,
    mend: `UPDATE task_files SET token = NULL, worker = NULL, due_at = NULL,
        state = CASE state WHEN 'leased' THEN 'waiting' ELSE state END,
        status = CASE state WHEN 'leased' THEN 'pending' ELSE status END
      WHERE place = :place AND file_id = :fileId`,
  },
  {
    find: `SELECT t.place, t.task_id AS taskId, tf.file_id AS fileId FROM task_files tf JOIN tasks t ON t.place = tf.place
      WHERE t.finished_at IS NOT NULL AND tf.state <> 'ended'`,
    text: ({ taskId, fileId }) => `task ${taskId} has ended, but its file ${fileId} has not`,
    mend: `UPDATE task_files SET token = NULL, worker = NULL, due_at = NULL, remembered = NULL, state = 'ended',
        status = 'failed', message = 'The model couldn’t be made', message_id = 'file.failed', message_values = NULL
      WHERE place = :place AND file_id = :fileId`,
  },
  {
    find: `${counts} HAVING t.total <> files OR t.waiting <> waits OR t.running <> runs OR t.ended <> ends`,
    text: ({ taskId }) => `task ${taskId} has wrong counts of its files`,
    mend: `UPDATE tasks SET total = :files, waiting = :waits, running = :runs, ended = :ends WHERE place = :place`,
  },
  {
    find: `${counts} HAVING files > 0 AND ends = files AND t.finished_at IS NULL`,
    text: ({ taskId }) => `all files of task ${taskId} have ended, but the task has not`,
  },
  {
    find: `SELECT place, task_id AS taskId, status FROM tasks
      WHERE (finished_at IS NOT NULL) <> (status IN ('completed', 'failed', 'cancelled'))`,
    text: ({ taskId, status }) => `task ${taskId} is ${status}, but its times say otherwise`,
  },
  {
    find: `SELECT place, task_id AS taskId, status FROM tasks t WHERE finished_at IS NOT NULL AND
      (status = 'completed') <> EXISTS (SELECT 1 FROM task_files tf WHERE tf.place = t.place AND tf.status = 'completed')`,
    text: ({ taskId, status }) => `task ${taskId} is ${status}, but its files say otherwise`,
    mend: `UPDATE tasks SET status = CASE
        WHEN EXISTS (SELECT 1 FROM task_files tf WHERE tf.place = :place AND tf.status = 'completed') THEN 'completed'
        WHEN EXISTS (SELECT 1 FROM task_files tf WHERE tf.place = :place AND tf.status = 'cancelled') THEN 'cancelled'
        ELSE 'failed' END
      WHERE place = :place`,
  },
  {
    // Of a task at work they may be ahead of its rows.
    find: `SELECT place, task_id AS taskId FROM tasks t WHERE finished_at IS NOT NULL AND (
      NOT EXISTS (SELECT 1 FROM entries e WHERE e.place = t.place AND e.sequence = t.head AND e.key = t.task_id)
      OR sequence < (SELECT max(sequence) FROM entries e WHERE e.place = t.place)
      OR EXISTS (SELECT 1 FROM task_files tf WHERE tf.place = t.place AND NOT EXISTS (
        SELECT 1 FROM entries e WHERE e.place = t.place AND e.sequence = tf.head AND e.key = tf.file_id)))`,
    text: ({ taskId }) => `the log of task ${taskId} does not end where it should`,
    mend: `UPDATE tasks SET sequence = max(sequence, coalesce((SELECT max(sequence) FROM entries WHERE place = :place), 0)),
        head = coalesce((SELECT max(sequence) FROM entries WHERE place = :place AND key = :taskId), head)
      WHERE place = :place;
      UPDATE task_files SET head = coalesce((SELECT max(sequence) FROM entries e
          WHERE e.place = :place AND e.key = task_files.file_id), head)
        WHERE place = :place`,
  },
  {
    find: `SELECT j.job_id AS jobId FROM jobs j WHERE NOT EXISTS (SELECT 1 FROM tasks t WHERE t.job_id = j.job_id)`,
    text: ({ jobId }) => `job ${jobId} has no task`,
  },
  {
    find: `SELECT f.job_id AS jobId, f.file_id AS fileId FROM files f
      WHERE NOT EXISTS (SELECT 1 FROM task_files tf WHERE tf.file_id = f.file_id)`,
    text: ({ jobId, fileId }) => `no task of job ${jobId} has its file ${fileId}`,
  },
];

/** What disagrees in a database; each rule is looked at once what the ones before found has been dealt with. */
export function* disagreements(db: DatabaseSync): Generator<Disagreement> {
  for (const { find, text, mend } of rules) {
    for (const row of db.prepare(find).all() as unknown as Found[]) {
      yield { text: text(row), ...(mend !== undefined && { mend: (to) => run(to, mend, row) }) };
    }
  }
}

function run(db: DatabaseSync, statements: string, row: Found): void {
  for (const one of statements.split(';')) {
    const statement = db.prepare(one);
    statement.setAllowUnknownNamedParameters(true);
    statement.run({ ...row });
  }
}
