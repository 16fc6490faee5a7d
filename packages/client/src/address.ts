/** Default origin of the API: the page's own, or the default address of a local server outside a browser. */
export function defaultBaseUrl(): string {
  return 'document' in globalThis || 'WorkerGlobalScope' in globalThis ? '' : 'http://127.0.0.1:3000';
}

/** The URL of a route. `baseUrl` may end with a slash. */
export function apiUrl(baseUrl: string | undefined, path: string): string {
  return `${(baseUrl ?? defaultBaseUrl()).replace(/\/+$/, '')}/api/v1${path}`;
}
