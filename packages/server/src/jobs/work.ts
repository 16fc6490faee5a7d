import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { message, messageRef } from '@image2model/protocol';
import type { Message, ModelFile } from '@image2model/protocol';
import type { BaseLogger } from 'pino';
import type { Engine, Lease, LostLease, NewFile } from '../engine/contract.ts';
import { FileMissingError, StorageFullError } from '../files/contract.ts';
import type { FileStore } from '../files/contract.ts';
import { errnoOf } from '../files/errno.ts';
import type { Generated, Model, ModelContext } from '../models/contract.ts';
import { ModelError } from '../models/errors.ts';
import { noteEnding } from './manifest.ts';
import { isOutOfDescriptors, ShortageError, shortageOf } from '../shortage.ts';
import { isWaitedOut, mayRetry, retryDelayMs, shortageDelayMs, toFailure } from './retry.ts';
import { removeAttempt, storeResult } from './store-result.ts';
import { createThrottle } from './throttle.ts';
import type { Throttle } from './throttle.ts';

/** Why a running file is stopped. */
export type StopReason = LostLease['why'] | 'shutdown';

/** What every file's work needs. */
export interface WorkContext {
  engine: Engine;
  models: ReadonlyMap<string, Model>;
  files: FileStore;
  log: Pick<BaseLogger, 'debug' | 'warn' | 'error'>;
}

/**
 * How an attempt ended. `unknown`: the answer to `finish` was lost, so its result may be the file's by now; if it is not,
 * the lease runs out and the engine has the attempt removed.
 */
type Outcome = 'accepted' | 'not accepted' | 'unknown';

/** What the system says of a file that is there and cannot be read, whatever else is short or not. */
const unreadable: readonly (string | undefined)[] = ['EIO', 'EACCES', 'EPERM', 'EISDIR', 'ENOTDIR', 'ELOOP', 'ESTALE'];
/** How soon what could not be written for want of room is written again, in ms. */
const writeAgainMs = 500;
/** How often an answer that was lost is asked for again. */
const maxLostAnswers = 3;
/** How long an attempt that is over waits for room, in ms: less than a worker that is stopped gets for all it has to do. */
const abandonWithinMs = 1000;

/**
 * Works on one leased file until it is finished, handed back or no longer ours. Never rejects: what goes wrong ends the
 * file, or puts it back into the queue where it may pass. The signal's reason is a {@link StopReason}. Says whether it goes
 * back for want of memory.
 */
export async function workOn(
  context: WorkContext,
  lease: Lease,
  signal: AbortSignal,
): Promise<{ needsMemory: boolean }> {
  const { files, log } = context;
  const { token, jobId, taskId, file } = lease;
  const named = { task_id: taskId, file_id: file.fileId, attempt: lease.attempt };
  const made = await attempt(context, lease, signal).catch((error: unknown) => ({ error }));
  const outcome = 'error' in made ? 'not accepted' : await finish(context, lease, made, signal);
  if (outcome === 'not accepted') {
    // What this attempt stored, and nothing of another one. Before the file is handed back: until then the engine has it
    // done if this process dies.
    await removeAttempt(files, jobId, file.fileId, token).catch((error: unknown) => {
      log.warn({ ...named, err: error }, 'Files of an attempt could not be removed');
    });
  }
  if ('error' in made) {
    await conclude(context, lease, made.error, signal).catch((error: unknown) => {
      // The lease runs out, and the file is attempted again.
      log.error({ ...named, err: error }, 'A file could not be handed back');
    });
  }
  await noteEnding(context, taskId).catch((error: unknown) => {
    log.warn({ ...named, err: error }, 'The ending of a task could not be written beside its files');
  });
  log.debug({ ...named, outcome }, 'An attempt ended');
  return { needsMemory: 'error' in made && shortageOf(made.error) === 'memory' };
}

