import { message } from '@image2model/protocol';
import type { ErrorCode, Message } from '@image2model/protocol';
import { StorageFullError } from '../files/contract.ts';
import { ModelError } from '../models/errors.ts';

/** Attempts at one file, the first included. */
const maxAttempts = 3;
/** A worker that died twice on the same file would die again. */
const maxCrashedAttempts = 2;
const firstDelayMs = 1000;
const defaultMaxDelayMs = 30_000;

/** Why an attempt failed, as it is shown and stored. */
export interface Failure {
  code: ErrorCode;
  message: Message;
  /** Whether another attempt may succeed. */
  retryable: boolean;
}

/** Puts whatever was thrown into words that may leave the server. What nobody expected counts as temporary. */
export function toFailure(error: unknown): Failure {
  if (error instanceof ModelError) return { code: error.code, message: error.said, retryable: error.retryable };
  if (error instanceof StorageFullError) {
    return { code: 'STORAGE_FULL', message: message('file.storage_full'), retryable: true };
  }
  return { code: 'GENERATION_FAILED', message: message('file.failed'), retryable: true };
}

/** Whether to retry after this attempt (1 for the first). */
export function mayRetry(failure: Failure, attempt: number): boolean {
  return failure.retryable && attempt < (failure.code === 'WORKER_CRASHED' ? maxCrashedAttempts : maxAttempts);
}

/**
 * How long to wait after this attempt, in ms: exponential from a second, with full jitter so that what failed together
 * does not come back together. `random` gives 0 to 1.
 */
export function retryDelayMs(
  attempt: number,
  random: () => number = Math.random,
  maxDelayMs: number = defaultMaxDelayMs,
): number {
  return Math.ceil(Math.min(maxDelayMs, firstDelayMs * 2 ** (attempt - 1)) * random());
}
