import { apiUrl, withAddresses } from '../address.ts';
import { ApiError, toApiError } from '../errors.ts';
import { errorFromResponse } from '../problem.ts';

/** Where and how to send requests. */
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

/** The headers of every request. */
export function authHeaders(settings: HttpSettings): Record<string, string> {
  return {
    Accept: 'application/json',
    ...(settings.apiKey && { Authorization: `Bearer ${settings.apiKey}` }),
  };
}

/**
 * Sends a request and returns the JSON of the response, or an empty object if it has no body.
 *
 * @throws {ApiError} if the status is not 2xx, there is no response, or it is not JSON
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
  return parseBody(response.status, withAddresses(body, settings.baseUrl)) as T;
}

/** Parses a response as JSON. Its content is trusted: the server validates it with the same schemas. */
export function parseBody(status: number, body: string): object {
  if (body === '') return {};
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null) return parsed;
  } catch {
    // Reported below.
  }
  throw new ApiError('The response is not from the API. Is the base URL right?', { code: 'INVALID_RESPONSE', status });
}

async function send(url: string, settings: HttpSettings, init: RequestInit): Promise<Response> {
  try {
    const { credentials } = settings;
    return await (settings.fetch ?? fetch)(url, { ...init, ...(credentials && { credentials }) });
  } catch (cause) {
    throw toApiError(cause);
  }
}
