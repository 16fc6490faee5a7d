import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Logins of the web page. A session lives in its cookie, signed, so that it outlasts a restart and takes no memory. */
export interface Sessions {
  /** A cookie's value for this owner. */
  create(owner: string): string;
  /** Whom a cookie stands for; undefined where it is forged, expired or logged out. */
  verify(value: string): Login | undefined;
  /** Makes a session worthless before its time. Returns which one it was, if it was one. */
  revoke(value: string): Login | undefined;
}

/** One login of an owner; `id` is no secret. */
export interface Login {
  owner: string;
  id: string;
}

interface SessionOptions {
  /** At least 32 bytes; whoever knows it can forge sessions. */
  secret: Uint8Array;
  lifetimeMs?: number;
  now?: () => number;
}

/** How long a login holds: 30 days. */
export const defaultSessionLifetimeMs = 30 * 24 * 60 * 60 * 1000;

/** Logged-out sessions that are remembered until they would have expired; beyond it the oldest is forgotten. */
const maxRevoked = 10_000;

/** See {@link Sessions}. A logout is remembered by this process; a restart forgets it, as the cookie is gone by then. */
export function createSessions(options: SessionOptions): Sessions {
  const { secret, lifetimeMs = defaultSessionLifetimeMs, now = Date.now } = options;
  const revoked = new Set<string>();
  const sign = (text: string): string => createHmac('sha256', secret).update(text).digest('base64url');

  const verify = (value: string): Login | undefined => {
    const [owner = '', expires = '', nonce = '', signature = ''] = value.split('.');
    const expected = Buffer.from(sign(`${owner}.${expires}.${nonce}`));
    const presented = Buffer.from(signature);
    if (expected.length !== presented.length || !timingSafeEqual(expected, presented)) return undefined;
    if (Number(expires) <= now() || revoked.has(nonce)) return undefined;
    return { owner, id: nonce };
  };

  return {
    create(owner) {
      const text = `${owner}.${now() + lifetimeMs}.${randomBytes(16).toString('base64url')}`;
      return `${text}.${sign(text)}`;
    },
    verify,
    revoke(value) {
      const session = verify(value);
      if (session === undefined) return undefined;
      revoked.add(session.id);
      const oldest = revoked.values().next();
      if (revoked.size > maxRevoked && !oldest.done) revoked.delete(oldest.value);
      return session;
    },
  };
}
