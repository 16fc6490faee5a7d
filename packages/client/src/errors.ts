import type { FailureDetails, ProblemItem } from '@image2model/protocol';

/** Codes that only the client gives, besides those of the server's error table. */
export type ClientErrorCode =
  /** No answer: the server cannot be reached, or the connection broke. Worth another try. */
  | 'NETWORK_ERROR'
  /** The caller's `AbortSignal` fired. */
  | 'ABORTED'
  /** The answer is not what the API gives; often a wrong `baseUrl`. */
  | 'INVALID_RESPONSE'
  /** The stream's address answered with something else than `text/event-stream`. */
  | 'NOT_AN_EVENT_STREAM'
  /** No byte, not even a heartbeat, for the time of the watchdog. */
  | 'STALLED'
  /** The stream closed before the task ended. */
  | 'CONNECTION_LOST'
  /** The stream could not be held for as many attempts as were allowed. */
  | 'CONNECTION_FAILED'
  /** One line or event of the stream is larger than `maxBufferSize`. */
  | 'EVENT_TOO_LARGE'
  /** What a stream brought is not an event of this protocol. */
  | 'MALFORMED_EVENT'
  /** The task was cancelled; given to `onError` where there is no `onCancelled`. */
  | 'TASK_CANCELLED';

export interface ApiErrorInit {
  /** Stable, upper snake case: of the server's table, or a {@link ClientErrorCode}. */
  code: string;
  /** HTTP status; 0 where there was no answer. */
  status?: number;
  /** Whether the very same call can succeed later. */
  retryable?: boolean;
  /** The server's id of the request, for a report. */
  requestId?: string | undefined;
  /** What is wrong one by one: an entry per refused file, say. */
  errors?: readonly ProblemItem[];
  /** Why a task failed, as its ending says. */
  details?: FailureDetails | undefined;
  /** How long the server asks to wait, in milliseconds. */
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

/**
 * The one error class of this package. Put into a text it reads as its message, so that
 * `` `Processing error: ${error}` `` is a sentence for a person.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly status: number;
  readonly retryable: boolean;
  readonly requestId: string | undefined;
  readonly errors: readonly ProblemItem[];
  readonly details: FailureDetails | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, init: ApiErrorInit) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = init.code;
    this.status = init.status ?? 0;
    this.retryable = init.retryable ?? false;
    this.requestId = init.requestId;
    this.errors = init.errors ?? [];
    this.details = init.details;
    this.retryAfterMs = init.retryAfterMs;
  }

  override toString(): string {
    return this.message;
  }
}

/** Any thrown value as an `ApiError`: an aborted request, or a network that failed. */
export function toApiError(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause;
  const isAbort = cause instanceof Error && cause.name === 'AbortError';
  return isAbort ? aborted(cause) : unreachable(cause);
}

export const aborted = (cause?: unknown): ApiError =>
  new ApiError('The request was cancelled', { code: 'ABORTED', cause });

export const unreachable = (cause?: unknown): ApiError =>
  new ApiError('The server cannot be reached', { code: 'NETWORK_ERROR', retryable: true, cause });

/** Statuses after which the same request may succeed: time-outs, limits, and whatever is broken over there. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}
