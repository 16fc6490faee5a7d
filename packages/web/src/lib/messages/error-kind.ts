/** A call that did not succeed, as far as a page has to know. */
export interface Refusal {
  code: string;
  /** A sentence for a person. */
  error: string;
}

/** The kinds of trouble that the pages have words and a next step of their own for. */
export type TroubleKind = 'offline' | 'restarting' | 'missing' | 'session' | 'full' | 'other';

const kinds: Readonly<Record<string, TroubleKind>> = {
  NETWORK_ERROR: 'offline',
  CONNECTION_LOST: 'offline',
  CONNECTION_FAILED: 'offline',
  STALLED: 'offline',
  SHUTTING_DOWN: 'restarting',
  // What a proxy answers while the server behind it is away.
  HTTP_502: 'restarting',
  HTTP_503: 'restarting',
  HTTP_504: 'restarting',
  JOB_NOT_FOUND: 'missing',
  TASK_NOT_FOUND: 'missing',
  // An id that is none is an address that was cut short.
  INVALID_ID: 'missing',
  UNAUTHENTICATED: 'session',
  STORAGE_FULL: 'full',
};

export function kindOf({ code }: Pick<Refusal, 'code'>): TroubleKind {
  return kinds[code] ?? 'other';
}
