import type { BaseLogger } from 'pino';
import type { Engine, Lease } from '../engine/contract.ts';
import type { FileStore } from '../files/contract.ts';
import { ModelError } from '../models/errors.ts';
import type { Model } from '../models/model.ts';
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

/**
 * Works on one leased file until it is finished, handed back or no longer ours. Never rejects: what goes wrong ends the
 * file, or puts it back into the queue where it may pass. The signal's reason is a {@link StopReason}.
 */
export async function workOn(context: WorkContext, lease: Lease, signal: AbortSignal): Promise<void> {
  const { engine, files, log } = context;
  const { token, jobId } = lease;
  const { fileId } = lease.file;
  const named = { task_id: lease.taskId, file_id: fileId, attempt: lease.attempt };
  try {
    const ending = await attempt(context, lease, signal).catch((error: unknown) => ({ error }));
    const stopped = signal.aborted ? (signal.reason as StopReason) : undefined;
    if (stopped === 'cancelled') {
      await removeResult(files, jobId, fileId);
    } else if (!('error' in ending)) {
      const taken = await engine.finish(token, ending);
      log.debug({ ...named, taken }, 'A model was made');
    } else if (stopped === 'shutdown') {
      const message = 'The server restarts; this goes on soon';
      await engine.release(token, { countAttempt: false, message });
    } else if (stopped === undefined) {
      await giveUpOrRetry(context, lease, ending.error);
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
    const result = await storeResult(files, { jobId, fileId: file.fileId, files: lease.filenames }, generated, {
      signal,
      seconds,
    });
    await thinner.flush();
    return { status: 'completed', result } as const;
  } finally {
    thinner.drop();
  }
}

async function giveUpOrRetry({ engine, log }: WorkContext, lease: Lease, error: unknown): Promise<void> {
  const fault = toFault(error);
  const { token, attempt: attempts } = lease;
  const named = { task_id: lease.taskId, file_id: lease.file.fileId, attempt: attempts, code: fault.code };
  if (mayRetry(fault, attempts)) {
    const delayMs = retryDelayMs(attempts);
    log.warn({ ...named, err: error, delay_ms: delayMs }, 'An attempt failed and is repeated');
    await engine.release(token, { delayMs, message: `${fault.message}; trying again` });
    return;
  }
  log.warn({ ...named, err: error }, 'A file failed');
  const details = { code: fault.code, retryable: fault.retryable, attempts };
  await engine.finish(token, { status: 'failed', error: fault.message, details });
}
