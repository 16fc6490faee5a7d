import { backoffDefaults, backoffDelay } from './backoff.ts';
import { gaveUp } from './connection-errors.ts';
import type { ReconnectInfo, ResolvedConnectionOptions } from './connection-options.ts';
import type { ApiError } from './errors.ts';
import { startStopwatch } from './stopwatch.ts';

/** Maximum `Retry-After` that is honoured: an hour. */
const maxRetryAfterMs = 3_600_000;

/** Counts the attempts of a connection and decides when to make the next one. */
export class ReconnectDelay {
  readonly #options: ResolvedConnectionOptions;
  /** Attempts since the last stable connection. */
  #attempt = 0;
  /** Attempts since the last event. */
  #fruitless = 0;
  /** The server's last `retry:`. */
  #retryMs: number | undefined;
  /** The last `Retry-After`, and how long ago it came. */
  #retryAfterMs = 0;
  #sinceMs = startStopwatch();

  constructor(options: ResolvedConnectionOptions) {
    this.#options = options;
  }

  setRetryMs(ms: number): void {
    this.#retryMs = ms;
  }

  eventReceived(): void {
    this.#fruitless = 0;
  }

  /** Whether the server's `Retry-After` allows an attempt now. */
  mayRetryNow(): boolean {
    return this.#sinceMs() >= this.#retryAfterMs;
  }

  /** The next attempt after one failed that was open for so long (undefined: never opened); an error if it was the last. */
  next(reason: ApiError, openMs: number | undefined): ReconnectInfo | ApiError {
    const { stableMs, maxRetries = Infinity } = this.#options;
    if (openMs !== undefined && openMs >= stableMs) this.#attempt = 0;
    const attempt = ++this.#attempt;
    if (++this.#fruitless > maxRetries) return gaveUp(maxRetries, reason);
    const retryAfterMs = Math.min(reason.retryAfterMs ?? 0, maxRetryAfterMs);
    this.#retryAfterMs = retryAfterMs;
    this.#sinceMs = startStopwatch();
    return { attempt, delayMs: Math.max(this.#backoffMs(openMs !== undefined), retryAfterMs), reason };
  }

  #backoffMs(hadOpened: boolean): number {
    const { backoff = {} } = this.#options;
    const attempt = this.#attempt;
    const retryMs = this.#retryMs;
    if (typeof backoff === 'function') return backoff(attempt);
    // The server has already added jitter to this delay, to spread out its clients.
    if (hadOpened && attempt === 1 && retryMs !== undefined)
      return Math.min(retryMs, backoff.capMs ?? backoffDefaults.capMs);
    return backoffDelay(attempt, { ...(retryMs && { baseMs: retryMs }), ...backoff });
  }
}
