import type { ConnectionOptions, Credential } from './connection-options.ts';
import type { ApiError } from './errors.ts';

const maxRefreshes = 3;

/** Authenticates the attempts of a connection, and refreshes what the server rejects. */
export class StreamCredentials {
  readonly #options: ConnectionOptions;
  /** From `refreshAuth`, in place of the key in the options. */
  #refreshed: Credential | undefined;
  /** Refreshes since a connection last opened. */
  #refreshes = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Adds the credential to a request. */
  sign(url: string, headers: Record<string, string>): { url: string; headers: Record<string, string> } {
    const credential = this.#refreshed ?? this.#configured();
    if (typeof credential === 'object' && 'ticket' in credential) {
      // A ticket is valid for one connection.
      this.#refreshed = undefined;
      return { url: `${url}${url.includes('?') ? '&' : '?'}ticket=${encodeURIComponent(credential.ticket)}`, headers };
    }
    const key = typeof credential === 'object' ? credential.apiKey : credential;
    return { url, headers: key ? { ...headers, Authorization: `Bearer ${key}` } : headers };
  }

  /** The server accepted the credential, or its error has another cause. */
  resetRefreshes(): void {
    this.#refreshes = 0;
  }

  canRefresh(error: ApiError): boolean {
    return error.status === 401 && this.#options.refreshAuth !== undefined && this.#refreshes < maxRefreshes;
  }

  /** Asks `refreshAuth` for a new credential. Returns which refresh in a row it was, from 1; 0 if there is none. */
  async refresh(error: ApiError): Promise<number> {
    this.#refreshes++;
    try {
      this.#refreshed = await this.#options.refreshAuth?.(error);
    } catch {
      this.#refreshed = undefined;
    }
    return this.#refreshed === undefined ? 0 : this.#refreshes;
  }

  #configured(): string | undefined {
    const { apiKey } = this.#options;
    return typeof apiKey === 'function' ? apiKey() : apiKey;
  }
}
