import type { Reservation } from '../contract.ts';
import type { Session } from './session.ts';

/** What was spent is kept for so many days. */
const keptDays = 62;

/** Sets money aside in one transaction; false where the day's sum would be more than the limit. */
export function reserve(session: Session, reservation: Reservation, limitMicros: number | null): boolean {
  return session.change(() => {
    if (session.get('spending', reservation.key)) return true;
    if (limitMicros !== null && spentOn(session, reservation.day) + reservation.micros > limitMicros) return false;
    session.insert('insertSpending', { ...reservation });
    session.run('dropSpending', dayBefore(reservation.day, keptDays));
    return true;
  });
}

/** Millionths of a US dollar set aside or spent on a day. */
export function spentOn(session: Session, day: string): number {
  return session.get('spentOn', day)?.micros ?? 0;
}

function dayBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * 86_400_000).toISOString().slice(0, 10);
}
