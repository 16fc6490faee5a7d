import { message } from '@image2model/protocol';
import type { ErrorCode, Message } from '@image2model/protocol';
import { StorageFullError, StorageGoneError } from '../files/contract.ts';
import { ModelError } from '../models/errors.ts';
import { shortageOf } from '../shortage.ts';
import type { ShortOf } from '../shortage.ts';

/** Attempts at one file, the first included. */
const maxAttempts = 3;
/** A worker that died twice on the same file would die again. */
const maxCrashedAttempts = 2;
/** Memory that was short may be there once others are done; a photo that takes more than there is must not wait for ever. */
const maxOutOfMemory = 4;
/** What is short is tried again after so many ms, give or take half of it. */
const shortageMs = 2000;
const firstDelayMs = 1000;
const defaultMaxDelayMs = 30_000;

/** Why an attempt failed, as it is shown and stored. */
export interface Failure {
  code: ErrorCode;
  message: Message;
  /** Whether another attempt may succeed. */
  retryable: boolean;
  /** What the server was short of, where that is why. */
  short?: ShortOf;
}

/**
 * Puts whatever was thrown into words that may leave the server. What nobody expected counts as temporary. What may be
 * the consequence of a descriptor that was not to be had, as a name that was not found, is laid to that: `isStarved` says
 * whether there are none.
 */
export function toFailure(error: unknown, isStarved: () => boolean = () => false): Failure {
  const failure = failureOf(error);
  // What is said for good is said of the photo, or of a request that must not be sent again.
  if (!failure.retryable || error instanceof StorageFullError) return failure;
  const short = shortageOf(error) ?? (isStarved() ? 'descriptors' : undefined);
  if (short === undefined) return failure;
  return short === 'memory'
    ? { code: 'OUT_OF_MEMORY', message: message('file.out_of_memory'), retryable: true, short }
    : { code: 'OUT_OF_RESOURCES', message: message(`file.short_of_${short}`), retryable: true, short };
}

function failureOf(error: unknown): Failure {
  if (error instanceof ModelError) return { code: error.code, message: error.said, retryable: error.retryable };
  if (error instanceof StorageFullError) {
    return { code: 'STORAGE_FULL', message: message('file.storage_full'), retryable: true };
  }
  if (error instanceof StorageGoneError) {
    return { code: 'STORAGE_GONE', message: message('file.storage_gone'), retryable: true };
  }
  return { code: 'GENERATION_FAILED', message: message('file.failed'), retryable: true };
}

/** Whether the attempt does not count: it failed for want of something that has nothing to do with its photo. */
export function isWaitedOut({ short }: Failure): boolean {
  return short !== undefined && short !== 'memory';
}

/** Whether to retry after this attempt (1 for the first). */
export function mayRetry({ code, retryable }: Failure, attempt: number): boolean {
  const most = { WORKER_CRASHED: maxCrashedAttempts, OUT_OF_MEMORY: maxOutOfMemory }[code as string] ?? maxAttempts;
  return retryable && attempt < most;
}

/** How long a file waits for what is short, in ms. */
export function shortageDelayMs(): number {
  return Math.ceil(shortageMs * (0.5 + Math.random()));
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
