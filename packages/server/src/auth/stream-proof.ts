import type { FastifyRequest } from 'fastify';
import { cursorOf } from '../http/routes/cursor.ts';
import { parseCombinedCursor, parseCursor } from '../streams/cursor.ts';
import { boundLifetimeMs } from './tickets.ts';

/**
 * What whoever was let in to a stream by a ticket comes back with, beside the ticket: a cookie; or, where none is kept (an
 * `EventSource` of another origin, a program), the end of the cursor that the stream's `cursor` events bear, in the header
 * that an `EventSource` sends it in. Nothing in an address is a proof: addresses are logged on the way.
 */
type ProvingRequest = Pick<FastifyRequest, 'headers' | 'cookies' | 'proof'>;

const proofCookie = 'image2model_stream';

/** Everything in a request that may be a proof. */
export function proofsOf({ headers, cookies }: Omit<ProvingRequest, 'proof'>): string[] {
  const header = headers['last-event-id'];
  const inCursor = typeof header === 'string' ? /~([\w-]+)$/.exec(header)?.[1] : undefined;
  return [cookies[proofCookie], inCursor].filter((one) => one !== undefined);
}

/** The proof that the events of a stream have to bear; empty where the cookie does. */
export function proofInEvents({ cookies, proof }: ProvingRequest): string {
  return proof === '' || cookies[proofCookie] === proof ? '' : proof;
}

/** The last sequence that a client says it has seen of the task. */
export function sequenceSeen(
  { headers, query }: Pick<FastifyRequest, 'headers' | 'query'>,
  taskId: string,
): number | undefined {
  const text = cursorOf({ headers }, query as Record<string, unknown>);
  return parseCursor(text) ?? parseCombinedCursor(text, [taskId])?.[0];
}

/**
 * The cookie, as a header's value: for the events of one task alone. A browser sends it from a page of another site only
 * over HTTPS, and keeps it apart for each site that the page is of.
 */
export function proofCookieHeader(
  request: Pick<FastifyRequest, 'headers' | 'proof'>,
  taskId: string,
  isHttps: boolean,
): string {
  const sameSite = isHttps ? 'SameSite=None; Secure; Partitioned' : 'SameSite=Strict';
  const path = `/api/v1/status/tasks/${taskId}`;
  return `${proofCookie}=${request.proof}; Max-Age=${boundLifetimeMs / 1000}; Path=${path}; HttpOnly; ${sameSite}`;
}
