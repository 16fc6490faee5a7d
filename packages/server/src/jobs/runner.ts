import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { ClaimOptions, Lease } from '../engine/contract.ts';
import { createClaimLoop } from './claim-loop.ts';
import { waitWithin } from '../wait-within.ts';
import { workOn } from './work.ts';
import type { StopReason, WorkContext } from './work.ts';

/** How long a lease holds without being renewed, in ms: a dead worker's files go on after it. */
export const defaultLeaseMs = 8000;
/** How long a model may need to notice that it was stopped, in ms. */
const stopWithinMs = 2000;

export interface RunnerOptions extends WorkContext {
  /** Files worked on at once by models that share this machine; the others say themselves how many. */
  concurrency: number;
  leaseMs?: number | undefined;
  /** Names this process in the engine; see {@link workerName}. */
  worker: string;
}

/** Names a process that works on a store: its host, its id there, and a random part, since ids are used again. */
export function workerName(): string {
  return `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
}

interface Running {
  lease: Lease;
  abort: AbortController;
  done: Promise<void>;
}

/** Claims files from the engine and has models made of them. */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #leaseMs: number;
  readonly #running = new Map<string, Running>();
  /** Files that ran out of memory and go on here without others beside them. */
  readonly #alone = new Set<string>();
  readonly #claims = createClaimLoop({
    claim: () => this.#claim(),
    onError: (error) => this.#options.log.error({ err: error }, 'No file could be claimed; retrying'),
  });
  #unsubscribe: (() => void)[] = [];
  #renewTimer: NodeJS.Timeout | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? defaultLeaseMs;
  }

  start(): void {
    const { engine } = this.#options;
    this.#unsubscribe = [
      engine.onWork(() => this.#claims.notify()),
      engine.onCancel((tokens) => {
        for (const token of tokens) this.#stop(token, 'cancelled');
      }),
    ];
    this.#claims.notify();
  }

  /**
   * Claims nothing more, lets what runs go on for `graceMs`, then stops it and hands it back without counting the
   * attempt. May be called twice.
   */
  close(graceMs: number): Promise<void> {
    this.#closed ??= this.#close(graceMs);
    return this.#closed;
  }

  /** Files being worked on now. */
  running(): number {
    return this.#running.size;
  }

  async #close(graceMs: number): Promise<void> {
    await this.#claims.close();
    await this.#settled(graceMs);
    for (const token of this.#running.keys()) this.#stop(token, 'shutdown');
    await this.#settled(stopWithinMs);
    const left = [...this.#running.keys()];
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    clearInterval(this.#renewTimer);
    const { engine, log } = this.#options;
    for (const token of left) {
      // Without it the next start finds the lease of a process that is gone, and has the file done again all the same.
      await engine.release(token, { countAttempt: false }).catch((error: unknown) => {
        log.error({ err: error }, 'A file could not be handed back');
      });
    }
  }

  async #settled(withinMs: number): Promise<void> {
    await waitWithin(withinMs, Promise.all([...this.#running.values()].map((running) => running.done)));
  }

  async #claim(): Promise<boolean> {
    const models = this.#offer();
    if (models.length === 0) return false;
    const { engine, worker } = this.#options;
    const lease = await engine.claim({ worker, leaseMs: this.#leaseMs, models });
    if (lease) this.#run(lease);
    return lease !== undefined;
  }

  /**
   * What this process has room for now: local models while one of its slots is free, remote ones up to their limit, which
   * the engine counts over all workers.
   */
  #offer(): ClaimOptions['models'] {
    const { models, concurrency } = this.#options;
    const here = this.#local();
    const isFree = here.length < concurrency && !here.some(({ lease }) => this.#alone.has(lease.file.fileId));
    return [...models]
      .filter(([id]) => !this.#isLocal(id) || isFree)
      .map(([id, { concurrency: maxRunning }]) => ({ id, maxRunning }));
  }

  #isLocal(model: string): boolean {
    return this.#options.models.get(model)?.concurrency === undefined;
  }

  /** What runs on this machine. */
  #local(): Running[] {
    return [...this.#running.values()].filter(({ lease }) => this.#isLocal(lease.model));
  }

  #run(lease: Lease): void {
    const abort = new AbortController();
    const over = this.#work(lease, abort.signal).finally(() => {
      this.#running.delete(lease.token);
      if (this.#running.size === 0) {
        clearInterval(this.#renewTimer);
        this.#renewTimer = undefined;
      }
      this.#claims.notify();
    });
    this.#running.set(lease.token, { lease, abort, done: over });
    this.#renewTimer ??= setInterval(() => void this.#renew(), this.#leaseMs / 4);
  }

  async #work(lease: Lease, signal: AbortSignal): Promise<void> {
    const { fileId } = lease.file;
    // Nothing more is claimed here meanwhile.
    if (this.#alone.has(fileId)) await Promise.all(this.#local().map(({ done }) => done));
    const { needsMemory } = await workOn(this.#options, lease, signal);
    if (needsMemory && this.#isLocal(lease.model)) this.#alone.add(fileId);
    else this.#alone.delete(fileId);
  }

  #stop(token: string, reason: StopReason): void {
    this.#running.get(token)?.abort.abort(reason);
  }

  async #renew(): Promise<void> {
    try {
      const lost = await this.#options.engine.renew([...this.#running.keys()], this.#leaseMs);
      for (const { token, why } of lost) this.#stop(token, why);
    } catch (error) {
      this.#options.log.error({ err: error }, 'Leases could not be renewed');
    }
  }
}
