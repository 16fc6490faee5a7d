/** Default origin of the API: the page's own, or the default address of a local server outside a browser. */
export function defaultBaseUrl(): string {
  return globalThis.location ? '' : 'http://127.0.0.1:3000';
}

/** The absolute URL of a route. `baseUrl` may end with a slash; in a page it may be a path. */
export function apiUrl(baseUrl: string | undefined, path: string): string {
  const url = `${(baseUrl ?? defaultBaseUrl()).replace(/\/+$/, '')}/api/v1${path}`;
  // What `fetch` resolves a relative URL against, in pages and in workers.
  return new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href).href;
}

/** JSON of the API with its addresses made absolute. Within a string, a backslash would come before the quote. */
export function withAddresses(json: string, baseUrl: string | undefined): string {
  return json.replace(/([:[,]\s*")\/api\/v1\//g, (_, start: string) => start + apiUrl(baseUrl, '/'));
}
