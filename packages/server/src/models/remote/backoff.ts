import { setTimeout as sleep } from 'node:timers/promises';
import type { RemoteTimings } from './timings.ts';

type Backoff = Pick<RemoteTimings, 'firstBackoffMs' | 'maxBackoffMs'>;

/** The wait before a retry (0 for the first), spread over half of itself so that calls do not meet. */
export function backoffMs(retry: number, { firstBackoffMs, maxBackoffMs }: Backoff): number {
  return Math.min(maxBackoffMs, firstBackoffMs * 2 ** Math.min(retry, 20)) * (0.5 + Math.random() / 2);
}

/** Waits before a retry (0 for the first). @throws the signal's reason */
export async function backOff(retry: number, timings: Backoff, signal: AbortSignal): Promise<void> {
  await sleep(backoffMs(retry, timings), undefined, { signal }).catch(() => undefined);
  signal.throwIfAborted();
}
