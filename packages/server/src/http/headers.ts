import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import type { OutgoingHttpHeaders } from 'node:http';
import { encodeHeaders } from '../streams/wire.ts';

/** Headers of ours that a page of another origin may read. */
export const exposedHeaders = [
  'x-request-id',
  'retry-after',
  'etag',
  'content-disposition',
  'content-range',
  'accept-ranges',
];

/**
 * What the pages may load: themselves, pictures and models that they make in memory, WebAssembly, and the inline
 * scripts of the build by their hashes.
 */
function contentPolicy(scriptHashes: readonly string[]) {
  return {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'", "'wasm-unsafe-eval'", ...scriptHashes],
      // Components set sizes and transitions as inline styles.
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:', 'blob:'],
      connectSrc: ["'self'", 'data:', 'blob:'],
      workerSrc: ["'self'", 'blob:'],
      fontSrc: ["'self'", 'data:'],
      objectSrc: ["'none'"],
      baseUri: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'self'"],
    },
  };
}

/**
 * Sets helmet's headers on every answer. Helmet would compute the same ones each time, which is a fifth of the cost
 * of opening a stream; here it does so once. Returns what every answer to a request without an origin has, helmet's
 * and those of CORS, as lines of a head; undefined before the first answer.
 */
export async function secureHeaders(
  app: FastifyInstance,
  scriptHashes: readonly string[],
): Promise<() => string | undefined> {
  let known: OutgoingHttpHeaders | undefined;
  let lines: string | undefined;
  await app.register(helmet, {
    global: false,
    contentSecurityPolicy: contentPolicy(scriptHashes),
    strictTransportSecurity: false,
  });
  app.addHook('onRequest', async (_, reply) => {
    if (known !== undefined) {
      reply.headers(known);
      return;
    }
    reply.helmet();
    known = { ...reply.raw.getHeaders() };
    lines = encodeHeaders({ ...known, vary: 'Origin', 'access-control-expose-headers': exposedHeaders.join(', ') });
  });
  return () => lines;
}
