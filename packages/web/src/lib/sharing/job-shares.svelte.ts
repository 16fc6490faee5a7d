import type { NewShare, Share, ShareList } from '@image2model/protocol';
import type { CallError } from '../messages/error-kind.ts';
import { ask, isError } from './ask.ts';

/** How long a link may work, in seconds; null for until it is revoked. The second is the default. */
export const lives = { day: 86_400, week: 7 * 86_400, forever: null } as const;
export type Life = keyof typeof lives;

/** The lasting links of one job, as its owner makes and revokes them. */
export class JobShares {
  readonly #path: string;
  readonly #signIn: () => Promise<boolean>;
  /** Those that are valid, newest first. */
  list: readonly Share[] = $state.raw([]);
  /** When the server deletes the job and its links, if that is known. */
  keptUntil: string | null = $state(null);
  /** The last one that was made here; the server does not keep its address. */
  made: NewShare | undefined = $state.raw();
  busy = $state(false);

  constructor(jobId: string, signIn: () => Promise<boolean>) {
    this.#path = `/jobs/${encodeURIComponent(jobId)}/shares`;
    this.#signIn = signIn;
  }

  /** Fetches the list. Why not, if the server refuses. */
  async load(): Promise<CallError | undefined> {
    const answer = await ask<ShareList>(this.#path, { signIn: this.#signIn });
    if (isError(answer)) return answer;
    this.list = answer.shares;
    this.keptUntil = answer.kept_until;
    return undefined;
  }

  /** Makes a link to the model of one photo, or to the job. Why not, if the server refuses. */
  async make(fileId: string | undefined, life: Life): Promise<CallError | undefined> {
    if (this.busy) return undefined;
    this.busy = true;
    const json = { expires_in: lives[life], ...(fileId !== undefined && { file_id: fileId }) };
    const answer = await ask<NewShare>(this.#path, { method: 'POST', json, signIn: this.#signIn });
    this.busy = false;
    if (isError(answer)) return answer;
    this.made = answer;
    const { url: _, ...share } = answer;
    this.list = [share, ...this.list];
    return undefined;
  }

  /** Revokes a link, at once. Why not, if the server refuses; one that is gone already counts as revoked. */
  async revoke(id: string): Promise<CallError | undefined> {
    const answer = await ask(`${this.#path}/${encodeURIComponent(id)}`, { method: 'DELETE', signIn: this.#signIn });
    if (isError(answer) && answer.code !== 'SHARE_NOT_FOUND') return answer;
    this.list = this.list.filter((share) => share.id !== id);
    if (this.made?.id === id) this.made = undefined;
    return undefined;
  }
}

/** What a page needs to show the models of a link; the address is of our own server. */
export function embedCode(url: string): string {
  const address = url.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return `<iframe src="${address}?embed=1" width="640" height="480" style="border:0" allowfullscreen></iframe>`;
}
