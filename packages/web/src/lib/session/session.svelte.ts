import type { ApiService } from '@image2model/client';
import type { CallError } from '../messages/error-kind.ts';
import { explain } from '../messages/errors.ts';

/** Notifies the other tabs of this browser of signing in and out. */
const channelName = 'image2model.session';

/**
 * The page's session with the server. `unknown` until the server has been asked; `open` if it requires no key. Requests
 * that are rejected call `ask` and wait: all of them get the same answer.
 */
export class Session {
  readonly #api: Pick<ApiService, 'getSession' | 'login' | 'logout'>;
  #waiting: ((admitted: boolean) => void)[] = [];
  #channel: BroadcastChannel | undefined;
  state: 'unknown' | 'open' | 'in' | 'out' = $state('unknown');
  /** Whether a key is being asked for: the dialog is up. */
  asking = $state(false);
  /** Whether there was a session that has ended. */
  ended = $state(false);

  constructor(api: Pick<ApiService, 'getSession' | 'login' | 'logout'>) {
    this.#api = api;
  }

  /** Asks the server for the state. False only if the server says that there is no session. */
  async check(): Promise<boolean> {
    const answer = await this.#api.getSession();
    // Without an answer the state is unknown; the next request will say what is wrong.
    if (!answer.success) return true;
    const admitted = answer.authenticated;
    if (!admitted && this.state === 'in') this.ended = true;
    this.state = answer.required ? (admitted ? 'in' : 'out') : 'open';
    if (admitted) this.#settle(true);
    return admitted;
  }

  /** Makes sure of a session before something that cannot be retried automatically, such as a download. */
  async ensure(): Promise<boolean> {
    if (this.state === 'open') return true;
    return (await this.check()) || (await this.ask());
  }

  /** Asks for a key. Resolves once somebody has signed in (here or in another tab), or dismissed the dialog. */
  async ask(): Promise<boolean> {
    if (this.state === 'in') this.ended = true;
    this.state = 'out';
    this.asking = true;
    return await new Promise((resolve) => void this.#waiting.push(resolve));
  }

  /** Exchanges the key for a session. Gives the error if the server refuses. */
  async signIn(key: string): Promise<CallError | undefined> {
    const answer = await this.#api.login(key);
    if (!answer.success) return { code: answer.code, error: answer.error };
    this.state = answer.required ? 'in' : 'open';
    this.#settle(true);
    this.#channel?.postMessage('in');
    return undefined;
  }

  /** Closes the dialog without signing in: what waited for it fails. */
  dismiss(): void {
    this.#settle(false);
  }

  /** Ends the session. Gives an error text if the server could not be reached. */
  async signOut(): Promise<string | undefined> {
    const answer = await this.#api.logout();
    if (!answer.success) return explain(answer);
    if (this.state === 'in') this.state = 'out';
    this.ended = false;
    this.#channel?.postMessage('out');
    return undefined;
  }

  /** Follows what other tabs do. Returns a function that stops it. */
  listen(): () => void {
    const channel = new BroadcastChannel(channelName);
    this.#channel = channel;
    channel.addEventListener('message', ({ data }) => void this.#follow(data === 'out'));
    return () => channel.close();
  }

  /** After signing out, no other tab goes on showing what the person made. */
  async #follow(left: boolean): Promise<void> {
    const admitted = await this.check();
    if (left && !admitted) location.reload();
  }

  #settle(admitted: boolean): void {
    this.asking = false;
    if (admitted) this.ended = false;
    for (const resolve of this.#waiting.splice(0)) resolve(admitted);
  }
}
