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
      const grant = session.get('ticket', hash, session.now());
      return grant && { ...grant };
    },

    async redeemTicket(hash) {
      const { session } = handle.core;
      return (await session.durable(() => session.run('redeemTicket', hash, session.now()))) > 0;
    },
  };
}
