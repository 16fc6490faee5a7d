import { openWithCallbacks } from './callbacks.ts';
import type { ProgressCallbacks } from './callbacks.ts';
import { openFeed } from './feed.ts';
import type { Feed, FeedOptions } from './feed.ts';
import { sharedFeed } from './shared-feed.ts';
import type { SharedFeed } from './shared-feed.ts';

export interface SSEManagerOptions {
  /** The `ApiService` whose server the streams use. Default: the page's own origin. */
  api?: { streamOptions(): FeedOptions };
  /** Attempts in a row without an event before `onError`. Default 3. */
  maxRetries?: number;
  /** Delay before each attempt (from 1) in milliseconds. Default 1, 2, 4 s and so on, up to 30 s. */
  retryDelayMs?: (attempt: number) => number;
  /** As for a stream, such as `combineTasks()` for one connection for all tasks. */
  open?: FeedOptions['open'];
}

export const managerDefaults = {
  maxRetries: 3,
  retryDelayMs: (attempt: number): number => Math.min(2 ** (attempt - 1) * 1000, 30_000),
} as const;

/**
 * Manages the streams of a whole app: one per task, however many components follow it, each with its own callbacks.
 * Late subscribers get the current state at once.
 */
export class SSEManager {
  readonly #options: SSEManagerOptions;
  readonly #connections = new Map<string, SharedFeed>();

  constructor(options: SSEManagerOptions = {}) {
    this.#options = options;
  }

  /** Number of tasks being followed. */
  get size(): number {
    return this.#connections.size;
  }

  /** Follows a task. Closing the returned stream does not affect other callers. */
  connect(taskId: string, callbacks: ProgressCallbacks = {}): Feed {
    return openWithCallbacks(callbacks, (sink) => this.#connection(taskId).join(sink));
  }

  /** Stops following a task, for all callers. */
  disconnect(taskId: string): void {
    this.#connections.get(taskId)?.close();
    this.#connections.delete(taskId);
  }

  disconnectAll(): void {
    for (const taskId of this.#connections.keys()) this.disconnect(taskId);
  }

  #connection(taskId: string): SharedFeed {
    const { api, maxRetries, retryDelayMs, open } = this.#options;
    const options: FeedOptions = {
      ...api?.streamOptions(),
      maxRetries: maxRetries ?? managerDefaults.maxRetries,
      backoff: retryDelayMs ?? managerDefaults.retryDelayMs,
      ...(open && { open }),
    };
    return sharedFeed(this.#connections, taskId, (sink) => (options.open ?? openFeed)(taskId, sink, options));
  }
}
