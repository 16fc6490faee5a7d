/** How long to wait between attempts. */
export interface BackoffOptions {
  /** Milliseconds that the first wait is drawn from. Default 1 000; a `retry:` of the server takes its place. */
  baseMs?: number;
  /** Longest wait in milliseconds. Default 30 000. */
  capMs?: number;
  /** A number from 0 to 1, for tests. Default `Math.random`. */
  random?: () => number;
}

export const backoffDefaults = { baseMs: 1_000, capMs: 30_000 } as const;

/**
 * Exponential with full jitter: anywhere between nothing and `base × 2^(attempt - 1)`, so that a thousand clients who
 * lost the same server do not come back together
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). `attempt` counts from 1.
 */
export function backoffDelay(attempt: number, options: BackoffOptions = {}): number {
  const { baseMs = backoffDefaults.baseMs, capMs = backoffDefaults.capMs, random = Math.random } = options;
  return Math.round(random() * Math.min(capMs, baseMs * 2 ** Math.min(attempt - 1, 30)));
}
