import { createHash, randomBytes } from 'node:crypto';
import type { Engine, TicketGrant } from '../engine/contract.ts';

/** Single-use passes for places that cannot send a header; good at every process of the store. */
export interface Tickets {
  issue(grant: TicketGrant): Promise<{ ticket: string; expiresAt: number }>;
  /** What a ticket opens, and the end of the ticket if it fits; undefined where it is unknown, used or expired. */
  redeem(ticket: string, fits: (grant: TicketGrant) => boolean): Promise<TicketGrant | undefined>;
}

/** How long a ticket may wait for its use. */
export const ticketLifetimeMs = 60_000;

/**
 * Keeps tickets in the engine, as hashes. How many there are at once is bounded by their lifetime and by the rate limit
 * of those who ask for them.
 */
export function createTickets(engine: Pick<Engine, 'addTicket' | 'ticket' | 'redeemTicket'>): Tickets {
  return {
    async issue(grant) {
      const ticket = randomBytes(24).toString('base64url');
      await engine.addTicket(digest(ticket), grant, ticketLifetimeMs);
      return { ticket, expiresAt: Date.now() + ticketLifetimeMs };
    },
    async redeem(ticket, fits) {
      // Looked up by hash: the time a look-up takes says nothing about a ticket.
      const hash = digest(ticket);
      const grant = await engine.ticket(hash);
      if (grant === undefined || !fits(grant)) return undefined;
      return (await engine.redeemTicket(hash)) ? grant : undefined;
    },
  };
}

function digest(ticket: string): string {
  return createHash('sha256').update(ticket).digest('base64url');
}
