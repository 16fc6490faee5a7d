import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import type { OutgoingHttpHeaders } from 'node:http';
import { encodeHeaders } from '../streams/wire.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether pages of other origins show what it answers with, as `<img>` and `<model-viewer>` do, if they may at all. */
    embeddable?: boolean;
  }
}

/** Headers of ours that a page of another origin may read. */
const exposedHeaders = ['x-request-id', 'retry-after', 'etag', 'content-disposition', 'content-range', 'accept-ranges'];

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
 * Sets helmet's headers and those of CORS on every answer. Helmet would compute the same ones each time, which is a fifth of the cost
 * of opening a stream; here it does so once. Then says which origins may use the API. Returns what every answer to a request without an origin has, helmet's
 * and those of CORS, as lines of a head; undefined before the first answer.
 */
export async function secureHeaders(
  app: FastifyInstance,
  { scriptHashes, corsOrigins }: { scriptHashes: readonly string[]; corsOrigins: readonly string[] },
): Promise<() => string | undefined> {
  let known: OutgoingHttpHeaders | undefined;
  let lines: string | undefined;
  await app.register(helmet, {
    global: false,
    contentSecurityPolicy: contentPolicy(scriptHashes),
    strictTransportSecurity: false,
  });
  const shared = corsOptions(corsOrigins);
  app.addHook('onRequest', async (_, reply) => {
    if (known !== undefined) {
      reply.headers(known);
      return;
    }
    reply.helmet();
    known = { ...reply.raw.getHeaders() };
    lines = encodeHeaders({
      ...known,
      vary: 'Origin',
      'access-control-allow-credentials': shared.credentials ? 'true' : undefined,
      'access-control-expose-headers': exposedHeaders.join(', '),
    });
  });
  if (corsOrigins.length > 0) embedAnywhere(app);
  await app.register(cors, shared);
  return () => lines;
}

/**
 * Files can be embedded by any page once other origins are named: the browser does not say who embeds, and the header
 * cannot name origins. That shows nobody anything new. A file needs a key, a ticket or a login, logins are not sent from
 * other sites (`SameSite=Strict`), and reading what was embedded takes CORS.
 */
function embedAnywhere(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ routeOptions }, reply) => {
    if (routeOptions.config.embeddable === true) reply.header('cross-origin-resource-policy', 'cross-origin');
  });
}

/** What pages of these origins may do. */
function corsOptions(corsOrigins: readonly string[]) {
  return {
    origin: [...corsOrigins],
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    exposedHeaders,
    // For pages that send cookies along: a login from another origin of the same site, or what a ticket was changed for.
    credentials: corsOrigins.length > 0,
    maxAge: 600,
  };
}
