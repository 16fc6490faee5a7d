import type { Shares, StoredShare } from '../contract.ts';
import type { Handle } from './handle.ts';
import { wallOrNull } from './reads.ts';
import type { Session } from './session.ts';

/** Lasting links. Each new one takes those of its job along that have expired; the rest goes with the job. */
export function sharesOf(handle: Handle): Shares {
  return {
    async addShare(share, { forMs, limit }) {
      handle.core.requireStorage();
      const { session } = handle.core;
      return await session.durable(() => {
        const now = session.now();
        if (session.get('job', share.jobId) === undefined) return 'unknown';
        session.run('dropExpiredShares', share.jobId, now);
        if ((session.get('shareCount', share.jobId)?.count ?? 0) >= limit) return 'full';
        const row = { ...share, createdAt: now, expiresAt: forMs === null ? null : now + forMs };
        session.insert('insertShare', row);
        return toShare(session, row);
      });
    },

    async shares(jobId) {
      const { session, sync } = handle.core;
      const found = session.all('sharesOfJob', jobId, session.now());
      await sync.settled();
      return found.map((row) => toShare(session, row));
    },

    async share(hash) {
      const { session, sync } = handle.core;
      const found = session.get('shareByHash', hash, session.now());
      // One that is no longer there may be on its way out.
      if (found === undefined) await sync.settled();
      return found && toShare(session, found);
    },

    async removeShare(jobId, shareId) {
      const { session } = handle.core;
      return (await session.durable(() => session.run('deleteShare', shareId, jobId))) > 0;
    },
  };
}

function toShare(session: Session, row: StoredShare): StoredShare {
  const { createdAt, expiresAt, ...share } = row;
  return { ...share, createdAt: session.toWall(createdAt), expiresAt: wallOrNull(session, expiresAt) };
}
