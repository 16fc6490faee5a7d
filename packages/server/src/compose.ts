import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './http/app.ts';
import { ConfigError } from './config.ts';
import type { Config } from './config.ts';
import { createConverter } from './files/converter.ts';
import type { Engine } from './engine/contract.ts';
import { createSqliteEngine } from './engine/sqlite/engine.ts';
import type { FileStore } from './files/contract.ts';
import { createDiskStore } from './files/disk.ts';
import { startRetention } from './jobs/retention.ts';
import { createRunner } from './jobs/runner.ts';
import { removeResult } from './jobs/store-result.ts';
import type { Log } from './log.ts';
import { createHub } from './streams/hub.ts';
import type { Fal } from './models/fal/fal.ts';
import type { FalTimings } from './models/remote/timings.ts';
import { createModels } from './models/models.ts';
import type { Model } from './models/contract.ts';

export interface ServerOptions {
  config: Config;
  log: Log;
  /** The models on offer; those of this installation unless given. Closed with the server. */
  models?: ReadonlyMap<string, Model>;
  /** How long things at fal.ai may take; tests shorten it. */
  falTimings?: Partial<FalTimings>;
  /** Directory of the built pages. */
  pagesDirectory?: string;
  /** How long a lease holds without being renewed, in ms. */
  leaseMs?: number;
  /** Below this much free space uploads are refused; see {@link createDiskStore}. */
  minFreeBytes?: number;
}

/** A server that listens. */
export interface Server {
  /** `http://127.0.0.1:3000`: with the port that was picked, and a name that a browser takes. */
  readonly address: string;
  readonly app: FastifyInstance;
  readonly engine: Engine;
  readonly files: FileStore;
  /**
   * Takes nothing new, sends the streams away, gives running work `graceMs` to finish before it is handed back, and
   * closes everything. May be called twice.
   */
  close(graceMs: number): Promise<void>;
}

/** How long answers that are under way may take once the server closes, in ms. */
const lastAnswersMs = 3000;

/** Builds everything, listens, and starts the work. What was opened is closed again where a step fails. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { config, log } = options;
  const opened: (() => Promise<void>)[] = [];
  try {
    return await open(options, opened);
  } catch (error) {
    for (const close of opened.toReversed()) await close().catch((err: unknown) => log.error({ err }, 'close failed'));
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new ConfigError(`PORT=${config.port} is in use on ${config.host}`, { cause: error });
    }
    throw error;
  }
}

async function open(options: ServerOptions, opened: (() => Promise<void>)[]): Promise<Server> {
  const { config, log } = options;
  await mkdir(config.dataDir, { recursive: true });
  // An upload that is begun from here on is none of an earlier process.
  const openedAt = Date.now();
  const engine = await createSqliteEngine({ file: join(config.dataDir, 'image2model.db'), log });
  opened.push(() => engine.close());
  const files = await createDiskStore({
    directory: join(config.dataDir, 'files'),
    ...(options.minFreeBytes !== undefined && { minFreeBytes: options.minFreeBytes }),
  });
  opened.push(() => files.close());
  // A try that stored its model and died before it could say so: another one makes its own, or none is made any more.
  for (const { jobId, fileId } of engine.interrupted) await removeResult(files, jobId, fileId);
  const fal = await openFal(options, engine);
  if (fal !== undefined) opened.push(() => fal.close());
  const models = options.models ?? createModels({ concurrency: config.workerConcurrency, fal });
  opened.push(async () => void (await Promise.all([...models.values()].map((model) => model.close()))));
  const converter = createConverter();
  opened.push(() => converter.close());
  if (!models.has(config.model)) {
    throw new ConfigError(`MODEL=${config.model} is not among the models: ${[...models.keys()].join(', ')}`);
  }
  const { maxStreams, maxStreamsPerKey } = config;
  const hub = createHub({ engine, log, limits: { maxStreams, maxStreamsPerKey } });
  opened.push(() => hub.close(0));
  const runner = createRunner({
    engine,
    models,
    files,
    concurrency: config.workerConcurrency,
    log,
    ...(options.leaseMs !== undefined && { leaseMs: options.leaseMs }),
  });
  let closing = false;
  const app = await buildApp({
    config,
    engine,
    hub,
    files,
    models,
    converter,
    log,
    fal,
    defaultModel: config.model,
    maxQueuedFiles: config.maxQueuedFiles,
    sessionSecret: await sessionSecret(config.dataDir),
    pagesDirectory: options.pagesDirectory ?? resolve(import.meta.dirname, '../../web/build'),
    isClosing: () => closing,
  });
  opened.push(() => app.close());
  await app.listen({ host: config.host, port: config.port });
  runner.start();
  const { retentionHours } = config;
  const retention = startRetention({ engine, files, retentionHours, openedAt, log });

  const shutDown = async (graceMs: number): Promise<void> => {
    closing = true;
    // First, since a server does not close before its connections do, and streams would never end by themselves.
    await hub.close();
    const lastAnswers = setTimeout(() => app.server.closeAllConnections(), lastAnswersMs);
    await Promise.all([app.close().finally(() => clearTimeout(lastAnswers)), runner.close(graceMs)]);
    await retention.close();
    await Promise.all([...models.values()].map((model) => model.close()));
    await fal?.close();
    await converter.close();
    await files.close();
    await engine.close();
  };
  let closed: Promise<void> | undefined;
  return {
    address: addressOf(app, config.host),
    app,
    engine,
    files,
    close: (graceMs) => (closed ??= shutDown(graceMs)),
  };
}

/** The hosted models, loaded only where there is a key for them. */
async function openFal({ config, log, falTimings }: ServerOptions, engine: Engine): Promise<Fal | undefined> {
  if (config.fal === null) return undefined;
  const { createFal } = await import('./models/fal/fal.ts');
  return createFal({ ...config.fal, engine, log, ...(falTimings && { timings: falTimings }) });
}

function addressOf(app: FastifyInstance, host: string): string {
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  // Listening everywhere is no address to open; this machine is one of the places.
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** Made once and kept beside the database, so that logins outlast a restart. */
async function sessionSecret(dataDir: string): Promise<Uint8Array> {
  const path = join(dataDir, 'session.key');
  const made = randomBytes(32);
  try {
    await writeFile(path, made, { flag: 'wx', mode: 0o600 });
    return made;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const kept = await readFile(path);
    // Cut short by a full disk: logins are not worth a refused start.
    if (kept.byteLength >= 32) return kept;
    await writeFile(path, made, { mode: 0o600 });
    return made;
  }
}
