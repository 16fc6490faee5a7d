import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

/** Any text is accepted: what is no cursor counts as none. */
export const cursor = z
  .unknown()
  .optional()
  .describe('The id of the last event seen, where no Last-Event-ID can be sent');

/** `lastEventId` and `evs_last_event_id` are what polyfills of `EventSource` send in the address. */
const names = /^(?:after|(?:evs_)?last[-_]?event[-_]?id)$/i;

/** The header is what an `EventSource` sends by itself when it comes back, so it is newer than the address. */
export function cursorOf(request: Pick<FastifyRequest, 'headers'>, query: Record<string, unknown>): string | undefined {
  const header = request.headers['last-event-id'];
  if (typeof header === 'string' && header !== '') return withoutProof(header);
  // A polyfill appends its own, which is the newer one for the same reason.
  const given = Object.entries(query)
    .filter(([name]) => names.test(name))
    .flatMap(([, value]) => value)
    .findLast((value) => value !== '');
  return typeof given === 'string' ? withoutProof(given) : undefined;
}

/** A stream that was opened with a ticket adds a proof to its cursors; see `auth/stream-proof.ts`. */
function withoutProof(text: string): string {
  return text.replace(/~[\w-]*$/, '');
}

const maxPadding = 4096;

/**
 * Characters that have to come before the first event: the engines of some old browsers (Internet Explorer, the first
 * Edge) hold back that many. Their polyfills ask for it.
 */
export function paddingOf(query: Record<string, unknown>): number {
  if (query['padding'] === 'true') return 2048;
  const preamble = Number(query['evs_preamble'] ?? 0);
  return preamble > 0 ? Math.min(Math.ceil(preamble), maxPadding) : 0;
}
