import type { Problem } from '@image2model/protocol';
import { ApiError, isRetryableStatus } from './errors.ts';

/** Bytes of an error answer that are read; the rest says nothing a caller could use. */
const maxProblemBytes = 64 * 1024;

/** The error that an answer other than 2xx stands for: its problem details, or its status where it has none. */
export async function errorFromResponse(response: Response): Promise<ApiError> {
  return problemError(response.status, await readText(response), response.headers.get('retry-after'));
}

/** As {@link errorFromResponse}, from the parts of an answer. */
export function problemError(status: number, body: string, retryAfter: string | null): ApiError {
  const problem = parseProblem(body);
  return new ApiError(problem.detail ?? problem.title ?? `The server answered ${status}`, {
    code: problem.code ?? `HTTP_${status}`,
    status,
    retryable: isRetryableStatus(status),
    requestId: problem.request_id,
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
    while (text.length < maxProblemBytes) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
    await reader.cancel();
  } catch {
    // The status alone has to do.
  }
  return text;
}
