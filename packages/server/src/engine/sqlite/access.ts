import { randomBytes } from 'node:crypto';
import type { Access } from '../contract.ts';
import type { Handle } from './handle.ts';

const secretBytes = 32;

/** Logins and tickets. Each new row takes those along that have expired, so no sweep is needed. */
export function accessOf(handle: Handle): Access {
  return {
    async secret(name) {
      const { session } = handle.core;
      const known = () => session.get('secret', name)?.secret;
      const made = () => {
        session.insert('insertSecret', { name, secret: randomBytes(secretBytes) });
        return known();
      };
      const found = known() ?? (await session.durable(made));
      if (!found) throw new Error(`no secret ${name}`);
      return new Uint8Array(found);
    },

    async endLogin(loginId, forMs) {
      const { session, signals } = handle.core;
      await session.durable(() => {
        session.run('dropEndedLogins', session.now());
        session.insert('insertEndedLogin', { loginId, expiresAt: session.now() + forMs });
        // Not to go on while the disk is slow.
        session.afterCommit(() => signals.onLoginEnded.notify(loginId));
      });
    },

    async hasEnded(loginId) {
      const { session } = handle.core;
      return session.get('endedLogin', loginId, session.now()) !== undefined;
    },

    onLoginEnded: (listener) => handle.keep(handle.core.signals.onLoginEnded.add(listener)),

    async addTicket(hash, grant, forMs) {
      const { session } = handle.core;
      await session.durable(() => {
        session.run('dropTickets', session.now());
        session.insert('insertTicket', { ...grant, hash, expiresAt: session.now() + forMs });
      });
    },

    async ticket(hash) {
      const { session } = handle.core;
      const found = session.get('ticket', hash, session.now());
      if (found === undefined) return undefined;
      const { owner, login, taskId, jobId, bound } = found;
      return { owner, login, taskId, jobId, isBound: bound === 1 };
    },

    async redeemTicket(hash) {
      const { session } = handle.core;
      return (await session.durable(() => session.run('redeemTicket', hash, session.now()))) > 0;
    },

    async bindTicket(hash, forMs) {
      const { session } = handle.core;
      const now = session.now();
      return (await session.durable(() => session.run('bindTicket', now + forMs, hash, now))) > 0;
    },

    async keepTicket(hash, forMs) {
      const { session } = handle.core;
      const now = session.now();
      const found = session.get('ticket', hash, now);
      if (found === undefined || found.expiresAt - now > forMs / 2) return;
      await session.durable(() => session.run('keepTicket', now + forMs, hash));
    },
  };
}
