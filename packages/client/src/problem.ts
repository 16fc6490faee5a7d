import type { Problem } from '@image2model/protocol';
import { isOfType } from './content-type.ts';
import { ApiError } from './errors.ts';
import { readText } from './read-text.ts';

/** Maximum length of an error response that is read, in characters; problem details are far smaller. */
const maxProblemLength = 64 * 1024;

/**
 * The error of a response that is not what was asked for. Only a problem with its code is an answer of this server.
 * Anything else comes from something in between (a captive portal, a firewall, a proxy), which may let the same request
 * pass later; it is not read, as it may never end. `code` is that of a success.
 */
export async function errorFromResponse({ ok, status, headers, body }: Response, code: string): Promise<ApiError> {
  const contentType = headers.get('content-type');
  let text = '';
  if (!ok && isOfType(contentType, 'application/problem+json')) {
    await readText(body, (piece) => {
      text += piece;
      return text.length > maxProblemLength;
    });
  }
  const problem = parseProblem(text);
  return new ApiError(
    problem.detail ?? problem.title ?? `Not an answer of this server: ${status} ${contentType ?? ''}`,
    {
      code: problem.code ?? (ok ? code : `HTTP_${status}`),
      status,
      retryable: !problem.code || isRetryableStatus(status),
      requestId: problem.request_id,
      messageId: problem.message_id,
      messageValues: problem.message_values,
      errors: Array.isArray(problem.errors) ? problem.errors : [],
      retryAfterMs: parseRetryAfter(headers.get('retry-after')),
    },
  );
}

/** `Retry-After` in milliseconds: whole seconds or an HTTP date (RFC 9110, 10.2.3). */
export function parseRetryAfter(header: string | null, now = Date.now()): number | undefined {
  const value = header ?? '';
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** Statuses after which the same request may succeed: time-outs, rate limits and server errors. */
function isRetryableStatus(status: number): boolean {
  return status >= 500 || [408, 425, 429].includes(status);
}

/** What a text says, if it is a problem with a code in upper snake case, as all of this server's are. */
function parseProblem(text: string): Partial<Problem> {
  try {
    const problem = JSON.parse(text) as Problem | null;
    if (/^[A-Z_]+$/.test(problem?.code as string)) return problem as Problem;
  } catch {
    // As if it said nothing.
  }
  return {};
}
