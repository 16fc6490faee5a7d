/** Clients counted at once; of more, those that were heard of longest ago start anew. */
const maxClients = 5000;

interface Window {
  count: number;
  /** By `performance.now`. */
  begunAt: number;
}

/**
 * What the rate limit counts, in memory. The plugin's own store goes by the wall clock: set back by an hour, it would
 * refuse whoever had used up a minute's requests for an hour.
 */
export class RateLimitStore {
  readonly #windows = new Map<string, Window>();

  incr(
    key: string,
    answer: (error: Error | null, result?: { current: number; ttl: number }) => void,
    windowMs = 60_000,
  ): void {
    const now = performance.now();
    const known = this.#windows.get(key);
    const window = known !== undefined && now < known.begunAt + windowMs ? known : { count: 0, begunAt: now };
    window.count += 1;
    this.#windows.delete(key);
    this.#windows.set(key, window);
    const [oldest] = this.#windows.keys();
    if (this.#windows.size > maxClients && oldest !== undefined) this.#windows.delete(oldest);
    answer(null, { current: window.count, ttl: window.begunAt + windowMs - now });
  }

  /** A store for a limit of its own. */
  child(): RateLimitStore {
    return new RateLimitStore();
  }
}
