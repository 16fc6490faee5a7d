import { message } from '@image2model/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../errors.ts';
import { pathOf } from '../../log.ts';

/**
 * Answers what no route handles: 405 with `Allow` where the address exists for other methods, 404 otherwise. Call it
 * before the routes are registered, since it learns of them as they come. `otherwise` may answer first, and says
 * whether it did.
 */
export function answerNotFound(
  app: FastifyInstance,
  otherwise: (request: FastifyRequest, reply: FastifyReply) => Promise<boolean> | boolean,
): void {
  const known: { pattern: RegExp; methods: string[] }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    const pattern = new RegExp(`^${url.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:\w+/g, '[^/]+')}/?$`);
    // A wildcard matches everything, so it says nothing about an address.
    if (!url.includes('*')) known.push({ pattern, methods: [method].flat() });
  });

  app.setNotFoundHandler(async (request, reply) => {
    const path = pathOf(request.url);
    const methods = new Set(known.filter(({ pattern }) => pattern.test(path)).flatMap((route) => route.methods));
    if (methods.size > 0 && !methods.has(request.method)) {
      const allowed = [...methods].join(', ');
      reply.header('allow', allowed);
      throw new ApiError(
        'METHOD_NOT_ALLOWED',
        message('error.method_not_allowed', { method: request.method, allowed }),
      );
    }
    if (await otherwise(request, reply)) return reply;
    throw new ApiError('NOT_FOUND', message('error.route_missing', { route: shown(request.method, path) }));
  });
}

/** A path as a sentence may have it: it came from anybody. */
function shown(method: string, path: string): string {
  const text = path.replaceAll(/[^!-~]/g, '?');
  return `${method} ${text.length > 100 ? `${text.slice(0, 100)}…` : text}`;
}
