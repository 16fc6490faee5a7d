import type { Socket } from 'node:net';
import { message } from '@image2model/protocol';
import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isLoopback } from '../config.ts';
import type { TicketGrant } from '../engine/contract.ts';
import { ApiError } from '../http/errors.ts';
import type { Keyring } from './keys.ts';
import { openOwner } from './request.ts';
import type { Requester } from './request.ts';
import type { Sessions } from './sessions.ts';
import { proofCookieHeader, proofsOf, sequenceSeen } from './stream-proof.ts';
import type { Tickets } from './tickets.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * What a route asks for: a valid key (where nothing is said), nothing, an administrator's key, or the signature of
     * a provider, which the route itself checks.
     */
    access?: 'key' | 'public' | 'admin' | 'signed';
    /** Whether the request counts as an upload, which has a limit of its own. */
    upload?: boolean;
    /** Whether it takes a form too, as an upload does. */
    form?: boolean;
  }
}

interface GuardOptions {
  keyring: Keyring;
  sessions: Sessions;
  tickets: Tickets;
  corsOrigins: readonly string[];
  rateLimitPerMinute: number;
  /** Says whether the server is on its way out and accepts nothing new. */
  isClosing: () => boolean;
}

/** The cookie that a login of the page is kept in. */
export const sessionCookie = 'image2model_session';

/** Of all requests, how many may be uploads: the dearest thing that can be asked for. */
export const uploadShare = 0.1;

/** What the guard looks at in a request, whoever has read it. */
export interface Asked extends Pick<
  FastifyRequest,
  'method' | 'headers' | 'hostname' | 'ip' | 'query' | 'params' | 'cookies' | 'owner' | 'isAdmin' | 'login' | 'proof'
> {
  routeOptions: { url?: string | undefined; config: Pick<FastifyContextConfig, 'access' | 'upload'> };
}

/** What `admit` finds out. */
type Found = Pick<FastifyRequest, 'owner' | 'isAdmin' | 'login' | 'proof'>;

export interface Guard {
  /** Finds out whose request it is, sets `owner`, `isAdmin`, `login` and `proof`, and counts it. Throws an {@link ApiError}. */
  admit(asked: Asked): Promise<void>;
  /**
   * Gives the connection's next request, if it is for this address, what `admit` found out about it, so that a request
   * that goes on to a route is counted once and its ticket is redeemed once.
   */
  remember(socket: Socket, url: string, found: Found | ApiError): void;
}

/**
 * Watches over every route registered on `app` after this: finds out whose request it is, counts it, and refuses the
 * ones that may not pass. The order matters: wrong keys are counted too, so that they cannot be guessed quickly.
 *
 * What is counted and remembered is of this process, on purpose: a limit keeps one client from using up a process, and n
 * processes have room for n times as much.
 */
export function guard(app: FastifyInstance, options: GuardOptions): Guard {
  const { keyring, corsOrigins, rateLimitPerMinute: perMinute } = options;
  const limit = { timeWindow: 60_000, keyGenerator: rateLimitKey };
  const checkRequests = app.createRateLimit({ ...limit, max: perMinute });
  const checkUploads = app.createRateLimit({ ...limit, max: Math.max(1, Math.floor(perMinute * uploadShare)) });
  const remembered = new WeakMap<Socket, { url: string; found: Found | ApiError }>();

  app.addHook('onRequest', async (request, reply) => {
    const { socket, url } = request.raw;
    const known = remembered.get(socket);
    remembered.delete(socket);
    if (known === undefined || known.url !== url) await admit(request);
    else if (known.found instanceof ApiError) throw known.found;
    else take(request, known.found);
    if (request.proof !== '') giveProof(request, reply);
  });

  async function admit(asked: Asked): Promise<void> {
    const { access = 'key', upload = false } = asked.routeOptions.config;
    // A provider comes from outside, under the name that this server has there.
    if (keyring.open && access !== 'signed') refuseForeignHost(asked);
    const { requester, byCookie, login, proof } = await identify(asked, options);
    if ((keyring.open || byCookie) && !isSafe(asked)) refuseForeignOrigin(asked, corsOrigins);
    if (requester !== undefined) take(asked, { ...requester, login, proof });
    if (isProbe(asked)) return;
    if (options.isClosing()) throw new ApiError('SHUTTING_DOWN', message('error.restarting'));

    // All that the limiter reads of a request is what its key is made of.
    const counted = await (upload ? checkUploads : checkRequests)(asked as FastifyRequest);
    if (!counted.isAllowed && counted.isExceeded) {
      const said = message(upload ? 'error.too_many_uploads' : 'error.too_many_requests');
      throw new ApiError('RATE_LIMITED', said, { retryAfterSeconds: counted.ttlInSeconds });
    }
    if (access === 'public' || access === 'signed') return;
    if (requester === undefined) throw unauthenticated(asked);
    if (access === 'admin' && !requester.isAdmin) {
      throw new ApiError('FORBIDDEN', message('error.admin_only'));
    }
  }

  return { admit, remember: (socket, url, found) => void remembered.set(socket, { url, found }) };
}

interface Identified {
  requester: Requester | undefined;
  /** The browser sent the credential by itself, so the page that asked need not be ours. */
  byCookie: boolean;
  /** The login that this goes back to, if it does. */
  login: string;
  proof: string;
}