/** Says what becomes of a file that has no model, unless it is no longer ours. */
async function conclude(context: WorkContext, lease: Lease, error: unknown, signal: AbortSignal): Promise<void> {
  const stopped = signal.aborted ? (signal.reason as StopReason) : undefined;
  switch (stopped) {
    case 'cancelled':
    case 'expired':
      return;
    case 'shutdown':
      await context.engine.release(lease.token, { countAttempt: false, message: message('file.shutdown') });
      return;
    case undefined:
      await giveUpOrRetry(context, lease, error, signal);
      return;
    default:
      stopped satisfies never;
  }
}

/** Makes the model and stores it under the attempt's own keys. */
async function attempt(context: WorkContext, lease: Lease, signal: AbortSignal): Promise<ModelFile> {
  const { engine, models, files, log } = context;
  const { token, jobId, file, faceLimit, options } = lease;
  const model = models.get(lease.model);
  if (model === undefined) throw new Error(`A file of the model ${lease.model} was claimed, which is not offered here`);
  const bytes = await readWhole(files, file, message('file.photo_lost'));
  const { mask } = file;
  const used = model.usesMasks ? mask : undefined;
  const maskBytes = used && (await readWhole(files, used, message('file.mask_lost')));
  signal.throwIfAborted();
  const throttle = createThrottle(
    ({ fraction, message: said }) => engine.report(token, fraction * 100, said),
    (error) => log.warn({ task_id: lease.taskId, file_id: file.fileId, err: error }, 'A report could not be written'),
  );
  try {
    const startedAt = performance.now();
    const generated = await model.generate(
      {
        fileId: file.fileId,
        pictures: [{ filename: file.filename, contentType: file.contentType, bytes }],
        ...(maskBytes && { mask: { bytes: maskBytes } }),
      },
      { faceLimit, options },
      modelContext(engine, lease, throttle, signal),
    );
    signal.throwIfAborted();
    const seconds = Math.round(performance.now() - startedAt) / 1000;
    const place = { jobId, fileId: file.fileId, attemptId: token, files: lease.filenames };
    const made = mask === used ? generated : withWarning(generated, message('mask.unused'));
    const store = async () => await storeResult(files, place, made, { signal, seconds });
    // What was paid for is held on to until there is room for it; what was made, until the server can write it at all.
    const result = await whenStorable(signal, store, { waitsForRoom: generated.cost !== undefined });
    await throttle.flush();
    return result;
  } finally {
    throttle.drop();
  }
}

/** What was done with the photo is said with the model. */
function withWarning(generated: Generated, said: Message): Generated {
  const { warnings = [], warning_messages: refs = [], ...measured } = generated.statistics;
  const statistics = {
    ...measured,
    warnings: [...warnings, said.text],
    warning_messages: [...refs, messageRef(said)],
  };
  return { ...generated, statistics };
}

/** Nothing is made, or paid for, of a photo or a mask that is not the one that was uploaded. */
async function readWhole(
  files: FileStore,
  { storageKey, sha256 }: Pick<NewFile, 'storageKey' | 'sha256'>,
  lost: Message,
): Promise<Uint8Array> {
  const bytes = await files.read(storageKey).catch((error: unknown) => {
    if (error instanceof FileMissingError) return;
    // The disk may give it back yet: it is tried again, and the photo is not called unusable.
    const isUnreadable = unreadable.includes(errnoOf(error));
    throw isUnreadable ? new ModelError('FILE_LOST', lost, { retryable: true, cause: error }) : error;
  });
  if (bytes === undefined || hash('sha256', bytes) !== sha256) {
    throw new ModelError('FILE_LOST', lost);
  }
  return bytes;
}

