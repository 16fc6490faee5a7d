/** Where the API is when nobody says: the page's own origin, or a server's default address outside a browser. */
export function defaultBaseUrl(): string {
  return 'document' in globalThis || 'WorkerGlobalScope' in globalThis ? '' : 'http://127.0.0.1:3000';
}

/** The address of a route, from a base with or without a trailing slash. */
export function apiUrl(baseUrl: string | undefined, path: string): string {
  return `${(baseUrl ?? defaultBaseUrl()).replace(/\/+$/, '')}/api/v1${path}`;
}
