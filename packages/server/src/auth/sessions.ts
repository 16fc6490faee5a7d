import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Engine } from '../engine/contract.ts';

/**
 * Logins of the web page. A session lives in its cookie, signed, so that it outlasts a restart, takes no memory, and is
 * good at every process that has the secret.
 */
export interface Sessions {
  /** A cookie's value for this owner. */
  create(owner: string): string;
  /** Whom a cookie stands for; undefined where it is forged, expired or logged out. */
  verify(value: string): Promise<Login | undefined>;
  /** Makes a session worthless before its time, at every process. Returns which one it was, if it was one. */
  revoke(value: string): Promise<Login | undefined>;
}

/** One login of an owner; `id` is no secret. */
export interface Login {
  owner: string;
  id: string;
}

/** What a cookie says. */
interface Session extends Login {
  /** Ms since the epoch. */
  expiresAt: number;
}

interface SessionOptions {
  /** At least 32 bytes, the same at every process; whoever knows it can forge sessions. */
  secret: Uint8Array;
  /** Remembers logouts until the session would have expired. */
  engine: Pick<Engine, 'endLogin' | 'hasEnded'>;
}

/** How long a login holds: 30 days. */
export const sessionLifetimeMs = 30 * 24 * 60 * 60 * 1000;

/** See {@link Sessions}. */
export function createSessions({ secret, engine }: SessionOptions): Sessions {
  const sign = (text: string): string => createHmac('sha256', secret).update(text).digest('base64url');

  /** Looks at the cookie alone: whether it is one of ours and has not expired. */
  const read = (value: string): Session | undefined => {
    const [owner = '', expires = '', id = '', signature = ''] = value.split('.');
    const expected = Buffer.from(sign(`${owner}.${expires}.${id}`));
    const presented = Buffer.from(signature);
    if (expected.length !== presented.length || !timingSafeEqual(expected, presented)) return undefined;
    const expiresAt = Number(expires);
    return expiresAt > Date.now() ? { owner, id, expiresAt } : undefined;
  };

  const readValid = async (value: string): Promise<Session | undefined> => {
    const session = read(value);
    return session === undefined || (await engine.hasEnded(session.id)) ? undefined : session;
  };

  return {
    create(owner) {
      const text = `${owner}.${Date.now() + sessionLifetimeMs}.${randomBytes(16).toString('base64url')}`;
      return `${text}.${sign(text)}`;
    },
    async verify(value) {
      const session = await readValid(value);
      return session && { owner: session.owner, id: session.id };
    },
    async revoke(value) {
      const session = await readValid(value);
      if (session === undefined) return undefined;
      const { owner, id } = session;
      // Not what is left of it: that would be too short where the clock is ahead.
      await engine.endLogin(id, sessionLifetimeMs);
      return { owner, id };
    },
  };
}
