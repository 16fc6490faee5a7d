import type { FastifyInstance } from 'fastify';
import { pathOf } from './log.ts';
import type { Metrics } from './metrics.ts';

/**
 * Gives every answer its request's id, and logs and counts it when it is done. A client may name its request itself
 * with `X-Request-Id`, to find it again.
 */
export function watchRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onRequest', async (request, reply) => {
    const given = request.headers['x-request-id'];
    if (typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given)) request.id = given;
    reply.header('x-request-id', request.id);
  });

  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url;
    const status = reply.statusCode;
    const ms = Math.round(reply.elapsedTime * 10) / 10;
    if (route?.startsWith('/api/')) {
      metrics.observe({ method: request.method, route, status, seconds: reply.elapsedTime / 1000 });
    }
    const line = { request_id: request.id, method: request.method, path: pathOf(request.url), status, ms };
    // Probes and assets come all the time and say nothing.
    const quiet = route === undefined || !route.startsWith('/api/') || route.startsWith('/api/v1/health');
    if (quiet) request.log.debug(line, 'request');
    else request.log.info(line, 'request');
  });
}
