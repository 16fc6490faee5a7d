import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './http/app.ts';
import { listen } from './http/listen.ts';
import { feedWithPublicAddresses } from './http/public-addresses.ts';
import { ConfigError } from './config.ts';
import type { Config } from './config.ts';
import { prepareDataDir } from './prepare-data-dir.ts';
import { createCutter } from './cuts/cutter.ts';
import type { Cutter } from './cuts/cutter.ts';
import { createConverter } from './files/converter.ts';
import type { Converter } from './files/converter.ts';
import type { Engine, Places } from './engine/contract.ts';
import { createSqliteEngine } from './engine/sqlite/engine.ts';
import type { FileStore } from './files/contract.ts';
import { placesIn } from './data-dir.ts';
import { createDiskStore } from './files/disk.ts';
import { Reserve } from './files/reserve.ts';
import { createVerifier } from './files/verifier.ts';
import type { Verifier } from './files/verifier.ts';
import { admit } from './identity/admit.ts';
import { createMarker } from './identity/marker.ts';
import type { Marker } from './identity/marker.ts';
import { Cleaner } from './jobs/cleaner.ts';
import { startRetention } from './jobs/retention.ts';
import { Runner, workerName } from './jobs/runner.ts';
import { minDescriptors, readLimits } from './limits.ts';
import type { Log } from './log.ts';
import { listenFault } from './listen-fault.ts';
import { isLocked } from './shortage.ts';
import { Hub } from './streams/hub.ts';
import type { StreamLimits } from './streams/hub.ts';
import type { RemoteTimings } from './models/remote/timings.ts';
import { collectModels, openProviders } from './models/models.ts';
import type { Model } from './models/contract.ts';
import type { Provider } from './models/provider.ts';

export interface ServerOptions {
  config: Config;
  log: Log;
  /** The models on offer; those of this installation unless given. Closed with the server. */
  models?: ReadonlyMap<string, Model>;
  /** What cuts photos out; closed with the server. */
  cutter?: Cutter;
  /** How long things at fal.ai may take; tests shorten it. */
  falTimings?: Partial<RemoteTimings>;
  /** Directory of the built pages. */
  pagesDirectory?: string;
  /** How long a lease holds without being renewed, in ms. */
  leaseMs?: number;
  /** Below this much free space uploads are refused; see {@link createDiskStore}. */
  minFreeBytes?: number;
  /** How often old jobs and files of no job are looked for, and how old the latter are at least, in ms. */
  cleanUp?: { everyMs: number; orphanAgeMs: number };
}

/** A server that listens. */
export interface Server {
  /** `http://127.0.0.1:3000`: with the port that was picked, and a name that a browser understands. */
  readonly address: string;
  readonly app: FastifyInstance;
  readonly engine: Engine;
  readonly files: FileStore;
  /**
   * Accepts nothing new, sends the streams away, gives running work `graceMs` to finish before it is handed back, and
   * closes everything. May be called twice.
   */
  close(graceMs: number): Promise<void>;
}

/** How long answers that are under way may take once the server closes, in ms. */
const lastAnswersMs = 3000;
/** How soon a start looks again whether another program still holds the database, in ms. */
const lockedAgainMs = 500;

/** What closes what was opened so far: called from the last to the first. Each may be called twice. */
type Opened = (() => Promise<unknown>)[];

