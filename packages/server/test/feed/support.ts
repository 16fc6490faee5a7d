import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { initialTaskState, isEnding, reduceTask } from '@image2model/protocol';
import type { TaskEvent, TaskState } from '@image2model/protocol';
import { createParser } from 'eventsource-parser';
import fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { expect, onTestFinished } from 'vitest';
import type { Asked } from '../../src/auth/guard.ts';
import type { Engine, Lease, NewJob } from '../../src/engine/contract.ts';
import { entryEvent } from '../../src/engine/contract.ts';
import { createSqliteEngine } from '../../src/engine/sqlite/engine.ts';
import { handleError } from '../../src/http/error-handler.ts';
import { putFrontBefore } from '../../src/streams/front/front.ts';
import { Hub } from '../../src/streams/hub.ts';
import type { StreamLimits } from '../../src/streams/hub.ts';
import { eventRoutes } from '../../src/http/routes/events.ts';
import { streamRoutes } from '../../src/http/routes/stream.ts';
import { newJob } from '../support/jobs.ts';

/** Whose requests are, where a test names nobody. */
export const owner = 'somebody';

/** A server of the streams alone, over the real engine, with the front before it unless a test wants it without. Who asks says so in the headers `x-owner` and `x-login`. */
export interface FeedServer {
  readonly engine: Engine;
  readonly hub: Hub;
  readonly port: number;
  /** Those that came to the routes by way of `node:http`. */
  readonly requests: IncomingMessage[];
  /** Connections that came to `node:http`. */
  handedOver(): number;
  /** Sockets that the server holds now. */
  connections(): Promise<number>;
  submit(files?: number, fields?: Partial<NewJob>): Promise<Submitted>;
  close(): Promise<void>;
}

/** A task that a test drives like a worker does. */
export interface Submitted {
  readonly taskId: string;
  readonly path: string;
  /** One lease for each file, in the order of upload, once `claim` has been called. */
  readonly leases: Lease[];
  claim(): Promise<void>;
  /** Reports how far a file is that was claimed; false where its lease holds no more. */
  report(progress: number, text?: string, file?: number): Promise<boolean>;
  /** Sequence of the newest entry. */
  newest(): Promise<number>;
  /** Ends all files. */
  finish(): Promise<void>;
}

interface FeedOptions {
  /** Whether plain requests come to the front, or all of them to `node:http`. */
  front?: boolean;
  silenceMs?: number;
}

/** Starts one that is closed at the end of the test. */
export async function startFeed(...options: Parameters<typeof openFeed>): Promise<FeedServer> {
  const server = await openFeed(...options);
  onTestFinished(() => server.close());
  return server;
}

export async function openFeed(limits: Partial<StreamLimits> = {}, options: FeedOptions = {}): Promise<FeedServer> {
  const { front = true, silenceMs = 10_000 } = options;
  const engine = await createSqliteEngine({ file: ':memory:' });
  const app = fastify({ forceCloseConnections: true });
  const hub = new Hub({ engine, log: app.log, limits });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(handleError);
  app.decorateRequest('owner', '');
  app.decorateRequest('isAdmin', false);
  app.decorateRequest('login', '');
  app.decorateRequest('proof', '');
  const requests: IncomingMessage[] = [];
  app.addHook('onRequest', async (incoming, reply) => {
    requests.push(incoming.raw);
    reply.header('x-request-id', incoming.id);
    await identify(incoming);
  });
  await app.register(
    async (scope) => {
      const api = scope.withTypeProvider<ZodTypeProvider>();
      streamRoutes(api, { engine, hub });
      eventRoutes(api, { engine, hub });
    },
    { prefix: '/api/v1' },
  );
  let handedOver = 0;
  // What stands there when the front comes is called for what the front leaves to `node:http`.
  app.server.on('connection', () => (handedOver += 1));
  if (front) {
    const guard = { admit: identify, remember: () => undefined };
    putFrontBefore(app, {
      guard,
      engine,
      hub,
      log: app.log,
      commonLines: () => '',
      parseCookie: () => ({}),
      silenceMs,
    });
  }
  await app.listen({ host: '127.0.0.1', port: 0 });
  const claimed = new Map<string, Lease[]>();
  return {
    engine,
    hub,
    requests,
    port: (app.server.address() as AddressInfo).port,
    handedOver: () => handedOver,
    connections: async () => await promisify(app.server.getConnections.bind(app.server))(),
    async submit(files = 1, fields = {}) {
      const job = newJob(files, { owner, ...fields });
      await engine.submit(job);
      const leases: Lease[] = [];
      claimed.set(job.taskId, leases);
      // The engine chooses what is next; what belongs to another task is kept for it.
      const claim = async (): Promise<void> => {
        while (leases.length < files) {
          const lease = await engine.claim({ worker: 'test', leaseMs: 600_000, models: [{ id: job.model }] });
          if (lease === undefined) throw new Error('nothing is left to claim');
          claimed.get(lease.taskId)?.push(lease);
        }
      };
      return {
        taskId: job.taskId,
        path: `/api/v1/status/tasks/${job.taskId}/stream`,
        leases,
        claim,
        report: (progress, text = 'Building', file = 0) => engine.report(leases[file]?.token ?? '', progress, { text }),
        newest: async () => (await engine.entries(job.taskId))?.at(-1)?.sequence ?? 0,
        async finish() {
          await claim();
          for (const lease of leases) await engine.finish(lease.token, completed(lease));
        },
      };
    },
    async close() {
      await hub.close(0);
      await app.close();
      await engine.close();
    },
  };
}

