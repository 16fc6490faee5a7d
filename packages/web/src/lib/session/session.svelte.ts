import type { ApiService } from '@image2model/client';
import { explain } from '../messages/errors.ts';

/** Tells the other tabs of this browser that somebody has signed in, or out. */
const channelName = 'image2model.session';

/**
 * The page's session with the server. `unknown` until the server has been asked; `open` where it asks nobody for a key.
 * Whoever is refused calls `ask` and waits: all of them get the one answer.
 */
export class Session {
  readonly #api: Pick<ApiService, 'getSession' | 'login' | 'logout'>;
  #waiting: ((admitted: boolean) => void)[] = [];
  #channel: BroadcastChannel | undefined;
  state: 'unknown' | 'open' | 'in' | 'out' = $state('unknown');
  /** Whether a key is being asked for: the dialog is up. */
  asking = $state(false);
  /** Whether there was a session before, which has ended. */
  ended = $state(false);

  constructor(api: Pick<ApiService, 'getSession' | 'login' | 'logout'>) {
    this.#api = api;
  }

  /** Looks at how things stand. False only where the server says that there is no session. */
  async check(): Promise<boolean> {
    const answer = await this.#api.getSession();
    // No answer says nothing about the session; what comes next will say what is wrong.
    if (!answer.success) return true;
    const admitted = answer.authenticated;
    if (!admitted && this.state === 'in') this.ended = true;
    this.state = answer.required ? (admitted ? 'in' : 'out') : 'open';
    if (admitted) this.#settle(true);
    return admitted;
  }

  /** Makes sure of a session before something is done that cannot be done again by itself, such as a download. */
  async ensure(): Promise<boolean> {
    if (this.state === 'open') return true;
    return (await this.check()) || (await this.ask());
  }

  /** Asks for a key. Resolves once somebody has signed in (here or in another tab), or does not want to. */
  async ask(): Promise<boolean> {
    if (this.state === 'in') this.ended = true;
    this.state = 'out';
    this.asking = true;
    return await new Promise((resolve) => void this.#waiting.push(resolve));
  }

  /** Trades the key for a session. The failure's code and sentence where the server would not. */
  async signIn(key: string): Promise<{ code: string; error: string } | undefined> {
    const answer = await this.#api.login(key);
    if (!answer.success) return { code: answer.code, error: answer.error };
    this.state = answer.required ? 'in' : 'open';
    this.#settle(true);
    this.#channel?.postMessage('in');
    return undefined;
  }

  /** Leaves the question unanswered: what waited for it fails. */
  dismiss(): void {
    this.#settle(false);
  }

  /** Ends the session. A sentence where the server could not be told. */
  async signOut(): Promise<string | undefined> {
    const answer = await this.#api.logout();
    if (!answer.success) return explain(answer);
    if (this.state === 'in') this.state = 'out';
    this.ended = false;
    this.#channel?.postMessage('out');
    return undefined;
  }

  /** Hears what other tabs do; gives back how to stop. */
  listen(): () => void {
    const channel = new BroadcastChannel(channelName);
    this.#channel = channel;
    channel.addEventListener('message', ({ data }) => void this.#follow(data === 'out'));
    return () => channel.close();
  }

  /** Who signs out does not leave what they had made standing in another tab. */
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