/** Asks the engine for tickets and logins alone: a request with a key waits for nothing. */
async function identify(request: Asked, { keyring, sessions, tickets }: GuardOptions): Promise<Identified> {
  if (keyring.open) return by({ owner: openOwner, isAdmin: false });
  const header = request.headers.authorization;
  if (header !== undefined) {
    const key = /^Bearer +(\S+) *$/i.exec(header)?.[1];
    return by(key === undefined ? undefined : keyring.identify(key));
  }
  if (acceptsUrlCredentials(request)) {
    const query = request.query as Record<string, unknown>;
    if (typeof query['api_key'] === 'string') return by(keyring.identify(query['api_key']));
    if (typeof query['ticket'] === 'string') {
      const used = await useTicket(request, query['ticket'], tickets);
      if (used === undefined) return by(undefined);
      const { grant, proof } = used;
      const holder = keyring.find(grant.owner);
      return { ...by(holder && { ...holder, isAdmin: false }), login: grant.login, proof };
    }
  }
  const cookie = request.cookies[sessionCookie];
  const session = cookie === undefined ? undefined : await sessions.verify(cookie);
  const requester = session === undefined ? undefined : keyring.find(session.owner);
  return { requester, byCookie: true, login: session?.id ?? '', proof: '' };
}

/** Somebody who said so themselves. */
function by(requester: Requester | undefined): Identified {
  return { requester, byCookie: false, login: '', proof: '' };
}

function take(asked: Asked, { owner, isAdmin, login, proof }: Found): void {
  asked.owner = owner;
  asked.isAdmin = isAdmin;
  asked.login = login;
  asked.proof = proof;
}

/** Has the browser keep what the ticket's user comes back with. */
function giveProof(request: FastifyRequest, reply: FastifyReply): void {
  const taskId = (request.params as Record<string, unknown>)['task_id'];
  if (typeof taskId === 'string') reply.header('set-cookie', proofCookieHeader(request, taskId, isHttps(request)));
}

/** Whether the client's end of the connection is encrypted, here or by a proxy. */
export function isHttps({ headers, protocol }: Pick<FastifyRequest, 'headers' | 'protocol'>): boolean {
  return headers['x-forwarded-proto'] === 'https' || protocol === 'https';
}

/** A download uses a ticket up; the events of its task are for whoever asked for them first. */
async function useTicket(
  request: Asked,
  ticket: string,
  tickets: Tickets,
): Promise<{ grant: TicketGrant; proof: string } | undefined> {
  const accept = (grant: TicketGrant): boolean => fits(request, grant);
  if (sendsEvents(request.routeOptions.url)) {
    const proofs = proofsOf(request);
    return await tickets.follow(ticket, { fits: accept, proofs, seen: (taskId) => sequenceSeen(request, taskId) });
  }
  const grant = await tickets.redeem(ticket, accept);
  return grant && { grant, proof: '' };
}

/** Whether a route sends a task's events: as a stream, or some of them at a time. */
export function sendsEvents(route = ''): boolean {
  return route.endsWith('/stream') || route.endsWith('/events');
}

/** `EventSource` and plain links cannot send headers, so streams and downloads accept a key or a ticket in the URL. */
function acceptsUrlCredentials(request: Asked): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const route = request.routeOptions.url ?? '';
  return sendsEvents(route) || route.startsWith('/api/v1/download/');
}

/** A ticket opens what it was made for: the stream of its task, or the files of its job. */
function fits(request: Asked, grant: TicketGrant): boolean {
  const params = request.params as Record<string, unknown>;
  const query = request.query as Record<string, unknown>;
  if (typeof params['job_id'] === 'string') return params['job_id'] === grant.jobId;
  return (params['task_id'] ?? query['task_id']) === grant.taskId;
}

function rateLimitKey(request: Asked): string {
  const named = request.owner !== '' && request.owner !== openOwner;
  return named ? `key ${request.owner}` : `address ${request.ip}`;
}

/** An orchestrator's question must be answered however busy or near its end the server is. */
function isProbe(request: Asked): boolean {
  return /^(\/api\/v1)?\/health$|^\/api\/v1\/health\/(liveness|readiness)$/.test(request.routeOptions.url ?? '');
}

function isSafe(request: Asked): boolean {
  return request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS';
}

/**
 * On a server without keys being on this machine is the credential, and every page that its browser opens has that
 * too: a name that was rebound to a loopback address is refused here, a foreign page's request below.
 */
function refuseForeignHost(request: Asked): void {
  if (isLoopback(request.hostname)) return;
  throw new ApiError('FORBIDDEN', message('error.loopback_only'));
}

function refuseForeignOrigin(request: Asked, corsOrigins: readonly string[]): void {
  const { origin } = request.headers;
  // Browsers send it with every request that changes something; a program that sends none acts for itself.
  if (origin === undefined || corsOrigins.includes(origin)) return;
  if (URL.canParse(origin) && new URL(origin).host === request.headers.host) return;
  throw new ApiError('FORBIDDEN', message('error.foreign_origin'));
}

function unauthenticated(request: Asked): ApiError {
  const sentSomething = request.headers.authorization !== undefined;
  return new ApiError('UNAUTHENTICATED', message(sentSomething ? 'error.key_invalid' : 'error.key_required'));
}
