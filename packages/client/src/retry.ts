import { backoffDelay } from './backoff.ts';
import type { BackoffOptions } from './backoff.ts';
import { ApiError, toApiError } from './errors.ts';
import { wait } from './wait.ts';

export interface RetryOptions extends BackoffOptions {
  /** Retries after the first attempt. Default 3. */
  retries?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Whether to retry. Default: if the error is `retryable`. */
  shouldRetry?: (error: ApiError | { error: string; retryable: boolean }) => boolean;
  /** Called before each delay; `attempt` counts from 1. */
  onRetry?: (info: { attempt: number; delayMs: number }) => void;
}

/**
 * Runs an operation until it succeeds, fails permanently or runs out of retries. A failure is a thrown error or a result
 * whose `success` is false; in the end it is thrown or returned as it is. Honours `Retry-After`.
 */
export async function retryOperation<T>(operation: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { retries = 3, signal, shouldRetry = (error) => error.retryable, onRetry } = options;
  for (let attempt = 1; ; attempt++) {
    const outcome = (async () => await operation())();
    const error = await outcome.then(
      (result) => (result as Partial<Failed> | null | undefined)?.success === false && (result as Failed),
      toApiError,
    );
    if (!error || attempt > retries || signal?.aborted || !shouldRetry(error)) return await outcome;
    const asked = (error instanceof ApiError ? error : error.cause)?.retryAfterMs ?? 0;
    const delayMs = Math.max(asked, backoffDelay(attempt, options));
    onRetry?.({ attempt, delayMs });
    await wait(delayMs, signal);
    if (signal?.aborted) return await outcome;
  }
}

interface Failed {
  success: false;
  error: string;
  retryable: boolean;
  cause?: ApiError;
}
