import { message, ticketSchema } from '@image2model/protocol';
import { z } from 'zod';
import { isHttps, sessionCookie } from '../../auth/guard.ts';
import type { Keyring } from '../../auth/keys.ts';
import { sessionLifetimeMs } from '../../auth/sessions.ts';
import type { Sessions } from '../../auth/sessions.ts';
import { ticketLifetimeMs } from '../../auth/tickets.ts';
import type { Tickets } from '../../auth/tickets.ts';
import { ApiError } from '../errors.ts';
import { ownTask } from '../../auth/access.ts';
import { taskParams } from './context.ts';
import type { Api, RouteContext } from './context.ts';

interface SessionOptions extends Pick<RouteContext, 'engine'> {
  keyring: Keyring;
  sessions: Sessions;
  tickets: Tickets;
}

const sessionSchema = z.object({
  authenticated: z.boolean().describe('Whether a request like this one would be let in'),
  required: z.boolean().describe('Whether this server asks for a key at all'),
});

/** Ways to get in without a header: the page's login, and tickets for streams and downloads. */
export function sessionRoutes(app: Api, { engine, keyring, sessions, tickets }: SessionOptions): void {
  const config = { access: 'public' } as const;
  const tags = ['Session'];

  app.get(
    '/session',
    { config, schema: { summary: 'Whether one is logged in', tags, response: { 200: sessionSchema } } },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return { authenticated: request.owner !== '', required: !keyring.open };
    },
  );

  app.post(
    '/session',
    {
      config,
      schema: {
        summary: 'Log in with a key; answers with a session cookie',
        tags,
        body: z.object({ api_key: z.string().min(1).max(1024) }),
        response: { 200: sessionSchema },
      },
    },
    async (request, reply) => {
      if (keyring.open) return { authenticated: true, required: false };
      const requester = keyring.identify(request.body.api_key);
      if (requester === undefined) throw new ApiError('UNAUTHENTICATED', message('error.key_invalid'));
      reply.setCookie(sessionCookie, sessions.create(requester.owner), {
        ...cookieOptions(isHttps(request)),
        maxAge: sessionLifetimeMs / 1000,
      });
      reply.header('cache-control', 'no-store');
      return { authenticated: true, required: true };
    },
  );

  app.delete(
    '/session',
    { config, schema: { summary: 'Log out', tags, response: { 200: sessionSchema } } },
    async (request, reply) => {
      const cookie = request.cookies[sessionCookie];
      // Streams that were opened with it end by the engine's word, at every process.
      if (cookie !== undefined) await sessions.revoke(cookie);
      reply.clearCookie(sessionCookie, cookieOptions(false));
      return { authenticated: keyring.open, required: !keyring.open };
    },
  );

  app.post(
    '/status/tasks/:task_id/ticket',
    {
      schema: {
        summary: "A ticket for the task's events, or for one download of its job",
        tags,
        params: taskParams,
        response: {
          200: ticketSchema,
        },
      },
    },
    async (request, reply) => {
      const { owner, login } = request;
      const { taskId, jobId } = await ownTask(engine, request.params.task_id, owner);
      const { ticket, expiresAt } = await tickets.issue({ owner, login, taskId, jobId });
      reply.header('cache-control', 'no-store');
      return { ticket, expires_at: new Date(expiresAt).toISOString(), expires_in: ticketLifetimeMs / 1000 };
    },
  );
}

function cookieOptions(secure: boolean): { httpOnly: true; sameSite: 'strict'; path: string; secure: boolean } {
  return { httpOnly: true, sameSite: 'strict', path: '/', secure };
}
