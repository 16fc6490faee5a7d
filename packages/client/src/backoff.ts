/** Delays between attempts. */
export interface BackoffOptions {
  /** Maximum of the first delay in milliseconds. Default 1 000, or the server's `retry:`. */
  baseMs?: number;
  /** Maximum delay in milliseconds. Default 30 000. */
  capMs?: number;
  /** Source of randomness for tests, from 0 to 1. Default `Math.random`. */
  random?: () => number;
}

export const backoffDefaults = { baseMs: 1_000, capMs: 30_000 } as const;

/**
 * Exponential backoff with full jitter: between 0 and `baseMs × 2^(attempt - 1)`, so that a thousand clients of one
 * server do not all reconnect at once (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 * `attempt` counts from 1.
 */
export function backoffDelay(attempt: number, options: BackoffOptions = {}): number {
  const { baseMs = backoffDefaults.baseMs, capMs = backoffDefaults.capMs, random = Math.random } = options;
  return Math.round(random() * Math.min(capMs, baseMs * 2 ** Math.min(attempt - 1, 30)));
}
