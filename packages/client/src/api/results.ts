import type { ProblemItem } from '@image2model/protocol';
import { toApiError } from '../errors.ts';
import type { ApiError } from '../errors.ts';

/** A call that did not succeed. Nothing is thrown: `success` tells. */
export interface Failure {
  success: false;
  /** A sentence for a person. */
  error: string;
  /** Stable, upper snake case. */
  code: string;
  /** HTTP status; 0 where there was no answer. */
  status: number;
  /** Whether the very same call can succeed later. */
  retryable: boolean;
  /** What is wrong one by one: an entry per refused file, say. */
  errors: readonly ProblemItem[];
  /** All of it as the one error class, for whoever would rather throw. */
  cause: ApiError;
}

/** What a call brought, with `success: true`, or why it did not. */
export type Result<T extends object> = ({ success: true } & T) | Failure;

/** Runs a call that throws and gives its result. */
export async function toResult<T extends object>(call: Promise<T>): Promise<Result<T>> {
  try {
    return { success: true, ...(await call) };
  } catch (thrown) {
    const cause = toApiError(thrown);
    const { message: error, code, status, retryable, errors } = cause;
    return { success: false, error, code, status, retryable, errors, cause };
  }
}
