import { randomBytes } from 'node:crypto';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';

/** The OpenAPI document, and a page at `/docs` to read it and try it; both work offline. */
export function referenceRoutes(app: FastifyInstance): void {
  const hidden = { schema: { hide: true } };
  app.get('/api/v1/openapi.json', hidden, async () => app.swagger());

  // The page's script is 5 MB of source: it is loaded when somebody looks, and not at every start.
  let page: Promise<{ html: string; script: string }> | undefined;
  const load = async (): Promise<{ html: string; script: string }> => await (page ??= renderReference());

  app.get('/docs', hidden, async (_, reply) => {
    const { html } = await load();
    const nonce = randomBytes(16).toString('base64');
    reply.header('content-security-policy', policy(nonce)).header('cache-control', 'no-store');
    return await reply.type('text/html; charset=utf-8').send(html.replaceAll(placeholder, nonce));
  });

  app.get('/docs/reference.js', hidden, async (_, reply) => {
    const { script } = await load();
    reply.header('cache-control', 'public, max-age=3600');
    return await reply.type('text/javascript; charset=utf-8').send(script);
  });
}

const placeholder = 'nonce-of-this-answer';

/** Nothing but this server is spoken to. */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

async function renderReference(): Promise<{ html: string; script: string }> {
  const { default: apiReference } = await import('@scalar/fastify-api-reference');
  const server = fastify();
  await server.register(apiReference, {
    routePrefix: '/docs',
    configuration: {
      url: '/api/v1/openapi.json',
      cdn: '/docs/reference.js',
      nonce: placeholder,
      pageTitle: 'image2model API',
      withDefaultFonts: false,
      telemetry: false,
      // Each of these would send people, or the document, to somebody else's servers.
      showDeveloperTools: 'never',
      agent: { disabled: true },
      mcp: { disabled: true },
      hideClientButton: true,
      // It would be a second "Models" in the menu, beside the route that lists them; each operation shows its own.
      hideModels: true,
      favicon: '/favicon.svg',
    },
  });
  try {
    const [html, script] = await Promise.all([server.inject('/docs/'), server.inject('/docs/js/scalar.js')]);
    return { html: html.body, script: script.body };
  } finally {
    await server.close();
  }
}
