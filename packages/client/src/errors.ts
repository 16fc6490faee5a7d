import type { FailureDetails, MessageValues, ProblemItem } from '@image2model/protocol';

/** Codes of errors that arise in the client, besides those of the server's error table. */
export type ClientErrorCode =
  /** No response: the server cannot be reached, or the connection broke. Retryable. */
  | 'NETWORK_ERROR'
  /** The caller's `AbortSignal` fired. */
  | 'ABORTED'
  /** The response is not one of the API; often a wrong `baseUrl`. */
  | 'INVALID_RESPONSE'
  /** The stream's response is not `text/event-stream`. */
  | 'NOT_AN_EVENT_STREAM'
  /** No byte, not even a heartbeat, for `stallMs`. */
  | 'STALLED'
  /** The stream closed before the task ended. */
  | 'CONNECTION_LOST'
  /** `maxRetries` attempts in a row brought no event. */
  | 'CONNECTION_FAILED'
  /** A line or event of the stream is larger than `maxBufferSize`. */
  | 'EVENT_TOO_LARGE'
  /** The stream sent something that is not a valid event. */
  | 'MALFORMED_EVENT'
  /** The task was cancelled; passed to `onError` if there is no `onCancelled`. */
  | 'TASK_CANCELLED';

export interface ApiErrorInit {
  /** Stable, upper snake case: from the server's table, or a {@link ClientErrorCode}. */
  code: string;
  /** HTTP status; 0 without a response. */
  status?: number;
  /** Whether the same call may succeed later. */
  retryable?: boolean;
  /** The server's id of the request, for bug reports. */
  requestId?: string | undefined;
  /** Id and values of the message, for other languages. */
  messageId?: string | undefined;
  messageValues?: MessageValues | undefined;
  /** Each thing that is wrong, such as one entry per rejected file. */
  errors?: readonly ProblemItem[];
  /** Why a task failed, from its last event. */
  details?: FailureDetails | undefined;
  /** Delay that the server asks for (`Retry-After`), in milliseconds. */
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

/**
 * The only error class of this package. As a string it is its message, so that `` `Processing error: ${error}` `` reads
 * well.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly status: number;
  readonly retryable: boolean;
  readonly requestId: string | undefined;
  readonly messageId: string | undefined;
  readonly messageValues: MessageValues | undefined;
  readonly errors: readonly ProblemItem[];
  readonly details: FailureDetails | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, init: ApiErrorInit) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = init.code;
    this.status = init.status ?? 0;
    this.retryable = init.retryable ?? false;
    this.requestId = init.requestId;
    this.messageId = init.messageId;
    this.messageValues = init.messageValues;
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