async function identify(asked: Asked): Promise<void> {
  asked.owner = String(asked.headers['x-owner'] ?? owner);
  asked.login = String(asked.headers['x-login'] ?? '');
}

/** How a file ends that went well. */
export function completed({ file }: Lease): Parameters<Engine['finish']>[1] {
  return {
    status: 'completed',
    result: {
      file_id: file.fileId,
      filename: `${file.filename}.glb`,
      size: 1,
      mime_type: 'model/gltf-binary',
      created_time: new Date().toISOString(),
      rendered_image: null,
      sha256: file.sha256,
      statistics: {},
    },
  };
}

export interface Received {
  type: string;
  id: string;
  event: TaskEvent;
}

/** A client of one stream, over a real socket. */
export interface Listener {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly events: Received[];
  readonly comments: string[];
  readonly retries: number[];
  /** What came in, byte for byte. */
  text(): string;
  /** Resolves once this holds, looked at after each arrival; rejects if the stream closes before. */
  until(holds: () => boolean): Promise<void>;
  /** Resolves when the stream has closed; to whether its body was whole. */
  readonly closed: Promise<boolean>;
  abort(): void;
  /** Stops reading, so that the sockets fill; and goes on. */
  pause(): void;
  resume(): void;
  /** The sum of the events of one task. */
  state(taskId: string): TaskState;
}

export async function listen(
  server: { port: number },
  path: string,
  options: { headers?: Record<string, string>; method?: string } = {},
): Promise<Listener> {
  const asked = request({ host: '127.0.0.1', port: server.port, path, agent: false, ...options });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const events: Received[] = [];
  const comments: string[] = [];
  const retries: number[] = [];
  const arrivals = new EventTarget();
  let text = '';
  let isClosed = false;
  const parser = createParser({
    onEvent: ({ event, id, data }) => {
      events.push({
        type: event ?? '',
        id: id ?? '',
        event: { type: event, data: JSON.parse(data) } as TaskEvent,
      });
    },
    onComment: (comment) => comments.push(comment),
    onRetry: (retry) => retries.push(retry),
  });
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    text += chunk;
    parser.feed(chunk);
    arrivals.dispatchEvent(new Event('arrival'));
  });
  // A cut stream says so here; `closed` tells it.
  response.on('error', () => undefined);
  const closed = new Promise<boolean>((resolve) => {
    response.on('close', () => {
      isClosed = true;
      arrivals.dispatchEvent(new Event('arrival'));
      resolve(response.complete);
    });
  });
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    events,
    comments,
    retries,
    closed,
    text: () => text,
    abort: () => asked.destroy(),
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    async until(holds) {
      while (!holds()) {
        if (isClosed) throw new Error(`the stream closed first; so far: ${text}`);
        await once(arrivals, 'arrival');
      }
    },
    state(taskId) {
      const own = events.filter(({ event }) => event.data.task_id === taskId);
      return own.reduce((state, { event }) => reduceTask(state, event), initialTaskState(taskId));
    },
  };
}

/** Opens a stream with the cursor of the last event seen; undefined where every ending was seen already. */
export async function resume(
  server: { port: number },
  path: string,
  seen: readonly Received[],
): Promise<Listener | undefined> {
  const last = seen.at(-1)?.id;
  const listener = await listen(server, path, last === undefined ? {} : { headers: { 'last-event-id': last } });
  return listener.status === 204 ? undefined : listener;
}

/** That these are all events of one task, in order and each once, with one ending, and that they sum up to what the engine says. */
export async function expectWhole(engine: Engine, taskId: string, events: readonly TaskEvent[]): Promise<void> {
  const sequences = events.map(({ data }) => data.sequence);
  expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
  expect(events.filter(({ type }) => isEnding(type))).toHaveLength(1);
  expect(events.reduce(reduceTask, initialTaskState(taskId))).toEqual(await engineState(engine, taskId));
}

/** What the engine says that a task is. */
export async function engineState(engine: Engine, taskId: string): Promise<TaskState> {
  const entries = (await engine.entries(taskId)) ?? [];
  return entries.reduce((state, entry) => reduceTask(state, entryEvent(entry)), initialTaskState(taskId));
}

/** Resolves once this holds, looked at every few milliseconds: for what nothing announces. */
export async function eventually(holds: () => boolean, withinMs = 30_000): Promise<void> {
  const until = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > until) throw new Error('it did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Timers that run in this process. */
export function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}
