import { setTimeout as sleep } from 'node:timers/promises';
import type { BaseLogger } from 'pino';
import type { Engine, Lease } from '../engine/contract.ts';
import { StorageFullError } from '../files/contract.ts';
import type { FileStore } from '../files/contract.ts';
import { ModelError } from '../models/errors.ts';
import type { Model } from '../models/contract.ts';
import { mayRetry, retryDelayMs, toFault } from './retry.ts';
import { removeResult, storeResult } from './store-result.ts';
import { createThinner } from './thin.ts';

/** Why a running file is stopped. */
export type StopReason = 'cancelled' | 'lost' | 'shutdown';

/** What every file's work needs. */
export interface WorkContext {
  engine: Engine;
  models: ReadonlyMap<string, Model>;
  files: FileStore;
  log: Pick<BaseLogger, 'debug' | 'warn' | 'error'>;
}

/** How soon what could not be written for want of room is written again, in ms. */
const writeAgainMs = 500;
/** How soon a file that was begun with a model that is not there is looked at again, in ms. */
const missingModelMs = 30_000;

/**
 * Works on one leased file until it is finished, handed back or no longer ours. Never rejects: what goes wrong ends the
 * file, or puts it back into the queue where it may pass. The signal's reason is a {@link StopReason}.
 */
export async function workOn(context: WorkContext, lease: Lease, signal: AbortSignal): Promise<void> {
  const { engine, models, files, log } = context;
  const { token, jobId } = lease;
  const { fileId } = lease.file;
  const named = { task_id: lease.taskId, file_id: fileId, attempt: lease.attempt };
  try {
    if (!models.has(lease.model) && lease.remembered !== undefined) {
      // Begun at a provider, and perhaps paid for: whoever runs the server may have lost its key for a moment.
      const message = 'Begun with a model that this server does not offer just now; it waits for it';
      await engine.release(token, { countAttempt: false, delayMs: missingModelMs, message });
      return;
    }
    const ending = await attempt(context, lease, signal).catch((error: unknown) => ({ error }));
    const stopped = signal.aborted ? (signal.reason as StopReason) : undefined;
    const made = 'error' in ending ? undefined : ending;
    // Before the file is handed back: what another attempt has made is not ours to clear away.
    if (stopped === 'cancelled' || (made === undefined && stopped !== 'lost')) await removeResult(files, jobId, fileId);
    if (stopped === 'cancelled') return;
    if (made !== undefined) {
      const taken = await whenWritable(signal, () => engine.finish(token, made));
      log.debug({ ...named, taken }, 'A model was made');
      if (!taken && signal.reason === 'cancelled') await removeResult(files, jobId, fileId);
    } else if (stopped === 'shutdown') {
      const message = 'The server restarts; this goes on soon';
      await engine.release(token, { countAttempt: false, message });
    } else if (stopped === undefined && 'error' in ending) {
      await giveUpOrRetry(context, lease, ending.error, signal);
    }
  } catch (error) {
    // The engine or the store failed. The lease runs out, and the file is tried again.
    log.error({ ...named, err: error }, 'A file could not be finished');
  }
}

async function attempt(context: WorkContext, lease: Lease, signal: AbortSignal) {
  const { engine, models, files, log } = context;
  const { token, jobId, file } = lease;
  const model = models.get(lease.model);
  if (!model) throw new ModelError('UNKNOWN_MODEL', 'This server does not offer that model any more');
  const bytes = await files.read(file.storageKey);
  signal.throwIfAborted();
  const thinner = createThinner(
    ({ fraction, message }) => engine.report(token, fraction * 100, message),
    (error) => log.warn({ task_id: lease.taskId, file_id: file.fileId, err: error }, 'A report could not be written'),
  );
  try {
    const startedAt = performance.now();
    const generated = await model.generate(
      { fileId: file.fileId, filename: file.filename, contentType: file.contentType, bytes },
      { faceLimit: lease.faceLimit, options: lease.options },
      {
        signal,
        report: (report) => thinner.report(report),
        remembered: lease.remembered,
        remember: async (state) => {
          if (!(await engine.remember(token, state))) throw new Error('the lease is lost');
        },
      },
    );
    signal.throwIfAborted();
    const seconds = Math.round(performance.now() - startedAt) / 1000;
    const place = { jobId, fileId: file.fileId, files: lease.filenames };
    const store = async () => await storeResult(files, place, generated, { signal, seconds });
    // What was paid for is held on to until there is room for it.
    const result = generated.cost === undefined ? await store() : await whenWritable(signal, store);
    await thinner.flush();
    return { status: 'completed', result } as const;
  } finally {
    thinner.drop();
  }
}

/**
 * Does what writes to the engine or the store, and does it again until there is room for it: what has been made, or paid for, is not
 * thrown away for a disk that is full for a while. The engine keeps the lease meanwhile. Stops with the signal.
 */
async function whenWritable<T>(signal: AbortSignal, write: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof StorageFullError) || signal.aborted) throw error;
    }
    await sleep(writeAgainMs, undefined, { signal }).catch(() => undefined);
  }
}

async function giveUpOrRetry(
  { engine, log }: WorkContext,
  lease: Lease,
  error: unknown,
  signal: AbortSignal,
): Promise<void> {
  const fault = toFault(error);
  const { token, attempt: attempts } = lease;
  const named = { task_id: lease.taskId, file_id: lease.file.fileId, attempt: attempts, code: fault.code };
  if (mayRetry(fault, attempts)) {
    const delayMs = retryDelayMs(attempts);
    log.warn({ ...named, err: error, delay_ms: delayMs }, 'An attempt failed and is repeated');
    const message = 'This did not work; trying again soon';
    await whenWritable(signal, () => engine.release(token, { delayMs, message, error: fault.message }));
    return;
  }
  log.warn({ ...named, err: error }, 'A file failed');
  const details = { code: fault.code, retryable: fault.retryable, attempts };
  await whenWritable(signal, () => engine.finish(token, { status: 'failed', error: fault.message, details }));
}
