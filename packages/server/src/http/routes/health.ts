import { healthSchema } from '@image2model/protocol';
import type { Health } from '@image2model/protocol';
import { z } from 'zod';
import type { Metrics } from '../metrics.ts';
import type { Api, RouteContext } from './context.ts';

interface HealthOptions extends Pick<RouteContext, 'engine' | 'files'> {
  metrics: Metrics;
  version: string;
  isClosing: () => boolean;
  /** The provider, where there is one: `trouble` in a few words, undefined where all is well. */
  fal?: { trouble(): string | undefined } | undefined;
}

/** Whether the server lives, can work, and how it does. */
export function healthRoutes(app: Api, options: HealthOptions): void {
  const { metrics, version, isClosing, fal } = options;
  // Looked at once a second at most: everybody may ask, and each look writes to the disk.
  const look = atMostEvery(1000, async () => {
    const [engine, files] = await Promise.all([probe(options.engine.check()), probe(options.files.check())]);
    return { engine, files };
  });
  const health = async (): Promise<Health> => {
    const { engine, files } = await look();
    const well = engine.status === 'ok' && files.status === 'ok';
    const trouble = fal?.trouble();
    // A provider in trouble takes no other model away: the server is as ready as ever.
    const checks: Health['checks'] = {
      engine,
      files,
      ...(fal !== undefined && {
        fal: trouble === undefined ? { status: 'ok' } : { status: 'failing', detail: trouble },
      }),
    };
    const status = isClosing() ? 'shutting_down' : well ? 'ok' : 'degraded';
    return { status, version, uptime_seconds: Math.round(process.uptime()), checks };
  };
  const config = { access: 'public' } as const;
  const tags = ['Health'];

  app.get(
    '/health',
    { config, schema: { summary: 'How the server is', tags, response: { 200: healthSchema } } },
    async (_, reply) => {
      reply.header('cache-control', 'no-store');
      return await health();
    },
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
        summary: 'Whether new work can be taken; 503 where it cannot',
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

  app.get(
    '/health/metrics',
    { schema: { summary: "Figures in Prometheus' text format", tags, produces: ['text/plain'] } },
    async (_, reply) => {
      reply.header('cache-control', 'no-store').type(metrics.contentType);
      return await metrics.render();
    },
  );
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
