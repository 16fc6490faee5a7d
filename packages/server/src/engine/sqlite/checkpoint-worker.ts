import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** The thread of {@link Checkpointer}: one checkpoint for each message, answered with whether all of the log was copied. */
const db = new DatabaseSync(workerData as string);
const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
parentPort?.on('message', () => {
  // PASSIVE never makes the writer wait; what a reader keeps it from copying now, the next one does.
  const { log, checkpointed } = checkpoint.get() as { log: number; checkpointed: number };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(checkpointed === log);
});
