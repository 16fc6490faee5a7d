import { apiUrl } from '../address.ts';
import { ApiError, toApiError } from '../errors.ts';
import { errorFromResponse } from '../problem.ts';

/** Where and how requests go. */
export interface HttpSettings {
  baseUrl: string | undefined;
  apiKey: string | undefined;
  fetch: typeof fetch | undefined;
  credentials: RequestCredentials | undefined;
}

export interface HttpRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: BodyInit;
  json?: unknown;
  signal?: AbortSignal | undefined;
}

/** The headers that every request bears. */
export function authHeaders(settings: HttpSettings): Record<string, string> {
  return {
    Accept: 'application/json',
    ...(settings.apiKey && { Authorization: `Bearer ${settings.apiKey}` }),
  };
}

/**
 * Sends a request and gives the JSON of its answer, an empty object where it has no body.
 *
 * @throws {ApiError} for any other status than 2xx, no answer, or an answer that is not JSON
 */
export async function requestJson<T extends object>(
  settings: HttpSettings,
  path: string,
  { json, headers, ...init }: HttpRequest = {},
): Promise<T> {
  const response = await send(apiUrl(settings.baseUrl, path), settings, {
    ...init,
    ...(json !== undefined && { body: JSON.stringify(json) }),
    headers: {
      ...authHeaders(settings),
      ...(json !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
  } as RequestInit);
  if (!response.ok) throw await errorFromResponse(response);
  let body: string;
  try {
    body = await response.text();
  } catch (cause) {
    throw toApiError(cause);
  }
  return parseAnswer(response.status, body) as T;
}

/** The JSON of an answer. What it holds is the server's word: both sides use the same schemas. */
export function parseAnswer(status: number, body: string): object {
  if (body === '') return {};
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null) return parsed;
  } catch {
    // Told below.
  }
  throw new ApiError('The answer is not the API’s; is the base address right?', { code: 'INVALID_RESPONSE', status });
}

async function send(url: string, settings: HttpSettings, init: RequestInit): Promise<Response> {
  try {
    const { credentials } = settings;
    return await (settings.fetch ?? fetch)(url, { ...init, ...(credentials && { credentials }) });
  } catch (cause) {
    throw toApiError(cause);
  }
}