/** Builds everything, listens, and starts the work. What was opened is closed again where a step fails. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { config, log } = options;
  const opened: Opened = [];
  try {
    return await open(options, opened);
  } catch (error) {
    for (const close of opened.toReversed()) await close().catch((err: unknown) => log.error({ err }, 'close failed'));
    throw listenFault(error, config) ?? error;
  }
}

async function open(options: ServerOptions, opened: Opened): Promise<Server> {
  const { config, log } = options;
  refuseFewDescriptors();
  const parts = await openParts(options, opened);
  const { engine, files } = parts;
  let isClosing = false;
  const { app, hub } = await openApp(options, { ...parts, isClosing: () => isClosing }, opened);
  await listen(app, config, log);
  // A start that is refused says why, and nothing else.
  for (const warning of config.warnings) log.warn(warning);
  warnOfStreamLimit(config, log);
  const work = startWork(options, parts);

  const shutDown = async (graceMs: number): Promise<void> => {
    isClosing = true;
    // First, since a server does not close before its connections do, and streams would never end by themselves.
    await hub.close();
    const lastAnswers = setTimeout(() => app.server.closeAllConnections(), lastAnswersMs);
    await Promise.all([app.close().finally(() => clearTimeout(lastAnswers)), work.close(graceMs)]);
    for (const close of opened.toReversed()) await close();
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

/** With fewer, it would start and then neither answer nor work. */
function refuseFewDescriptors(): void {
  const { descriptors } = readLimits();
  if (descriptors >= minDescriptors) return;
  throw new Error(
    `the limit of open files (ulimit -n) is ${descriptors}, and the server needs at least ${minDescriptors}`,
  );
}

/** What requests and work share. */
interface Parts {
  /** Names this process in rows, logs and metrics. */
  worker: string;
  engine: Engine;
  files: FileStore;
  marker: Marker;
  providers: readonly Provider[];
  models: ReadonlyMap<string, Model>;
  verifier: Verifier;
  converter: Converter;
  cutter: Cutter;
}

/** Database and files, which have to belong together: before that is known, nothing of either is made or changed. */
async function openStore(
  { config: { dataDir }, log, minFreeBytes }: ServerOptions,
  opened: Opened,
): Promise<Pick<Parts, 'engine' | 'files' | 'marker'> & { reserve: Reserve }> {
  await prepareDataDir(dataDir);
  const reserve = new Reserve({ directory: join(dataDir, 'reserve'), log });
  opened.push(() => reserve.close());
  const { database, files: directory } = placesIn(dataDir);
  const files = createDiskStore({ directory, minFreeBytes });
  opened.push(() => files.close());
  let marker: Marker | undefined;
  const openDatabase = async (): Promise<Engine> =>
    await createSqliteEngine({
      file: database,
      log,
      admit: (facts) => admit(facts, files, directory),
      // So that a log that is lost later takes the epoch with it, and is missed.
      checkpointed: () => void marker?.move().catch((err: unknown) => log.error({ err }, 'The epoch stays as it is')),
    });
  const engine = await reserve.spend(async () => await openEngine(openDatabase, reserve, log));
  opened.push(() => engine.close());
  const made = createMarker({ engine, files, log });
  marker = made;
  opened.push(() => made.close());
  await made.move();
  return { engine, files, marker: made, reserve };
}

async function openParts(options: ServerOptions, opened: Opened): Promise<Parts> {
  const { config, log, falTimings } = options;
  const { engine, files, marker, reserve } = await openStore(options, opened);
  const providers = await openProviders({ config, engine, log, falTimings });
  opened.push(() => closeAll(providers));
  const models = options.models ?? collectModels(providers, { threads: config.workerConcurrency });
  opened.push(() => closeAll(models.values()));
  if (!models.has(config.model)) {
    throw new ConfigError(`MODEL=${config.model} is not among the models: ${[...models.keys()].join(', ')}`);
  }
  const places = placesOf(models, config.workerConcurrency);
  await reserve.spend(async () => await engine.offer([...models.keys()], places));
  void reserve.fill();
  const converter = createConverter();
  opened.push(() => converter.close());
  const cutter = options.cutter ?? createCutter({ concurrency: config.workerConcurrency });
  opened.push(() => cutter.close());
  const verifier = createVerifier(files);
  return { worker: workerName(), engine, files, marker, verifier, providers, models, converter, cutter };
}

/** How many files each model, and the local ones together, may have at work. */
function placesOf(models: ReadonlyMap<string, Model>, shared: number): Omit<Places, 'models'> {
  const own = [...models].flatMap(([id, { concurrency }]) =>
    concurrency === undefined ? [] : [[id, concurrency] as const],
  );
  return { shared, own: new Map(own) };
}

