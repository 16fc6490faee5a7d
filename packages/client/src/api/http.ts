import { apiUrl, withAddresses } from '../address.ts';
import type { ConnectionOptions } from '../connection-options.ts';
import { toApiError } from '../errors.ts';
import { errorFromResponse } from '../problem.ts';
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
    const parsed = response.ok && parseAnswer(withAddresses(await response.text(), settings.baseUrl), field);
    if (parsed) return parsed as T;
    throw await errorFromResponse(response, 'INVALID_RESPONSE');
  } catch (cause) {
    throw toApiError(cause);
  }
}

/** Parses an answer. Only a `field` shows that it is this server's; the rest is trusted, since it checks that itself. */
function parseAnswer(body: string, field: string): object | undefined {
  try {
    const parsed = JSON.parse(body) as object;
    if (field in parsed) return parsed;
  } catch {
    // Somebody else's.
  }
  return undefined;
}
