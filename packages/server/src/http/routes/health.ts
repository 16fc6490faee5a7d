import { healthSchema } from '@image2model/protocol';
import type { Health } from '@image2model/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Guard } from '../../auth/guard.ts';
import type { Provider } from '../../models/provider.ts';
import { version } from '../../version.ts';
import type { Metrics } from '../metrics.ts';
import type { Api, RouteContext } from './context.ts';

interface HealthOptions extends Pick<RouteContext, 'engine' | 'files'> {
  /** The server itself: load balancers and containers ask at `/health`, without the prefix of the API. */
  root: FastifyInstance;
  /** Lets requests of `root` in as those of the API are. */
  guard: Pick<Guard, 'admit'>;
  metrics: Metrics;
  isClosing: () => boolean;
  providers: readonly Pick<Provider, 'id' | 'trouble'>[];
}

const config = { access: 'public' } as const;
const tags = ['Health'];

/** Whether the server lives, can work, and how it does. */
export function healthRoutes(app: Api, options: HealthOptions): void {
  const health = healthOf(options);
  const schema = { tags, response: { 200: healthSchema } };
  const answer = async (_: FastifyRequest, reply: FastifyReply): Promise<Health> => {
    reply.header('cache-control', 'no-store');
    return await health();
  };
  app.get('/health', { config, schema: { ...schema, summary: 'How the server is' } }, answer);
  options.root.get(
    '/health',
    {
      config,
      schema: { ...schema, summary: 'The same as /api/v1/health' },
      onRequest: async (request) => await options.guard.admit(request),
    },
    answer,
  );

  app.get(
    '/health/liveness',
    {
      config,
      schema: {
        summary: 'Whether the process answers',
        tags,
        response: { 200: z.object({ status: z.literal('ok') }) },
      },
    },
    async () => ({ status: 'ok' as const }),
  );

  app.get(
    '/health/readiness',
    {
      config,
      schema: {
        summary: 'Whether new work can be accepted; 503 where it cannot',
        tags,
        response: { 200: healthSchema, 503: healthSchema },
      },
    },
    async (_, reply) => {
      const now = await health();
      reply.header('cache-control', 'no-store');
      return await reply.code(now.status === 'ok' ? 200 : 503).send(now);
    },
  );

  metricsRoute(app, options.metrics);
}

function metricsRoute(app: Api, metrics: Metrics): void {
  app.get(
    '/health/metrics',
    { schema: { summary: "Figures in Prometheus' text format", tags, produces: ['text/plain'] } },
    async (_, reply) => {
      reply.header('cache-control', 'no-store').type(metrics.contentType);
      return await metrics.render();
    },
  );
}

function healthOf({ engine, files, providers, isClosing }: HealthOptions): () => Promise<Health> {
  // Looked at once a second at most: everybody may ask, and each look writes to the disk.
  const look = atMostEvery(1000, async () => {
    const [engineCheck, filesCheck] = await Promise.all([probe(engine.check()), probe(files.check())]);
    return { engine: engineCheck, files: filesCheck };
  });
  return async () => {
    const checks = await look();
    const well = Object.values(checks).every(({ status }) => status === 'ok');
    return {
      status: isClosing() ? 'shutting_down' : well ? 'ok' : 'degraded',
      version,
      uptime_seconds: Math.round(process.uptime()),
      // A provider that is down affects no other model: the server is as ready as ever.
      checks: { ...checks, ...Object.fromEntries(providers.map((provider) => [provider.id, checkOf(provider)])) },
    };
  };
}

function checkOf(provider: Pick<Provider, 'trouble'>): Health['checks'][string] {
  const trouble = provider.trouble();
  return trouble === undefined ? { status: 'ok' } : { status: 'failing', detail: trouble };
}

function atMostEvery<T>(ms: number, look: () => Promise<T>): () => Promise<T> {
  let latest: { at: number; seen: Promise<T> } | undefined;
  return async () => {
    const at = performance.now();
    if (latest === undefined || at - latest.at >= ms) latest = { at, seen: look() };
    return await latest.seen;
  };
}

/** What is wrong stays in the log: the message may name a path. */
async function probe(check: Promise<void>): Promise<Health['checks'][string]> {
  try {
    await check;
    return { status: 'ok' };
  } catch (error) {
    return { status: 'failing', detail: error instanceof Error ? error.name : 'Error' };
  }
}
