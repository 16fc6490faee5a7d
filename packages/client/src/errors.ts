import type { FailureDetails, MessageValues, ProblemItem } from '@image2model/protocol';

/** Codes of errors that arise in the client, besides those of the server's error table. */
export type ClientErrorCode =
  /** No response: the server cannot be reached, or the connection broke. Retryable. */
  | 'NETWORK_ERROR'
  /** The caller's `AbortSignal` fired. */
  | 'ABORTED'
  /** A successful response that is not this server's: of something in between, or of a wrong `baseUrl`. Retryable. */
  | 'INVALID_RESPONSE'
  /** The same of a stream: neither `text/event-stream` nor an error of the server. Retried, but for a 204. */
  | 'NOT_AN_EVENT_STREAM'
  /** `baseUrl` is no address of a server. */
  | 'INVALID_BASE_URL'
  /** The key has a character that no key has, such as a line break. */
  | 'INVALID_API_KEY'
  /** The cursor has a character that no cursor has, such as a line break. */
  | 'INVALID_CURSOR'
  /** Something on the way holds the stream back: events are asked for instead. */
  | 'BUFFERED'
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
  declare readonly code: string;
  readonly status: number = 0;
  readonly retryable: boolean = false;
  declare readonly requestId: string | undefined;
  declare readonly messageId: string | undefined;
  declare readonly messageValues: MessageValues | undefined;
  readonly errors: readonly ProblemItem[] = [];
  declare readonly details: FailureDetails | undefined;
  declare readonly retryAfterMs: number | undefined;

  constructor(message: string, { cause, ...init }: ApiErrorInit) {
    super(message, (cause && { cause }) as ErrorOptions);
    Object.assign(this, init);
  }

  override toString(): string {
    return this.message;
  }
}

/** Any thrown value as an `ApiError`: an aborted request, or a network that failed. */
export function toApiError(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause;
  return (cause as Error | undefined)?.name === 'AbortError' ? aborted(cause) : unreachable(cause);
}

export const aborted = (cause?: unknown): ApiError =>
  new ApiError('The request was cancelled', { code: 'ABORTED', cause });

export const unreachable = (cause?: unknown): ApiError =>
  new ApiError('The server cannot be reached', { code: 'NETWORK_ERROR', retryable: true, cause });
