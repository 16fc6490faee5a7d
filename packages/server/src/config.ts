import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { findMisspelt } from './misspelt.ts';

/** The server's settings. The environment is read here alone; everybody else is handed a value. */
export type Config = ReturnType<typeof readConfig>;

/** What the models of fal.ai need. URLs have no slash at their end. */
export type FalConfig = NonNullable<Config['fal']>;

/** A setting that is wrong or contradicts another; the message is one line that names it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the settings of `docs/operations.md`. An empty variable counts as one that is not set.
 * @throws ConfigError
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>) {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));
  refuseUnbuilt(set);
  refuseQuotes(set);
  const misspelt = findMisspelt(Object.keys(set), Object.keys(settingsSchema.shape));
  for (const { sentence, isCertain } of misspelt) if (isCertain) throw new ConfigError(sentence);
  const parsed = settingsSchema.safeParse(set);
  if (!parsed.success) throw new ConfigError(describe(parsed.error));
  const settings = parsed.data;
  const maxStreamsPerKey = settings.MAX_STREAMS_PER_KEY ?? Math.min(1000, settings.MAX_STREAMS);
  if (settings.API_KEYS.length + settings.ADMIN_API_KEYS.length === 0 && !isLoopback(settings.HOST)) {
    throw new ConfigError(
      `HOST=${settings.HOST} is not a loopback address, and without API_KEYS everybody could use the server: set API_KEYS, or leave HOST out`,
    );
  }
  if (maxStreamsPerKey > settings.MAX_STREAMS) {
    throw new ConfigError(`MAX_STREAMS_PER_KEY=${maxStreamsPerKey} is more than MAX_STREAMS=${settings.MAX_STREAMS}`);
  }
  return {
    /** Without the brackets that an IPv6 address has in a URL. */
    host: settings.HOST.replace(/^\[(.*)\]$/, '$1'),
    /** 0 picks a free port. */
    port: settings.PORT,
    /** Absolute. */
    dataDir: resolve(settings.DATA_DIR),
    apiKeys: settings.API_KEYS,
    adminApiKeys: settings.ADMIN_API_KEYS,
    /** Id of the model that an upload gets which names none. */
    model: settings.MODEL,
    /** Files generated at once. */
    workerConcurrency: settings.WORKER_CONCURRENCY,
    /** Origins, as a browser sends them. */
    corsOrigins: settings.CORS_ORIGINS,
    rateLimitPerMinute: settings.RATE_LIMIT_PER_MINUTE,
    maxStreams: settings.MAX_STREAMS,
    maxStreamsPerKey,
    /** Files that may wait; while there are so many, uploads and retries are refused. */
    maxQueuedFiles: settings.MAX_QUEUED_FILES,
    retentionHours: settings.RETENTION_HOURS,
    /** Where people reach this server, perhaps with the path that a proxy serves it under; null where nobody said. */
    publicUrl: settings.PUBLIC_URL ?? null,
    /** The models of fal.ai; null where there is no key for them. */
    fal: falConfig(settings),
    logLevel: settings.LOG_LEVEL,
    /** Sentences about what may be a mistake. */
    warnings: [...misspelt.map(({ sentence }) => sentence), ...doubtsAboutPublicUrl(settings)],
  };
}

