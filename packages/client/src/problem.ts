import type { Problem } from '@image2model/protocol';
import { isOfType } from './content-type.ts';
import { ApiError } from './errors.ts';
import { readText } from './read-text.ts';

/** Maximum length of an error response that is read, in characters; problem details are far smaller. */
const maxProblemLength = 64 * 1024;

/** The error of a response that is neither an event stream nor the answer to a call. */
export async function errorFromResponse({ status, headers, body }: Response): Promise<ApiError> {
  let text = '';
  await readText(body, (piece) => {
    text += piece;
    return text.length > maxProblemLength;
  });
  return problemError(
    status,
    text,
    headers.get('retry-after'),
    headers.get('content-type'),
    status < 300 ? 'NOT_AN_EVENT_STREAM' : undefined,
  );
}

/**
 * As {@link errorFromResponse}, from the parts of a response. Only a problem with its code is an answer of this server.
 * Anything else comes from something in between (a captive portal, a firewall, a proxy), which may let the same request
 * pass later.
 */
export function problemError(
  status: number,
  body: string,
  retryAfter: string | null,
  contentType: string | null = null,
  code = `HTTP_${status}`,
): ApiError {
  const problem = isOfType(contentType, 'application/problem+json') ? parseProblem(body) : {};
  const { detail, title = `Not an answer of this server: ${status} ${contentType ?? ''}` } = problem;
  return new ApiError(detail ?? title, {
    code: problem.code ?? code,
    status,
    retryable: !problem.code || isRetryableStatus(status),
    requestId: problem.request_id,
    messageId: problem.message_id,
    messageValues: problem.message_values,
    errors: Array.isArray(problem.errors) ? problem.errors : [],
    retryAfterMs: parseRetryAfter(retryAfter),
  });
}

/** `Retry-After` in milliseconds: whole seconds or an HTTP date (RFC 9110, 10.2.3). */
export function parseRetryAfter(value: string | null, now = Date.now()): number | undefined {
  if (!value) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** Statuses after which the same request may succeed: time-outs, rate limits and server errors. */
function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** What the body says, if it is a problem with a code, as all of this server's are. */
function parseProblem(body: string): Partial<Problem> {
  try {
    const problem = JSON.parse(body) as Partial<Problem> | null;
    if (typeof problem?.code === 'string') return problem;
  } catch {
    // As if it said nothing.
  }
  return {};
}
