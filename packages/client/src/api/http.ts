import { apiUrl, withAddresses } from '../address.ts';
import type { ConnectionOptions } from '../connection-options.ts';
import { toApiError } from '../errors.ts';
import { problemError } from '../problem.ts';
import { bearer } from '../header-texts.ts';

/** Where and how to send requests. */
export interface HttpSettings extends Pick<ConnectionOptions, 'fetch' | 'credentials'> {
  baseUrl: string | undefined;
  apiKey: string | undefined;
}

export interface HttpRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: BodyInit;
  json?: unknown;
  signal?: AbortSignal | undefined;
}

/**
 * Sends a request and returns the JSON of the response. `field` is one that it must have.
 *
 * @throws {ApiError} if the status is not 2xx, there is no response, or it is not this server's
 */
export async function requestJson<T extends object>(
  settings: HttpSettings,
  path: string,
  field: string,
  { json, headers, ...init }: HttpRequest = {},
): Promise<T> {
  try {
    const response = await (settings.fetch ?? fetch)(apiUrl(settings.baseUrl, path), {
      credentials: settings.credentials,
      ...init,
      ...(json !== undefined && { body: JSON.stringify(json) }),
      headers: {
        Accept: 'application/json',
        ...bearer(settings.apiKey),
        ...(json !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
    } as RequestInit);
    // Only what is deleted may leave nothing to say.
    if (response.status === 204 && init.method === 'DELETE') return {} as T;
    return parseResponse(response, withAddresses(await response.text(), settings.baseUrl), field) as T;
  } catch (cause) {
    throw toApiError(cause);
  }
}

/**
 * Parses a response as JSON. Only a `field` shows that it is this server's; the rest is trusted, since the server checks
 * it with the same schemas.
 *
 * @throws {ApiError} if the status is not 2xx, or with the code `INVALID_RESPONSE`
 */
function parseResponse(response: Response, body: string, field: string): object {
  try {
    const parsed = JSON.parse(body) as object;
    if (response.ok && field in parsed) return parsed;
  } catch {
    // Reported below.
  }
  throw problemError(response, body, 'INVALID_RESPONSE');
}
