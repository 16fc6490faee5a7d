import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** The thread of {@link Checkpointer}: one checkpoint for each message, answered when it is done. */
const db = new DatabaseSync(workerData as string);
parentPort?.on('message', () => {
  // PASSIVE never makes the writer wait; what it cannot copy now, the next one does.
  db.exec('PRAGMA wal_checkpoint(PASSIVE)');
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage('done');
});
