import { Worker } from 'node:worker_threads';
import type { ResourceLimits, Transferable } from 'node:worker_threads';

/** What a thread is given at its start; see thread.ts. */
export interface ThreadData {
  /** The module whose default export does the work. */
  module: string;
}

/** What a thread answers to a task. */
export type Outcome<Result> = { result: Result } | { error: unknown };

interface ThreadsOptions {
  /** Its default export is given a task and gives the result; see thread.ts. */
  module: URL;
  /** Threads at most. Tasks beyond them wait. */
  max: number;
  resourceLimits?: ResourceLimits;
}

interface RunOptions {
  /** Ends the thread at once, even in the middle of a computation. */
  signal?: AbortSignal;
  transferList?: Transferable[];
}

interface Run<Task, Result> extends RunOptions, PromiseWithResolvers<Result> {
  task: Task;
}

/** How long an idle thread is kept, in ms: it holds some 60 MB, and starting one takes a fraction of a second. */
const idleMs = 10_000;

/**
 * Threads that work on one task each. They start when there is work and end after a while without any. A thread that
 * cannot be started, or dies, fails the one task that it was for, with the system's or Node's own error.
 */
export class Threads<Task, Result> {
  readonly #options: ThreadsOptions;
  readonly #queue: Run<Task, Result>[] = [];
  readonly #all = new Set<Thread<Task, Result>>();
  readonly #idle: Thread<Task, Result>[] = [];
  #closed: Promise<void> | undefined;

  constructor(options: ThreadsOptions) {
    this.#options = options;
  }

  /** Tasks that wait for a thread. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Resolves to what the module makes of the task; rejects with the signal's reason once that is aborted. */
  async run(task: Task, options: RunOptions = {}): Promise<Result> {
    const { signal } = options;
    signal?.throwIfAborted();
    if (this.#closed !== undefined) throw new Error('The threads are closed');
    const run = { ...options, task, ...Promise.withResolvers<Result>() };
    const abort = (): void => this.#abort(run);
    signal?.addEventListener('abort', abort);
    this.#queue.push(run);
    this.#next();
    try {
      return await run.promise;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Ends every thread and fails what is under way. May be called twice. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    for (const run of this.#queue.splice(0)) run.reject(new Error('The threads are closed'));
    await Promise.all([...this.#all].map((thread) => thread.end(new Error('The threads are closed'))));
  }

  #abort(run: Run<Task, Result>): void {
    const at = this.#queue.indexOf(run);
    if (at >= 0) this.#queue.splice(at, 1);
    run.reject(run.signal?.reason);
    for (const thread of this.#all) if (thread.run === run) void thread.end(run.signal?.reason);
  }

  #next(): void {
    while (this.#queue.length > 0) {
      if (this.#idle.length === 0 && this.#all.size >= this.#options.max) return;
      const run = this.#queue.shift()!;
      try {
        (this.#idle.pop() ?? this.#start()).give(run);
      } catch (error) {
        run.reject(error);
      }
    }
  }

  #start(): Thread<Task, Result> {
    const thread = new Thread<Task, Result>(this.#options, {
      onIdle: () => {
        this.#idle.push(thread);
        this.#next();
      },
      onGone: () => {
        this.#all.delete(thread);
        if (this.#idle.includes(thread)) this.#idle.splice(this.#idle.indexOf(thread), 1);
        if (this.#closed === undefined) this.#next();
      },
    });
    this.#all.add(thread);
    return thread;
  }
}

/** One thread, from its start to its end. */
class Thread<Task, Result> {
  run: Run<Task, Result> | undefined;
  readonly #worker: Worker;
  readonly #onGone: () => void;
  #idle: NodeJS.Timeout | undefined;
  #isGone = false;

  /** Throws where it cannot be started. */
  constructor(
    { module, resourceLimits }: ThreadsOptions,
    { onIdle, onGone }: { onIdle: () => void; onGone: () => void },
  ) {
    const workerData: ThreadData = { module: module.href };
    this.#worker = new Worker(new URL('thread.ts', import.meta.url), { workerData, resourceLimits });
    this.#onGone = onGone;
    this.#worker.on('message', (outcome: Outcome<Result>) => {
      if ('error' in outcome) this.run?.reject(outcome.error);
      else this.run?.resolve(outcome.result);
      this.run = undefined;
      if (this.#isGone) return;
      this.#idle = setTimeout(() => void this.end(undefined), idleMs);
      onIdle();
    });
    this.#worker.on('error', (error) => void this.end(error));
    this.#worker.on('exit', (code) => void this.end(new Error(`The thread ended with ${code}`)));
  }

  /** Throws where the task cannot be handed over. */
  give(run: Run<Task, Result>): void {
    clearTimeout(this.#idle);
    this.run = run;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#worker.postMessage(run.task, run.transferList);
  }

  /** Fails its task, if it has one, with the reason. May be called twice. */
  async end(reason: unknown): Promise<void> {
    clearTimeout(this.#idle);
    this.run?.reject(reason);
    this.run = undefined;
    if (!this.#isGone) {
      this.#isGone = true;
      this.#onGone();
    }
    await this.#worker.terminate();
  }
}
