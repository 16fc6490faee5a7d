import { randomUUIDv7 } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { loggedPath } from '../log.ts';
import type { Metrics } from './metrics.ts';

/** What a request is called in its answer and in the log. A client may name it itself with `X-Request-Id`. */
export function requestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUIDv7();
}

/** Gives every answer its request's id, and logs and counts it when it is done. */
export function watchRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });

  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url;
    const status = reply.statusCode;
    const ms = Math.round(reply.elapsedTime * 10) / 10;
    if (route?.startsWith('/api/')) {
      metrics.observe({ method: request.method, route, status, seconds: reply.elapsedTime / 1000 });
    }
    const line = { method: request.method, path: loggedPath(request.url), status, ms };
    // Probes and assets come all the time and say nothing.
    const quiet = route === undefined || !route.startsWith('/api/') || route.startsWith('/api/v1/health');
    if (quiet) request.log.debug(line, 'request');
    else request.log.info(line, 'request');
  });
}