/** The engine, which can cancel and forget a job, and revoke a link, when there is no room left at all: that is what makes some. */
async function openEngine(openDatabase: () => Promise<Engine>, reserve: Reserve, log: Log): Promise<Engine> {
  const engine = await whenUnlocked(openDatabase, log);
  return {
    ...engine,
    cancel: (taskId, fileId) => reserve.spend(async () => await engine.cancel(taskId, fileId)),
    deleteJob: (jobId) => reserve.spend(async () => await engine.deleteJob(jobId)),
    removeShare: (jobId, shareId) => reserve.spend(async () => await engine.removeShare(jobId, shareId)),
  };
}

/** Another program that holds the database, for a backup or by hand, is waited for. */
async function whenUnlocked(openDatabase: () => Promise<Engine>, log: Log): Promise<Engine> {
  for (;;) {
    try {
      return await openDatabase();
    } catch (error) {
      if (!isLocked(error)) throw error;
      log.warn({ err: error }, 'The database is in use by another program; waiting for it');
    }
    await sleep(lockedAgainMs);
  }
}

async function closeAll(parts: Iterable<{ close(): Promise<void> }>): Promise<void> {
  await Promise.all([...parts].map((part) => part.close()));
}

/** The routes and the streams. */
async function openApp(
  options: ServerOptions,
  parts: Parts & { isClosing: () => boolean },
  opened: Opened,
): Promise<{ app: FastifyInstance; hub: Hub }> {
  const { config, log } = options;
  const { engine } = parts;
  const { publicUrl } = config;
  const feed = publicUrl === null ? engine : feedWithPublicAddresses(engine, publicUrl);
  const hub = new Hub({ engine: feed, log, limits: streamLimits(config) });
  opened.push(() => hub.close(0));
  engine.onLoginEnded((login) => hub.endLogin(login));
  const app = await buildApp({
    ...parts,
    config,
    hub,
    log,
    sessionSecret: await sessionSecret(config.dataDir, engine),
    pagesDirectory: options.pagesDirectory ?? resolve(import.meta.dirname, '../../web/build'),
  });
  opened.push(() => app.close());
  return { app, hub };
}

/** What was asked for, as far as the process may have so many connections. */
function streamLimits(config: Config): Pick<StreamLimits, 'maxStreams' | 'maxStreamsPerKey'> {
  const maxStreams = Math.min(config.maxStreams, readLimits().maxStreams);
  return { maxStreams, maxStreamsPerKey: Math.min(config.maxStreamsPerKey, maxStreams) };
}

function warnOfStreamLimit({ maxStreams }: Config, log: Log): void {
  const { descriptors, maxStreams: possible } = readLimits();
  if (maxStreams <= possible) return;
  const details = { max_streams: maxStreams, open_files: descriptors, used: possible };
  log.warn(details, 'MAX_STREAMS is more than the limit of open files allows (ulimit -n); fewer streams are accepted');
}

/** The work on files and what goes on beside it. */
function startWork(options: ServerOptions, { worker, engine, files, marker, models }: Parts): Pick<Runner, 'close'> {
  const { config, leaseMs, cleanUp } = options;
  const log = options.log.child({ worker });
  const { workerConcurrency: concurrency, retentionHours } = config;
  const runner = new Runner({ engine, models, files, concurrency, log, worker, leaseMs });
  const cleaner = new Cleaner({ engine, models, files, log, worker });
  runner.start();
  cleaner.start();
  const retention = startRetention({ engine, files, marker, retentionHours, log, ...cleanUp });
  return {
    async close(graceMs) {
      await Promise.all([runner.close(graceMs), retention.close()]);
      // Last, since work that is stopped may leave something to be cleaned up.
      await cleaner.close();
    },
  };
}

function addressOf(app: FastifyInstance, host: string): string {
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  // Listening everywhere is no address to open; this machine is one of the places.
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/**
 * What signs the sessions, the same at every process of a store. The file is of an earlier version, which made one beside
 * the database: logins outlast the upgrade. One that was cut short by a full disk does not count.
 */
async function sessionSecret(dataDir: string, engine: Engine): Promise<Uint8Array> {
  const kept = await readFile(join(dataDir, 'session.key')).catch(() => undefined);
  return kept !== undefined && kept.byteLength >= 32 ? kept : await engine.secret('session');
}
