/**
 * The address of a file at the server that this page came from. With PUBLIC_URL the server names the host that it has
 * for everybody, which this page may not have been opened by: there it has no login, and its policy loads nothing.
 */
export function ownAddress(url: string): string {
  return url.slice(Math.max(0, url.indexOf('/api/v1/')));
}
