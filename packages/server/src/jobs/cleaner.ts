import type { BaseLogger } from 'pino';
import type { Cleanup, CleanupLease, Engine } from '../engine/contract.ts';
import type { FileStore } from '../files/contract.ts';
import { jobPrefix } from '../files/keys.ts';
import type { Model } from '../models/contract.ts';
import { shortageOf } from '../shortage.ts';
import { createClaimLoop } from './claim-loop.ts';
import { retryDelayMs } from './retry.ts';
import { removeAttempt } from './store-result.ts';
import { waitWithin } from '../wait-within.ts';

interface CleanerOptions {
  engine: Pick<Engine, 'claimCleanup' | 'finishCleanup' | 'retryCleanup' | 'onWork' | 'job'>;
  models: ReadonlyMap<string, Model>;
  files: Pick<FileStore, 'list' | 'remove' | 'removePrefix' | 'areRemovalsHeld'>;
  log: Pick<BaseLogger, 'debug' | 'warn' | 'error'>;
  /** Names this process in the engine. */
  worker: string;
}

/**
 * After so many ms another process may claim a cleanup that this one began and never finished. A lease is not renewed, so
 * it outlasts a provider that answers slowly.
 */
const leaseMs = 60_000;
/**
 * Attempts at one cleanup before it is given up, with a line in the log. What runs at a provider costs money, so a cancel
 * outlasts an outage, or a wrong key, of about a day: with jitter an attempt comes every 150 seconds. So do the files of
 * a job that somebody wanted gone. Those of an attempt, and masks, only take up room, and go with their job at the latest: they are
 * given up after some 10 minutes.
 */
export const maxCleanupAttempts: Readonly<Record<Cleanup['type'], number>> = {
  cancel_remote_job: 600,
  remove_attempt: 12,
  remove_mask: 12,
  remove_job: 600,
};
const maxDelayMs = 300_000;
/** When removals that a backup holds back are tried again, in ms: seldom enough that hours of it use up no attempts. */
const heldDelayMs = 60_000;
const maxRunning = 4;
/** Cancels among them: a provider that does not answer must not keep files from being removed. */
const maxCancels = 3;
/** How long to wait at the close for what is under way, in ms. */
const closeWithinMs = 3000;

/**
 * Does what changes of the engine leave to be done outside of it: cancels work at providers and removes files of
 * attempts that lost and of deleted jobs. Each is written in the engine until it is done, so another process goes on where one dies.
 */
export class Cleaner {
  readonly #options: CleanerOptions;
  /** What is under way, and what kind of cleanup it is. */
  readonly #running = new Map<Promise<void>, Cleanup['type']>();
  readonly #claims = createClaimLoop({
    claim: () => this.#claim(),
    onError: (error) => this.#options.log.error({ err: error }, 'No cleanup could be claimed; retrying'),
  });
  #unsubscribe: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: CleanerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#unsubscribe = this.#options.engine.onWork(() => this.#claims.notify());
    this.#claims.notify();
  }

  /** Claims nothing more, and waits a moment for what is under way; the rest stays in the engine. May be called twice. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#unsubscribe?.();
    await this.#claims.close();
    await waitWithin(closeWithinMs, Promise.all(this.#running.keys()));
  }

  async #claim(): Promise<boolean> {
    if (this.#running.size >= maxRunning) return false;
    const { engine, models, worker } = this.#options;
    const cancels = [...this.#running.values()].filter((type) => type === 'cancel_remote_job').length;
    const offered = cancels < maxCancels ? [...models.keys()] : [];
    const lease = await engine.claimCleanup({ worker, leaseMs, models: offered });
    if (lease) this.#run(lease);
    return lease !== undefined;
  }

  #run(lease: CleanupLease): void {
    const done: Promise<void> = this.#clean(lease).finally(() => {
      this.#running.delete(done);
      this.#claims.notify();
    });
    this.#running.set(done, lease.cleanup.type);
  }

  async #clean(lease: CleanupLease): Promise<void> {
    const { token, cleanup, attempt } = lease;
    const { engine, files, log } = this.#options;
    const named = { ...describe(cleanup), attempt };
    try {
      if (cleanup.type !== 'cancel_remote_job' && (await files.areRemovalsHeld())) {
        await engine.retryCleanup(token, heldDelayMs);
        return;
      }
      await this.#perform(cleanup);
      await engine.finishCleanup(token);
      log.debug(named, 'A cleanup is done');
    } catch (error) {
      await this.#retryOrGiveUp(lease, named, error).catch((err: unknown) => {
        // Its lease runs out, and whoever claims it then does it again.
        log.warn({ ...named, err }, 'The outcome of a cleanup could not be recorded');
      });
    }
  }

  async #retryOrGiveUp({ token, cleanup, attempt }: CleanupLease, named: object, err: unknown): Promise<void> {
    const { engine, log } = this.#options;
    // What the machine is short of for a while says nothing about the cleanup.
    if (attempt >= maxCleanupAttempts[cleanup.type] && shortageOf(err) === undefined) {
      log.error({ ...named, err }, 'A cleanup is given up');
      await engine.finishCleanup(token);
      return;
    }
    const delayMs = retryDelayMs(attempt, Math.random, maxDelayMs);
    log.warn({ ...named, err, delay_ms: delayMs }, 'A cleanup failed and is repeated');
    await engine.retryCleanup(token, delayMs);
  }

  async #perform(cleanup: Cleanup): Promise<void> {
    const { models, files } = this.#options;
    switch (cleanup.type) {
      case 'cancel_remote_job':
        await models.get(cleanup.model)?.cancel?.(cleanup.remembered);
        break;
      case 'remove_attempt':
        await this.#removeLoser(cleanup);
        break;
      case 'remove_mask':
        await this.#removeMask(cleanup);
        break;
      case 'remove_job':
        await files.removePrefix(jobPrefix(cleanup.jobId));
        break;
      default:
        cleanup satisfies never;
    }
  }

  /** A result that became the file's is never removed, whoever says that its attempt is over. */
  async #removeLoser({ jobId, fileId, attemptId }: Extract<Cleanup, { type: 'remove_attempt' }>): Promise<void> {
    const { engine, files } = this.#options;
    const job = await engine.job(jobId);
    const isWinner = job?.files.some((file) => file.fileId === fileId && file.attemptId === attemptId) ?? false;
    if (!isWinner) await removeAttempt(files, jobId, fileId, attemptId);
  }

  /** The same of a mask that is the file's. */
  async #removeMask({ jobId, fileId, storageKey }: Extract<Cleanup, { type: 'remove_mask' }>): Promise<void> {
    const { engine, files } = this.#options;
    const job = await engine.job(jobId);
    const isUsed = job?.files.some((file) => file.fileId === fileId && file.mask?.storageKey === storageKey) ?? false;
    if (!isUsed) await files.remove(storageKey);
  }
}

/** For the log: what a provider's job is called stays out of it. */
function describe(cleanup: Cleanup): object {
  switch (cleanup.type) {
    case 'cancel_remote_job':
      return { cleanup: cleanup.type, model: cleanup.model };
    case 'remove_attempt':
    case 'remove_mask':
      return { cleanup: cleanup.type, job_id: cleanup.jobId, file_id: cleanup.fileId };
    case 'remove_job':
      return { cleanup: cleanup.type, job_id: cleanup.jobId };
    default:
      return cleanup satisfies never;
  }
}
