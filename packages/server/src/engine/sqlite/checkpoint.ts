import { Worker } from 'node:worker_threads';

/** Pages written between two checkpoints, at a guess: some 4 to 16 MB of log. */
const everyPages = 4096;
/** How long the thread stays when nothing is written, in ms. */
const idleMs = 10_000;
/** How soon the log is copied again while the file is still to shrink, in ms: first, and at most. */
const [againMs, maxAgainMs] = [500, 60_000];

interface CheckpointerOptions {
  /** Called after each checkpoint. */
  onDone?: (() => void) | undefined;
  onError: (error: unknown) => void;
}

/**
 * Copies the write-ahead log into the database on a thread of its own. A checkpoint waits for the disk, and on the main
 * thread every stream would wait with it (bench/jobs/RESULTS.md). The thread is started when there is
 * enough to do and ends when nothing has been written for a while.
 */
export class Checkpointer {
  readonly #file: string;
  readonly #options: CheckpointerOptions;
  #pages = 0;
  #busy = false;
  #isAskedAgain = false;
  /** Until the file has shrunk: how soon it is tried again. */
  #againMs: number | undefined;
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(file: string, options: CheckpointerOptions) {
    this.#file = file;
    this.#options = options;
  }

  /** Takes note of a commit of so many pages. */
  committed(pages: number): void {
    this.#pages += pages;
    if (this.#pages >= everyPages && !this.#busy) this.#copy();
  }

  /**
   * Makes a checkpoint; where one is under way, another after it. The file takes on the size of the database only when
   * all of the log could be copied and nothing was committed meanwhile, so it is tried again until then.
   */
  checkpoint(): void {
    this.#againMs = againMs;
    this.#copy();
  }

  #copy(): void {
    if (this.#closed || this.#file === ':memory:') return;
    this.#isAskedAgain = this.#busy;
    if (this.#busy) return;
    this.#pages = 0;
    this.#busy = true;
    clearTimeout(this.#idle);
    try {
      this.#worker ??= this.#start();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      this.#worker.postMessage('checkpoint');
    } catch (error) {
      // No thread is to be had. The commit holds all the same, and one of the next ones tries again.
      this.#busy = false;
      this.#options.onError(error);
    }
  }

  /** Ends the thread; may be called twice. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#end();
  }

  #start(): Worker {
    const worker = new Worker(new URL('checkpoint-worker.ts', import.meta.url), { workerData: this.#file });
    worker.on('message', (isWhole: boolean) => {
      this.#busy = false;
      this.#idle = this.#next(isWhole && this.#pages === 0);
      this.#options.onDone?.();
      if (this.#isAskedAgain) this.#copy();
    });
    // The engine goes on without it: SQLite makes a checkpoint by itself once the log is long enough.
    worker.on('error', (error) => {
      this.#options.onError(error);
      void this.#end();
    });
    return worker;
  }

  /** What is done when nothing else comes. */
  #next(isDone: boolean): NodeJS.Timeout {
    const delayMs = this.#againMs;
    this.#againMs = isDone || delayMs === undefined ? undefined : Math.min(2 * delayMs, maxAgainMs);
    if (this.#againMs === undefined) return setTimeout(() => void this.#end(), idleMs);
    return setTimeout(() => this.#copy(), delayMs);
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    this.#busy = false;
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}
