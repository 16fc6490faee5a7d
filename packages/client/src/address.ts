import { ApiError } from './errors.ts';

/** Default origin of the API: the page's own, or the default address of a local server outside a browser. */
export function defaultBaseUrl(): string {
  return globalThis.location ? '' : 'http://127.0.0.1:3000';
}

/**
 * The absolute URL of a route. `baseUrl` may end with a slash; in a page it may be a path that begins with one. Where
 * nothing checks types it may be a `URL`.
 *
 * @throws {ApiError} with the code `INVALID_BASE_URL`: `fetch` reports a wrong URL like a network that failed, which would
 * be retried for ever
 */
export function apiUrl(baseUrl: string | URL | undefined, path: string): string {
  const url = `${String(baseUrl ?? defaultBaseUrl()).replace(/\/+$/, '')}/api/v1${path}`;
  try {
    // What `fetch` resolves a relative URL against, in pages and in workers.
    const page = globalThis.document?.baseURI ?? globalThis.location?.href;
    // Without a slash it is rather a host that lacks its `https://`.
    const { href } = new URL(url, url[0] === '/' ? page : undefined);
    // No user name or password before the host, and no `?` or `#` that swallows the path.
    if (/^https?:\/\/[^/@]+\/[^?#]*api\/v1\//.test(href)) return href;
  } catch {
    // Reported below.
  }
  throw new ApiError('The base URL must be like https://example.org', { code: 'INVALID_BASE_URL' });
}

/** JSON of the API with its addresses made absolute. Within a string, a backslash would come before the quote. */
export function withAddresses(json: string, baseUrl: string | undefined): string {
  return json.replace(/([:[,]\s*")\/api\/v1\//g, (_, start: string) => start + apiUrl(baseUrl, '/'));
}

/** Adds a parameter to a URL. */
export function withParameter(url: string, parameter: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}${parameter}`;
}
