import type { FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * Whose request this is: an opaque name made from the API key, never the key itself; `local` where the server
     * runs open. Empty on routes that need no key.
     */
    owner: string;
    /** Whether the key may use the administration routes. */
    isAdmin: boolean;
    /** The login that the request came with, by itself or through a ticket; empty where it came with a key. */
    login: string;
    /** What the client may come back with, beside the ticket that let it in; empty where it needs none. */
    proof: string;
  }
}

/** Whose a request is. */
export type Requester = Pick<FastifyRequest, 'owner' | 'isAdmin'>;

/** Everybody's name on a server without keys, which only listens on a loopback address. */
export const openOwner = 'local';
