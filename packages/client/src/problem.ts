import type { Problem } from '@image2model/protocol';
import { ApiError } from './errors.ts';

/** Maximum length of an error response that is read, in characters; problem details are far smaller. */
const maxProblemLength = 64 * 1024;

/** The error of a response other than 2xx, from its problem details, or from its status if it has none. */
export async function errorFromResponse(response: Response): Promise<ApiError> {
  return problemError(response.status, await readText(response), response.headers.get('retry-after'));
}

/** As {@link errorFromResponse}, from the parts of a response. */
export function problemError(status: number, body: string, retryAfter: string | null): ApiError {
  const problem = parseProblem(body);
  return new ApiError(problem.detail ?? problem.title ?? `The server responded with status ${status}`, {
    code: problem.code ?? `HTTP_${status}`,
    status,
    retryable: isRetryableStatus(status),
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

function parseProblem(body: string): Partial<Problem> {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

async function readText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  let text = '';
  try {
    while (text.length < maxProblemLength) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
    await reader.cancel();
  } catch {
    // The connection broke; use what has arrived.
  }
  return text;
}
