import cookie from '@fastify/cookie';
import multipart from '@fastify/multipart';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import { maxFileSizeBytes } from '@image2model/protocol';
import fastify, { LogController } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { guard, sendsEvents } from '../auth/guard.ts';
import { createKeyring } from '../auth/keys.ts';
import { RateLimitStore } from '../auth/rate-limit-store.ts';
import { createSessions } from '../auth/sessions.ts';
import { createShares } from '../auth/shares.ts';
import { createTickets } from '../auth/tickets.ts';
import { refuseConnection } from './client-error.ts';
import { Connections } from './connections.ts';
import type { Config } from '../config.ts';
import { handleError, sendProblem, toApiError } from './error-handler.ts';
import { putFrontBefore } from '../streams/front/front.ts';
import { acceptEmptyBodies } from './empty-body.ts';
import { secureHeaders } from './headers.ts';
import { readLimits } from '../limits.ts';
import type { Log } from '../log.ts';
import { createMetrics } from './metrics.ts';
import type { Metrics } from './metrics.ts';
import type { Provider } from '../models/provider.ts';
import { openapiOptions } from './openapi.ts';
import { answerWithPublicAddresses } from './public-addresses.ts';
import type { Hub } from '../streams/hub.ts';
import { adminRoutes } from './routes/admin.ts';
import type { RouteContext } from './routes/context.ts';
import { cutRoutes } from './routes/cuts.ts';
import { downloadRoutes } from './routes/download.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { jobRoutes } from './routes/jobs.ts';
import { modelRoutes } from './routes/models.ts';
import { retryRoute } from './routes/retry.ts';
import { answerNotFound } from './routes/not-found.ts';
import { referenceRoutes } from './routes/reference.ts';
import { sessionRoutes } from './routes/session.ts';
import { sharedRoutes } from './routes/shared.ts';
import { shareRoutes } from './routes/shares.ts';
import { statusRoutes } from './routes/status.ts';
import { streamRoutes } from './routes/stream.ts';
import { uploadRoutes } from './routes/upload.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { requestId, watchRequests } from './requests.ts';
import { answerPage, readPages, servePages } from './pages.ts';
import type { Pages } from './pages.ts';
import { serveSharedPage } from './shared-page.ts';

/** What an app is built from. It owns none of it: whoever made these closes them. */
export interface AppOptions extends RouteContext {
  config: Config;
  hub: Hub;
  log: Log;
  /** Those that models come from besides this machine. */
  providers: readonly Provider[];
  /** Names this process in rows, logs and metrics. */
  worker: string;
  /** Signs the sessions of the page and what users of tickets come back with; 32 bytes or more. */
  sessionSecret: Uint8Array;
  /** Directory of the built pages. */
  pagesDirectory: string;
  /** Whether the server is on its way out and accepts nothing new. */
  isClosing: () => boolean;
}

/** Every plugin and route there is, in the order in which a request meets them. Listens to nothing yet. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { engine, hub, providers, worker } = options;
  const pages = await readPages(options.pagesDirectory);
  const metrics = createMetrics({ engine, providers, worker, openStreams: () => hub.stats().open });
  const app = createFastify(options.log);
  watchRequests(app, metrics);
  acceptEmptyBodies(app);
  answerNotFound(app, (request, reply) => answerPage(pages, request, reply));
  const commonLines = await registerPlugins(app, options, pages.scriptHashes);
  await app.register(async (scope) => await registerApi(app, scope, { ...options, metrics, commonLines, pages }), {
    prefix: '/api/v1',
  });
  referenceRoutes(app);
  await servePages(app, pages);
  return app;
}

function createFastify(log: Log): FastifyInstance {
  // Typed as what fastify knows of it, or all its types would name pino.
  const logger: FastifyBaseLogger = log;
  const app = fastify({
    loggerInstance: logger,
    // Requests are logged by `watchRequests`, once and without their query.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: requestId,
    requestIdHeader: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 },
    bodyLimit: 64 * 1024,
    // Long enough for the largest upload over a slow line; the head of a request has Node's own minute.
    requestTimeout: 600_000,
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => void sendProblem(reply, toApiError(error), request.id),
    clientErrorHandler: refuseConnection,
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(handleError);
  app.decorateRequest('owner', '');
  app.decorateRequest('isAdmin', false);
  app.decorateRequest('login', '');
  app.decorateRequest('proof', '');
  return app;
}

/** Returns the lines of a head that every answer has; see {@link secureHeaders}. */
async function registerPlugins(
  app: FastifyInstance,
  { config }: AppOptions,
  scriptHashes: readonly string[],
): Promise<() => string | undefined> {
  const commonLines = await secureHeaders(app, { scriptHashes, corsOrigins: config.corsOrigins });
  await app.register(cookie);
  await app.register(rateLimit, { global: false, store: RateLimitStore });
  await app.register(multipart, {
    limits: { fileSize: maxFileSizeBytes, fieldSize: 64 * 1024, fields: 50, parts: 200, headerPairs: 50 },
    throwFileSizeLimit: false,
  });
  await app.register(swagger, openapiOptions(config));
  return commonLines;
}

interface ApiOptions extends AppOptions {
  metrics: Metrics;
  commonLines: () => string | undefined;
  pages: Pages;
}

async function registerApi(app: FastifyInstance, scope: FastifyInstance, options: ApiOptions): Promise<void> {
  const { config, engine, hub, files, log, metrics, commonLines, providers, isClosing } = options;
  const keyring = createKeyring(config);
  const sessions = createSessions({ secret: options.sessionSecret, engine });
  const tickets = createTickets({ engine, secret: options.sessionSecret });
  const shares = createShares({ engine, keyring });
  const api = scope.withTypeProvider<ZodTypeProvider>();
  const watch = guard(api, { ...config, keyring, sessions, tickets, isClosing });
  if (config.publicUrl !== null) answerWithPublicAddresses(api, config.publicUrl);
  const connections = new Connections({ ...readLimits(), log });
  api.addHook('onRequest', async (request) => {
    const mayOpenFile = !sendsEvents(request.routeOptions.url);
    if (request.owner !== '') connections.busy(request.raw.socket, { mayOpenFile });
  });
  api.addHook('onResponse', async ({ raw }, { statusCode }) => {
    connections.idle(raw.socket, { isRefused: statusCode >= 400 });
  });
  uploadRoutes(api, options);
  cutRoutes(api, options);
  statusRoutes(api, options);
  streamRoutes(api, { engine, hub });
  eventRoutes(api, { engine, hub });
  downloadRoutes(api, options);
  jobRoutes(api, options);
  retryRoute(api, options);
  modelRoutes(api, options);
  adminRoutes(api, { engine, files, retentionHours: config.retentionHours });
  shareRoutes(api, { engine, shares, config });
  sharedRoutes(api, {
    ...options,
    shares,
    onOpen: (request) => connections.busy(request.raw.socket, { mayOpenFile: true }),
  });
  await serveSharedPage(app, { pages: options.pages, guard: watch, shares, publicUrl: config.publicUrl });
  sessionRoutes(api, { engine, keyring, sessions, tickets });
  healthRoutes(api, { engine, files, metrics, isClosing, providers, root: app, guard: watch });
  await webhookRoutes(api, providers);
  putFrontBefore(app, {
    guard: watch,
    engine,
    hub,
    log,
    commonLines,
    parseCookie: (text) => app.parseCookie(text),
    onOpen: (socket) => connections.busy(socket, { mayOpenFile: false }),
  });
  connections.watch(app.server);
}