function modelContext(
  engine: Engine,
  { token, model, remembered }: Lease,
  throttle: Throttle,
  signal: AbortSignal,
): ModelContext {
  return {
    signal,
    report: (report) => throttle.report(report),
    remembered,
    remember: async (state) => {
      const write = async () => await engine.remember(token, state);
      if (!(await whenWritable(signal, write, { maxLost: maxLostAnswers }))) throw new Error('The lease is lost');
    },
    abandon: async (state) => {
      const write = async () => await engine.addCleanup({ type: 'cancel_remote_job', model, remembered: state });
      // Not the attempt's signal: that it was stopped is why there is something to abandon.
      await whenWritable(AbortSignal.timeout(abandonWithinMs), write);
    },
  };
}

async function finish(
  { engine, log }: WorkContext,
  { token, taskId, file }: Lease,
  result: ModelFile,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    const isAccepted = await whenWritable(signal, () => engine.finish(token, { status: 'completed', result }));
    return isAccepted ? 'accepted' : 'not accepted';
  } catch (error) {
    log.error({ task_id: taskId, file_id: file.fileId, err: error }, 'A result could not be recorded');
    return isRefused(error) ? 'not accepted' : 'unknown';
  }
}

/**
 * Writes to the engine, again and again until there is room for it and whatever else it takes: what has been made, or paid
 * for, is not thrown away for a disk that is full or a database that is locked for a while. The engine keeps the lease
 * meanwhile. Stops with the signal. What may be written twice is also repeated after `maxLost` rejections that leave open
 * whether it was written.
 */
async function whenWritable<T>(
  signal: AbortSignal,
  write: () => Promise<T>,
  { maxLost = 0 }: { maxLost?: number } = {},
): Promise<T> {
  for (let lost = 0; ;) {
    try {
      return await write();
    } catch (error) {
      if (isRefused(error) ? signal.aborted : (lost += 1) > maxLost) throw error;
    }
    await sleep(writeAgainMs, undefined, { signal }).catch(() => undefined);
  }
}

/** The same for what goes into the file store, where writing twice does no harm. */
async function whenStorable<T>(
  signal: AbortSignal,
  store: () => Promise<T>,
  { waitsForRoom }: { waitsForRoom: boolean },
): Promise<T> {
  for (;;) {
    try {
      return await store();
    } catch (error) {
      const isWorthWaiting = error instanceof StorageFullError ? waitsForRoom : shortageOf(error) !== undefined;
      if (!isWorthWaiting || signal.aborted) throw error;
    }
    await sleep(writeAgainMs, undefined, { signal }).catch(() => undefined);
  }
}

/** The engine's word that nothing was written. Of any other rejection nobody knows. */
function isRefused(error: unknown): boolean {
  return error instanceof StorageFullError || error instanceof ShortageError;
}

async function giveUpOrRetry(
  { engine, log }: WorkContext,
  lease: Lease,
  error: unknown,
  signal: AbortSignal,
): Promise<void> {
  const { token, attempt: attempts } = lease;
  const about = { task_id: lease.taskId, file_id: lease.file.fileId, attempt: attempts };
  const failure = toFailure(error, isOutOfDescriptors);
  if (isWaitedOut(failure)) {
    const delayMs = shortageDelayMs();
    log.warn({ ...about, err: error, short_of: failure.short, delay_ms: delayMs }, 'A file waits for what is short');
    const again = { delayMs, message: failure.message, countAttempt: false };
    await whenWritable(signal, () => engine.release(token, again));
    return;
  }
  const named = { ...about, code: failure.code };
  if (mayRetry(failure, attempts)) {
    const delayMs = retryDelayMs(attempts);
    log.warn({ ...named, err: error, delay_ms: delayMs }, 'An attempt failed and is repeated');
    const said = failure.short === undefined ? message('file.retrying') : message(`file.short_of_${failure.short}`);
    const again = { delayMs, message: said, error: failure.message };
    await whenWritable(signal, () => engine.release(token, again));
    return;
  }
  log.warn({ ...named, err: error }, 'A file failed');
  const details = { code: failure.code, retryable: failure.retryable, attempts };
  await whenWritable(signal, () => engine.finish(token, { status: 'failed', error: failure.message, details }));
}
