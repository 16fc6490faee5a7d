import { createHash, randomBytes } from 'node:crypto';

/** What a ticket opens: the streams of one task and the downloads of its job, once, on behalf of its owner. */
export interface TicketGrant {
  owner: string;
  /** The login that asked for it, so that what it opened ends with it; empty for a key. */
  login: string;
  taskId: string;
  jobId: string;
}

/** Single-use passes for places that cannot send a header. */
export interface Tickets {
  issue(grant: TicketGrant): { ticket: string; expiresAt: number };
  /** What a ticket opens, and the end of the ticket if it fits; undefined where it is unknown, used or expired. */
  redeem(ticket: string, fits: (grant: TicketGrant) => boolean): TicketGrant | undefined;
}

/** How long a ticket may wait for its use. */
export const ticketLifetimeMs = 60_000;

/** Tickets that are out at once; beyond it the oldest is worth nothing any more. */
const maxTickets = 10_000;

/** Keeps tickets in memory, as hashes. A restart ends them all; clients ask for new ones. */
export function createTickets(options: { now?: () => number } = {}): Tickets {
  const now = options.now ?? Date.now;
  // In order of issue and all of one lifetime, so the first is the first to expire.
  const out = new Map<string, TicketGrant & { expiresAt: number }>();

  const sweep = (): void => {
    for (const [hash, { expiresAt }] of out) {
      if (expiresAt > now() && out.size < maxTickets) return;
      out.delete(hash);
    }
  };

  return {
    issue(grant) {
      sweep();
      const ticket = randomBytes(24).toString('base64url');
      const expiresAt = now() + ticketLifetimeMs;
      out.set(digest(ticket), { ...grant, expiresAt });
      return { ticket, expiresAt };
    },
    redeem(ticket, fits) {
      // Looked up by hash: the time a look-up takes says nothing about a ticket.
      const hash = digest(ticket);
      const found = out.get(hash);
      if (found === undefined || !fits(found)) return undefined;
      out.delete(hash);
      return found.expiresAt > now() ? found : undefined;
    },
  };
}

function digest(ticket: string): string {
  return createHash('sha256').update(ticket).digest('base64url');
}
