import { errorDefinitions } from '@image2model/protocol';
import type { ErrorCode } from '@image2model/protocol';
import { StorageFullError } from '../files/contract.ts';
import { ModelError } from '../models/errors.ts';

/** Attempts at one file, the first included. */
const maxAttempts = 3;
/** A worker that died twice on the same file would die again. */
const maxCrashedAttempts = 2;
const firstDelayMs = 1000;
const longestDelayMs = 30_000;

/** Why an attempt failed, as it is shown and stored. */
export interface Fault {
  code: ErrorCode;
  /** A sentence for a person. */
  message: string;
  /** Whether another attempt may succeed. */
  retryable: boolean;
}

/** Puts whatever was thrown into words that may leave the server. What nobody expected counts as a fault that may pass. */
export function toFault(error: unknown): Fault {
  if (error instanceof ModelError) return { code: error.code, message: error.message, retryable: error.retryable };
  const code = error instanceof StorageFullError ? 'STORAGE_FULL' : 'GENERATION_FAILED';
  return { code, message: errorDefinitions[code].title, retryable: true };
}

/** Whether to try again after this attempt (1 for the first). */
export function mayRetry(fault: Fault, attempt: number): boolean {
  return fault.retryable && attempt < (fault.code === 'WORKER_CRASHED' ? maxCrashedAttempts : maxAttempts);
}

/**
 * How long to wait after this attempt, in ms: exponential, with full jitter so that files that failed together do not
 * come back together. `random` gives 0 to 1.
 */
export function retryDelayMs(attempt: number, random: () => number = Math.random): number {
  const most = Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1));
  return Math.ceil(most * random());
}
