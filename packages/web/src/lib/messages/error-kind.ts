import type { Failure } from '@image2model/client';

/** A call that did not succeed, as far as a page has to know. */
export type CallError = Pick<Failure, 'code' | 'error'>;

/** The kinds of errors that the pages have a title and a next step of their own for. */
export type ErrorKind = 'offline' | 'restarting' | 'missing' | 'session' | 'full' | 'other';

const kinds: Readonly<Record<string, ErrorKind>> = {
  NETWORK_ERROR: 'offline',
  CONNECTION_LOST: 'offline',
  CONNECTION_FAILED: 'offline',
  STALLED: 'offline',
  SHUTTING_DOWN: 'restarting',
  // A proxy's answers while the server behind it is away.
  HTTP_502: 'restarting',
  HTTP_503: 'restarting',
  HTTP_504: 'restarting',
  JOB_NOT_FOUND: 'missing',
  TASK_NOT_FOUND: 'missing',
  // An invalid id means that the address was cut short.
  INVALID_ID: 'missing',
  UNAUTHENTICATED: 'session',
  STORAGE_FULL: 'full',
};

export function errorKind({ code }: Pick<CallError, 'code'>): ErrorKind {
  return kinds[code] ?? 'other';
}
