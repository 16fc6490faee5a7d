import type { Ledger } from '../contract.ts';
import type { Handle } from './handle.ts';
import type { Session } from './session.ts';

const dayMs = 86_400_000;
/** What was spent is kept for so many days. */
const keptDays = 62;

/** The engine's ledger of money. */
export function ledgerOf(handle: Handle): Ledger {
  return {
    async reserve(reservation, limitMicros) {
      const { session } = handle.core;
      const { key, provider, currency, micros } = reservation;
      return await session.durable(() => {
        if (session.get('spending', key)) return true;
        const day = dayOf(session, 0);
        if (limitMicros !== null && spentOn(session, provider, currency, day) + micros > limitMicros) return false;
        session.insert('insertSpending', { ...reservation, day });
        session.run('dropSpending', longAgo(session));
        return true;
      });
    },

    async settle(key, micros) {
      const { session } = handle.core;
      await session.durable(() => session.run('settleSpending', micros, key));
    },

    async spent(provider, currency, daysAgo = 0) {
      const { session } = handle.core;
      return spentOn(session, provider, currency, dayOf(session, daysAgo));
    },
  };
}

function spentOn(session: Session, provider: string, currency: string, day: string): number {
  return session.get('spentOn', provider, currency, day)?.micros ?? 0;
}

/** A day of the wall clock, UTC: `2026-11-22`. */
function dayOf(session: Session, daysAgo: number): string {
  return isoDay(session.toWall() - daysAgo * dayMs);
}

/** What was spent before this day is dropped. A wall clock that is years ahead does not make it so. */
function longAgo(session: Session): string {
  return isoDay(Math.min(session.toWall(), session.now()) - keptDays * dayMs);
}

function isoDay(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}
