import { backoffDefaults, backoffDelay } from './backoff.ts';
import type { BackoffOptions } from './backoff.ts';

/**
 * Milliseconds until the next attempt (from 1). `retryMs` is the server's `retry:`; if a connection `opened` and was then
 * lost, the next attempt comes no sooner, and the first one just then.
 */
export function reconnectDelay(
  attempt: number,
  opened: boolean,
  retryMs: number | undefined,
  backoff: BackoffOptions | ((attempt: number) => number) = {},
): number {
  if (typeof backoff === 'function') return backoff(attempt);
  const delayMs = backoffDelay(attempt, { ...(retryMs && { baseMs: retryMs }), ...backoff });
  if (!opened || retryMs === undefined) return delayMs;
  // The server has already added jitter to its delay, to spread out its clients.
  const floorMs = Math.min(retryMs, backoff.capMs ?? backoffDefaults.capMs);
  return attempt > 1 ? Math.max(floorMs, delayMs) : floorMs;
}