/** Whether only this machine can reach a server that listens there. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}

const host = z
  .string()
  .trim()
  // Two colons are an IPv6 address, which may have brackets.
  .refine((text) => !/^[^:]*:[^:]*$|\]:|\//.test(text), 'must be a name or an address alone: the port is PORT');

// What a shell or another program would have made something else of would become a folder that nobody looks for.
const folder = z
  .string()
  .trim()
  .refine((text) => !/^~(\/|$)/.test(text), 'must be a whole path: nobody here knows what ~ stands for')
  .refine((text) => !/^[a-z][a-z\d+.-]*:\/\//i.test(text), 'must be a path, not a URL')
  .refine((text) => !/[\p{Cc}\uFFFD]/u.test(text), 'must be UTF-8 without control characters');

const whole = (min: number, max: number) =>
  z
    .string()
    .trim()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`));

const list = z
  .string()
  .default('')
  .transform((text) => [...new Set(text.split(',').map((part) => part.trim()))].filter((part) => part !== ''));

const printable = z
  .string()
  .trim()
  .regex(/^[\x21-\x7E]+$/, 'must be printable ASCII without blanks');

const keys = list.pipe(z.array(printable));

// Keys and photos travel there: in the clear they may not leave this machine.
const baseUrl = z
  .string()
  .trim()
  .refine(isBaseUrl, 'must be an address like https://example.org, or http:// on this machine')
  .transform((text) => text.replace(/\/+$/, ''))
  .optional();

// Unlike the URLs above it is only written into answers, so it may be plain http in a local network.
const publicUrl = z
  .string()
  .trim()
  .refine(isPublicUrl, 'must be a URL like https://example.org, perhaps with a path, without a user name or a query')
  .transform((text) => new URL(text).href.replace(/\/+$/, ''))
  .refine((text) => !/\/api(\/v1)?$/.test(text), 'must be the URL before /api/v1: leave that out')
  .optional();

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const settingsSchema = z.object({
  HOST: host.default('127.0.0.1'),
  PORT: whole(0, 65_535).default(3000),
  DATA_DIR: folder.default('./data'),
  API_KEYS: keys,
  ADMIN_API_KEYS: keys,
  MODEL: z.string().trim().default('local'),
  WORKER_CONCURRENCY: whole(1, 1024).default(availableParallelism()),
  CORS_ORIGINS: list.refine((all) => all.every(isOrigin), 'must be origins like https://example.org'),
  RATE_LIMIT_PER_MINUTE: whole(1, 1_000_000).default(600),
  MAX_STREAMS: whole(1, 1_000_000).default(20_000),
  MAX_STREAMS_PER_KEY: whole(1, 1_000_000).optional(),
  // Two cores have more than an hour to do on so many, and their photos fill some gigabytes.
  MAX_QUEUED_FILES: whole(1, 1_000_000).default(5000),
  RETENTION_HOURS: whole(1, 1_000_000).default(168),
  FAL_KEY: printable.optional(),
  FAL_QUEUE_URL: baseUrl,
  FAL_REST_URL: baseUrl,
  FAL_DAILY_LIMIT_USD: z
    .string()
    .trim()
    .regex(/^\d{1,9}(\.\d{1,4})?$/, 'must be an amount like 20 or 7.50')
    .transform(Number)
    .optional(),
  PUBLIC_URL: publicUrl,
  LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`).default('info'),
  ROLE: z.literal('all', { error: 'must be all' }).default('all'),
});

/** Null without a key; a setting that has nothing to work on then is a mistake. */
function falConfig(settings: z.infer<typeof settingsSchema>) {
  const { FAL_KEY: key, FAL_REST_URL: restUrl } = settings;
  if (key === undefined) {
    for (const name of ['FAL_QUEUE_URL', 'FAL_REST_URL', 'FAL_DAILY_LIMIT_USD'] as const) {
      if (settings[name] !== undefined) {
        throw new ConfigError(
          `${name} is set without FAL_KEY, which it is of no use without: set FAL_KEY, or leave it out`,
        );
      }
    }
    return null;
  }
  return {
    key,
    queueUrl: settings.FAL_QUEUE_URL ?? 'https://queue.fal.run',
    restUrl: restUrl ?? 'https://rest.fal.ai',
    /** Where prices are asked for. A proxy or a stand-in answers for all of fal: a key for it is not shown to fal itself. */
    apiUrl: restUrl ?? 'https://api.fal.ai',
    /** How much may be spent in one day (UTC), in US dollars; null for no limit. */
    dailyLimitUsd: settings.FAL_DAILY_LIMIT_USD ?? null,
    /** Where fal reaches this server with its webhooks; null for none. */
    publicUrl: settings.PUBLIC_URL !== undefined && isBaseUrl(settings.PUBLIC_URL) ? settings.PUBLIC_URL : null,
  };
}

function* doubtsAboutPublicUrl({ PUBLIC_URL: url, FAL_KEY, ...settings }: z.infer<typeof settingsSchema>) {
  if (url === undefined) return;
  if (FAL_KEY !== undefined && !isBaseUrl(url)) {
    yield `PUBLIC_URL=${url} is plain http, so fal.ai is not asked to report there; it is asked for news instead`;
  }
  if (settings.API_KEYS.length + settings.ADMIN_API_KEYS.length === 0 && !isLoopback(new URL(url).hostname)) {
    yield `PUBLIC_URL=${url} is where answers say that their files are, but without API_KEYS nobody gets an answer under that name`;
  }
}

/** Settings that this version cannot obey: better no start than one that quietly does otherwise. */
const unbuilt: Readonly<Record<string, string>> = {
  DATABASE_URL: 'does not keep its state in PostgreSQL yet, only in DATA_DIR',
  REDIS_URL: 'does not have the Redis engine',
  S3_ENDPOINT: 'does not have the S3 file store',
  S3_BUCKET: 'does not have the S3 file store',
  S3_REGION: 'does not have the S3 file store',
  S3_ACCESS_KEY_ID: 'does not have the S3 file store',
  S3_SECRET_ACCESS_KEY: 'does not have the S3 file store',
  TRUST_PROXY: 'counts requests by the address of the connection alone',
  AUTH_HEADER: 'lets nobody in by the word of a proxy, only by key or login',
  PROVIDERS: 'has no providers besides fal.ai (FAL_KEY)',
  KEEP_METADATA: 'keeps every photo exactly as it was uploaded',
};

function refuseUnbuilt(env: Record<string, unknown>): void {
  for (const [name, reason] of Object.entries(unbuilt)) {
    if (name in env) throw new ConfigError(`${name} is set, but this version ${reason}: leave it out`);
  }
  if (env['ROLE'] === 'api' || env['ROLE'] === 'worker') {
    throw new ConfigError(`ROLE=${env['ROLE']}: this version cannot split its work over processes: leave it out`);
  }
}

/** Docker's `--env-file`, for one, leaves quotes in a value, where they would become part of a key or of a folder's name. */
function refuseQuotes(set: Record<string, string | undefined>): void {
  for (const name of Object.keys(settingsSchema.shape)) {
    if (/^(["']).*\1$/s.test(set[name]?.trim() ?? '')) {
      throw new ConfigError(`${name} has quotes around it, which count as part of it here: leave them out`);
    }
  }
}

function describe(error: z.ZodError): string {
  const issue = error.issues[0];
  const name = String(issue?.path[0] ?? 'settings');
  return `${name} ${issue?.message ?? 'is not valid'}`;
}

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  if (username !== '' || password !== '' || search !== '' || hash !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

function isPublicUrl(text: string): boolean {
  if (!URL.canParse(text) || /[?#]/.test(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text);
}
