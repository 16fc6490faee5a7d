import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Engine, StoredTicket, TicketGrant } from '../engine/contract.ts';

/** Passes for places that cannot send a header; good at every process of the store. */
export interface Tickets {
  issue(grant: TicketGrant): Promise<{ ticket: string; expiresAt: number }>;
  /** What a ticket opens, and the end of the ticket if it fits; undefined where it is unknown, used or expired. */
  redeem(ticket: string, fits: (grant: TicketGrant) => boolean): Promise<TicketGrant | undefined>;
  /**
   * The same for the events of its task, for which whoever used it first may come back with it. From the second time on
   * it takes the proof that the first use was answered with, among `proofs`; or a cursor that is the task's ending, of which
   * nothing is left to be seen.
   */
  follow(ticket: string, attempt: FollowAttempt): Promise<{ grant: TicketGrant; proof: string } | undefined>;
}

export interface FollowAttempt {
  fits: (grant: TicketGrant) => boolean;
  /** What the client sends with it where only somebody who was let in can have it from. */
  proofs: readonly string[];
  /** The last sequence of a task that the client says it has seen. */
  seen: (taskId: string) => number | undefined;
}

interface TicketsOptions {
  engine: Pick<
    Engine,
    'addTicket' | 'ticket' | 'redeemTicket' | 'bindTicket' | 'keepTicket' | 'hasEnded' | 'task' | 'entries'
  >;
  /** At least 32 bytes, the same at every process; whoever knows it can make proofs. */
  secret: Uint8Array;
}

/** How long a ticket may wait for its use. */
export const ticketLifetimeMs = 60_000;
/** How long a ticket that was used for events is kept, from its last use on. */
export const boundLifetimeMs = 24 * 60 * 60 * 1000;

/**
 * Keeps tickets in the engine, as hashes. How many there are at once is bounded by their lifetimes and by the rate limit
 * of those who ask for them.
 */
export function createTickets({ engine, secret }: TicketsOptions): Tickets {
  /** Of the task and whose it is, not of the ticket: a browser keeps one, however many of its tabs follow the task. */
  const proofOf = ({ owner, login, taskId }: TicketGrant): string => {
    // Begins as nothing else does that this secret signs.
    const text = JSON.stringify(['stream', owner, login, taskId]);
    return createHmac('sha256', secret).update(text).digest('base64url').slice(0, proofLength);
  };

  const find = async (hash: string, fits: (grant: TicketGrant) => boolean): Promise<StoredTicket | undefined> => {
    // Looked up by hash: the time a look-up takes says nothing about a ticket.
    const found = await engine.ticket(hash);
    if (found === undefined || !fits(found)) return undefined;
    return found.login !== '' && (await engine.hasEnded(found.login)) ? undefined : found;
  };

  const hasSeenEnding = async (taskId: string, cursor: number | undefined): Promise<boolean> => {
    if (cursor === undefined || ((await engine.task(taskId))?.finishedAt ?? null) === null) return false;
    return (await engine.entries(taskId, cursor))?.length === 0;
  };

  return {
    async issue(grant) {
      const ticket = randomBytes(24).toString('base64url');
      await engine.addTicket(digest(ticket), grant, ticketLifetimeMs);
      return { ticket, expiresAt: Date.now() + ticketLifetimeMs };
    },

    async redeem(ticket, fits) {
      const hash = digest(ticket);
      const found = await find(hash, fits);
      return found !== undefined && (await engine.redeemTicket(hash)) ? found : undefined;
    },

    async follow(ticket, { fits, proofs, seen }) {
      const hash = digest(ticket);
      const found = await find(hash, fits);
      if (found === undefined) return undefined;
      const proof = proofOf(found);
      if (!found.isBound) return (await engine.bindTicket(hash, boundLifetimeMs)) ? { grant: found, proof } : undefined;
      if (!proofs.some((one) => isEqual(one, proof))) {
        return (await hasSeenEnding(found.taskId, seen(found.taskId))) ? { grant: found, proof: '' } : undefined;
      }
      // One that cannot be kept longer now is good all the same.
      await engine.keepTicket(hash, boundLifetimeMs).catch(() => undefined);
      return { grant: found, proof };
    },
  };
}

/** Characters of base64: 132 bits. */
export const proofLength = 22;

function isEqual(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function digest(ticket: string): string {
  return createHash('sha256').update(ticket).digest('base64url');
}
