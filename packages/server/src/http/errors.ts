import { errorDefinitions, messageRef } from '@image2model/protocol';
import type { ErrorCode, Message, Problem, ProblemItem } from '@image2model/protocol';

interface ApiErrorOptions {
  /** Sent as `Retry-After`, jittered upwards. Codes of status 429 and 503 have one of their own where none is given. */
  retryAfterSeconds?: number;
  /** One item for each thing that is wrong. */
  errors?: ProblemItem[];
  cause?: unknown;
}

/**
 * What a request is answered with when it does not succeed. `code` decides the status and the title; `said` is a
 * sentence for the person at the other end, so no path, key or internal name may stand in it.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode;
  readonly said: Message;
  readonly status: number;
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | undefined;
  readonly errors: ProblemItem[] | undefined;

  constructor(code: ErrorCode, said: Message, options: ApiErrorOptions = {}) {
    super(said.text, options.cause === undefined ? undefined : { cause: options.cause });
    const definition = errorDefinitions[code];
    this.code = code;
    this.said = said;
    this.status = definition.status;
    this.retryable = definition.retryable;
    this.retryAfterSeconds = options.retryAfterSeconds ?? defaultRetryAfter(definition.status);
    this.errors = options.errors;
  }
}

/** The content type of every error answer. */
export const problemContentType = 'application/problem+json; charset=utf-8';

/** The body of an error answer (RFC 9457). */
export function toProblem(error: ApiError, requestId: string): Problem {
  return {
    type: `urn:image2model:error:${error.code}`,
    title: errorDefinitions[error.code].title,
    status: error.status,
    detail: error.said.text,
    ...messageRef(error.said),
    code: error.code,
    request_id: requestId,
    ...(error.errors === undefined ? {} : { errors: error.errors }),
  };
}

/** Spreads clients that were turned away together over half as long again, so that they do not come back together. */
export function jitterSeconds(seconds: number): number {
  return Math.max(1, Math.ceil(seconds * (1 + Math.random() / 2)));
}

function defaultRetryAfter(status: number): number | undefined {
  return status === 429 || status === 503 ? 5 : undefined;
}
