import type { MessageValues, ProblemItem } from '@image2model/protocol';
import { toApiError } from '../errors.ts';
import type { ApiError } from '../errors.ts';

/** A failed call. Calls do not throw; check `success`. */
export interface Failure {
  success: false;
  /** A sentence for a person. */
  error: string;
  /** Stable, upper snake case. */
  code: string;
  /** HTTP status; 0 without a response. */
  status: number;
  /** Whether the same call may succeed later. */
  retryable: boolean;
  /** Id and values of `error`, for other languages. */
  messageId?: string | undefined;
  messageValues?: MessageValues | undefined;
  /** Each thing that is wrong, such as one entry per rejected file. */
  errors: readonly ProblemItem[];
  /** The same as an error, to throw. */
  cause: ApiError;
}

type Fields = Omit<Failure, 'success' | 'error' | 'cause'>;

/** The response of a call with `success: true`, or why it failed. */
export type Result<T extends object> = ({ success: true } & T) | Failure;

/** Turns a call that may throw into a result. */
export async function toResult<T extends object>(call: Promise<T>): Promise<Result<T>> {
  try {
    return { success: true, ...(await call) };
  } catch (thrown) {
    const cause = toApiError(thrown);
    return { success: false, ...(cause as Fields), error: cause.message, cause };
  }
}
