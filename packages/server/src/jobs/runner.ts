import { setTimeout as sleep } from 'node:timers/promises';
import type { Lease } from '../engine/contract.ts';
import type { Model } from '../models/contract.ts';
import { workOn } from './work.ts';
import type { StopReason, WorkContext } from './work.ts';

/** How long a lease holds without being renewed, in ms: a dead worker's files go on after it. */
export const defaultLeaseMs = 8000;
/** After a claim that failed (the engine is away), the next one is tried so many ms later. */
const claimAgainMs = 1000;
/** How long a model may take to notice that it was stopped, in ms. */
const stopWithinMs = 2000;

export interface RunnerOptions extends WorkContext {
  /** Files worked on at once by models that share this machine; the others say themselves how many. */
  concurrency: number;
  leaseMs?: number;
  /** Names this process in the engine. */
  worker?: string;
}

/** Takes files from the engine and has models made of them. */
export interface Runner {
  start(): void;
  /**
   * Claims nothing more, lets what runs go on for `graceMs`, then stops it and hands it back without counting the
   * attempt. May be called twice.
   */
  close(graceMs: number): Promise<void>;
  /** Files being worked on now. */
  running(): number;
}

interface Running {
  lease: Lease;
  abort: AbortController;
  done: Promise<void>;
}

export function createRunner(options: RunnerOptions): Runner {
  return new EngineRunner(options);
}

class EngineRunner implements Runner {
  readonly #options: RunnerOptions;
  readonly #leaseMs: number;
  readonly #running = new Map<string, Running>();
  #unsubscribe: (() => void)[] = [];
  #renewTimer: NodeJS.Timeout | undefined;
  #claimTimer: NodeJS.Timeout | undefined;
  #claiming: Promise<void> | undefined;
  #workSeen = false;
  #closed: Promise<void> | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? defaultLeaseMs;
  }

  start(): void {
    const { engine, models } = this.#options;
    this.#unsubscribe = [
      engine.onWork(() => this.#claim()),
      engine.onCancel((tokens) => {
        for (const token of tokens) this.#stop(token, 'cancelled');
      }),
      engine.onAbandoned((left) => {
        for (const { model, remembered } of left) models.get(model)?.abandon?.(remembered);
      }),
    ];
    this.#claim();
  }

  close(graceMs: number): Promise<void> {
    this.#closed ??= this.#close(graceMs);
    return this.#closed;
  }

  running(): number {
    return this.#running.size;
  }

  async #close(graceMs: number): Promise<void> {
    clearTimeout(this.#claimTimer);
    await this.#claiming;
    await this.#settled(graceMs);
    for (const token of this.#running.keys()) this.#stop(token, 'shutdown');
    await this.#settled(stopWithinMs);
    const left = [...this.#running.keys()];
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    clearInterval(this.#renewTimer);
    for (const token of left) await this.#options.engine.release(token, { countAttempt: false });
  }

  async #settled(withinMs: number): Promise<void> {
    const timer = new AbortController();
    const done = Promise.all([...this.#running.values()].map((running) => running.done));
    await Promise.race([done, sleep(withinMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
    timer.abort();
  }

  /** Claims until every place is taken or nothing waits. One loop at a time; what comes meanwhile makes it go on. */
  #claim(): void {
    if (this.#closed) return;
    this.#workSeen = true;
    this.#claiming ??= this.#claimLoop().finally(() => {
      this.#claiming = undefined;
      // Seen after the loop's last look.
      if (this.#workSeen) this.#claim();
    });
  }

  async #claimLoop(): Promise<void> {
    const { engine, models, log, worker = 'local' } = this.#options;
    while (this.#workSeen && !this.#closed) {
      this.#workSeen = false;
      try {
        while (!this.#closed) {
          const busy = this.#busyModels();
          if (busy.length === models.size) break;
          const lease = await engine.claim(worker, this.#leaseMs, busy);
          if (!lease) break;
          this.#run(lease);
        }
      } catch (error) {
        log.error({ err: error }, 'No file could be claimed; trying again');
        this.#workSeen = false;
        clearTimeout(this.#claimTimer);
        this.#claimTimer = setTimeout(() => this.#claim(), claimAgainMs);
        return;
      }
    }
  }

  /** Models that have as many files at work as they may. */
  #busyModels(): string[] {
    const { models, concurrency } = this.#options;
    const running = [...this.#running.values()].map(({ lease }) => lease.model);
    const here = running.filter((id) => models.get(id)?.concurrency === undefined).length;
    const isBusy = ({ id, concurrency: own }: Model): boolean =>
      own === undefined ? here >= concurrency : running.filter((other) => other === id).length >= own;
    return [...models.values()].filter(isBusy).map(({ id }) => id);
  }

  #run(lease: Lease): void {
    const abort = new AbortController();
    const done = this.#afterEarlier(lease.file.fileId).then(() => workOn(this.#options, lease, abort.signal));
    const over = done.finally(() => {
      this.#running.delete(lease.token);
      if (this.#running.size === 0) {
        clearInterval(this.#renewTimer);
        this.#renewTimer = undefined;
      }
      this.#claim();
    });
    this.#running.set(lease.token, { lease, abort, done: over });
    this.#renewTimer ??= setInterval(() => void this.#renew(), this.#leaseMs / 4);
  }

  /**
   * Waits for an attempt at the same file that was stopped and is not over yet: it would clear away, or overwrite, what
   * the new one has made.
   */
  async #afterEarlier(fileId: string): Promise<void> {
    const earlier = [...this.#running.values()].filter(({ lease }) => lease.file.fileId === fileId);
    await Promise.all(earlier.map(({ done }) => done));
  }

  #stop(token: string, reason: StopReason): void {
    this.#running.get(token)?.abort.abort(reason);
  }

  async #renew(): Promise<void> {
    try {
      const lost = await this.#options.engine.renew([...this.#running.keys()], this.#leaseMs);
      for (const token of lost) this.#stop(token, 'lost');
    } catch (error) {
      this.#options.log.error({ err: error }, 'Leases could not be renewed');
    }
  }
}
