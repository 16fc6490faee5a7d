import { apiUrl, withAddresses } from '../address.ts';
import type { ConnectionOptions } from '../connection-options.ts';
import { aborted } from '../errors.ts';
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
  json?: object;
  signal?: AbortSignal | undefined;
}

/**
 * Sends a request and returns the JSON of the response. `field` is one that it must have.
 *
 * @throws {ApiError} if the status is not 2xx, or it is not this server's. Whatever `fetch` throws if there is no response
 */
export async function requestJson<T extends object>(
  settings: HttpSettings,
  path: string,
  field: string,
  { json, headers, ...init }: HttpRequest = {},
): Promise<T> {
  // Node's `fetch` would reject twice, the second time where nobody can catch it.
  if (init.signal?.aborted) throw aborted(init.signal.reason);
  const response = await (settings.fetch ?? fetch)(apiUrl(settings.baseUrl, path), {
    credentials: settings.credentials,
    ...init,
    ...(json && { body: JSON.stringify(json) }),
    headers: {
      Accept: 'application/json',
      ...bearer(settings.apiKey),
      ...(json && { 'Content-Type': 'application/json' }),
      ...headers,
    },
  } as RequestInit);
  // Only what is deleted may leave nothing to say.
  if (response.status === 204 && init.method === 'DELETE') return {} as T;
  const body = response.ok ? await response.text() : '';
  try {
    const answer = JSON.parse(withAddresses(body, settings.baseUrl)) as T;
    // Only the field shows that it is this server's; the rest is trusted, since it checks that itself.
    if (field in answer) return answer;
  } catch {
    // Somebody else's, or an error.
  }
  throw await errorFromResponse(response, 'INVALID_RESPONSE');
}
