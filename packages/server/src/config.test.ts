import { describe, expect, it } from 'vitest';
import { ConfigError, isLoopback, readConfig } from './config.ts';

describe('readConfig', () => {
  it('needs nothing: the defaults serve this machine alone', () => {
    expect(readConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      apiKeys: [],
      model: 'local',
      rateLimitPerMinute: 600,
      maxStreams: 20_000,
      maxStreamsPerKey: 1000,
      maxQueuedFiles: 5000,
      retentionHours: 168,
      logLevel: 'info',
    });
  });

  it('reads lists without blanks and repeats', () => {
    expect(readConfig({ API_KEYS: ' a , b,a,, ', HOST: '0.0.0.0' }).apiKeys).toEqual(['a', 'b']);
  });

  it('takes an empty variable as one that is not set', () => {
    expect(readConfig({ PORT: '', REDIS_URL: ' ' }).port).toBe(3000);
  });

  it.each([
    [{ PORT: '70000' }, /^PORT must be at most 65535$/],
    [{ PORT: '-1' }, /^PORT must be a whole number$/],
    [{ PORT: '80.5' }, /^PORT /],
    [{ MAX_QUEUED_FILES: '0' }, /^MAX_QUEUED_FILES must be at least 1$/],
    [{ WORKER_CONCURRENCY: '0' }, /^WORKER_CONCURRENCY must be at least 1$/],
    [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL must be one of/],
    [{ ROLE: 'boss' }, /^ROLE must be all$/],
    [{ ROLE: 'worker' }, /^ROLE=worker: this version cannot/],
    [{ REDIS_URL: 'redis://localhost' }, /^REDIS_URL is set, but this version does not have the Redis engine/],
    [{ S3_BUCKET: 'b' }, /^S3_BUCKET is set/],
    [
      { DATABASE_URL: 'postgres://db/i2m' },
      /^DATABASE_URL is set, but this version does not keep its state in PostgreSQL/,
    ],
    [
      { TRUST_PROXY: '10.0.0.1' },
      /^TRUST_PROXY is set, but this version counts requests by the address of the connection/,
    ],
    [{ AUTH_HEADER: 'x-user' }, /^AUTH_HEADER is set, but this version lets nobody in by the word of a proxy/],
    [{ PROVIDERS: 'providers.json' }, /^PROVIDERS is set, but this version has no providers besides fal\.ai/],
    [{ KEEP_METADATA: 'on' }, /^KEEP_METADATA is set, but this version keeps every photo exactly as it was uploaded/],
    [{ FAL_KEY: 'a b' }, /^FAL_KEY must be printable/],
    [{ FAL_QUEUE_URL: 'https://queue.example' }, /^FAL_QUEUE_URL is set without FAL_KEY/],
    [{ FAL_DAILY_LIMIT_USD: '5' }, /^FAL_DAILY_LIMIT_USD is set without FAL_KEY/],
    [{ FAL_KEY: 'k', FAL_QUEUE_URL: 'http://queue.example' }, /^FAL_QUEUE_URL must be an address like https/],
    [{ FAL_KEY: 'k', FAL_REST_URL: 'https://a:b@rest.example' }, /^FAL_REST_URL must be an address/],
    [{ PUBLIC_URL: 'example.org' }, /^PUBLIC_URL must be a URL like https/],
    [{ PUBLIC_URL: 'example.org:3000' }, /^PUBLIC_URL must be a URL/],
    [{ PUBLIC_URL: 'ftp://example.org' }, /^PUBLIC_URL must be a URL/],
    [{ PUBLIC_URL: 'https://a:b@example.org' }, /^PUBLIC_URL must be a URL/],
    [{ PUBLIC_URL: 'https://example.org/?a=b' }, /^PUBLIC_URL must be a URL/],
    [{ PUBLIC_URL: 'https://example.org/?' }, /^PUBLIC_URL must be a URL/],
    [{ PUBLIC_URL: 'https://example.org/#top' }, /^PUBLIC_URL must be a URL/],
    [{ PUBLIC_URL: 'https://example.org/api/v1/' }, /^PUBLIC_URL must be the URL before \/api\/v1: leave that out/],
    [{ FAL_KEY: 'k', FAL_DAILY_LIMIT_USD: '-1' }, /^FAL_DAILY_LIMIT_USD must be an amount/],
    [{ CORS_ORIGINS: 'https://a.example/path' }, /^CORS_ORIGINS must be origins/],
    [{ API_KEYS: 'a b' }, /^API_KEYS must be printable/],
    [{ HOST: '0.0.0.0' }, /^HOST=0\.0\.0\.0 is not a loopback address.*API_KEYS/],
    [{ HOST: '127.0.0.1:3000' }, /^HOST must be a name or an address alone: the port is PORT$/],
    [{ HOST: '[::1]:3000' }, /^HOST must be a name or an address alone/],
    [{ HOST: 'localhost:3000' }, /^HOST must be a name or an address alone/],
    [{ HOST: 'http://localhost' }, /^HOST must be a name or an address alone/],
    [{ DATA_DIR: '"/srv/data"' }, /^DATA_DIR has quotes around it, which count as part of it here: leave them out$/],
    [{ API_KEYS: "'secret'" }, /^API_KEYS has quotes around it/],
    [{ PORT: '"3000"' }, /^PORT has quotes around it/],
    [{ DATA_DIR: '~/data' }, /^DATA_DIR must be a whole path: nobody here knows what ~ stands for$/],
    [{ DATA_DIR: 'file:///srv/data' }, /^DATA_DIR must be a path, not a URL$/],
    [{ DATA_DIR: '/srv/\uFFFD' }, /^DATA_DIR must be UTF-8 without control characters$/],
    [{ DATA_DIR: '/srv/a\nb' }, /^DATA_DIR must be UTF-8 without control characters$/],
    [{ MAX_STREAM: '5' }, /^MAX_STREAM is not a setting; did you mean MAX_STREAMS\?$/],
    [{ max_streams: '5' }, /^max_streams is not a setting; did you mean MAX_STREAMS\?$/],
    [{ MAX_STREAM_PER_KEY: '5' }, /did you mean MAX_STREAMS_PER_KEY\?$/],
    [{ MAX_QUEUE_FILES: '5' }, /did you mean MAX_QUEUED_FILES\?$/],
    [{ WORKER_CONCURENCY: '5' }, /did you mean WORKER_CONCURRENCY\?$/],
    [{ WORKER_CONCURRNECY: '5' }, /did you mean WORKER_CONCURRENCY\?$/],
    [{ RATE_LIMITS_PER_MINUTE: '5' }, /did you mean RATE_LIMIT_PER_MINUTE\?$/],
    [{ RETENTION_HOUR: '5' }, /did you mean RETENTION_HOURS\?$/],
    [{ FAL_KEY: 'k', FAL_DAILY_LIMIT: '5' }, /^FAL_DAILY_LIMIT is not a setting; did you mean FAL_DAILY_LIMIT_USD\?$/],
    [{ MAX_STREAMS: '10', MAX_STREAMS_PER_KEY: '11' }, /^MAX_STREAMS_PER_KEY=11 is more than MAX_STREAMS=10$/],
  ])('refuses %j with one line that names the setting', (env, message) => {
    let thrown: unknown;
    try {
      readConfig(env);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigError);
    expect((thrown as ConfigError).message).toMatch(message);
    expect((thrown as ConfigError).message).not.toContain('\n');
  });

  it('reads a DATA_DIR without the blanks around it', () => {
    expect(readConfig({ DATA_DIR: ' /srv/a b/ ' }).dataDir).toBe('/srv/a b');
  });

  it.each(['::', '::1', '[::1]', 'fe80::1%eth0'])('takes HOST=%s for an address without a port', (host) => {
    expect(readConfig({ HOST: host, API_KEYS: 'key' }).host).toBe(host.replace(/[[\]]/g, ''));
  });

  it('lets one key have all streams where there may be fewer of them than a key has by default', () => {
    expect(readConfig({ MAX_STREAMS: '5' })).toMatchObject({ maxStreams: 5, maxStreamsPerKey: 5 });
  });

  it.each([
    ['API_KEY', 'API_KEYS'],
    ['ADMIN_API_KEY', 'ADMIN_API_KEYS'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['DATADIR', 'DATA_DIR'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['RATE_LIMIT', 'RATE_LIMIT_PER_MINUTE'],
    ['FAL_QUEUE', 'FAL_QUEUE_URL'],
  ])('warns of %s, which may be for another program', (name, setting) => {
    expect(readConfig({ [name]: 'x' }).warnings).toEqual([`${name} is not a setting; did you mean ${setting}?`]);
  });

  it('takes no offence at what stands in real environments', () => {
    const names =
      `API_KEYS_FILE API_URL BASH_ENV CI COLORTERM CONCURRENCY CORS_ORIGINS_REGEX DATABASE_NAME DATABASE_URLS
      DATADIRS DB_HOST DEBUG DISPLAY EDITOR FAL_HOST FAL_KEY_ID FAL_KEY_SECRET FAL_RUN_HOST GOOGLE_API_KEY HOME HOSTNAME
      HOSTS HOSTTYPE HTTP_PROXY IMAGE2MODEL_API_KEY IMAGE2MODEL_URL KUBERNETES_PORT KUBERNETES_SERVICE_HOST LANG LC_ALL LOG
      LOG_FILE LOG_FORMAT LOGNAME MAX_CONNECTIONS MAX_SIZE MAX_WORKERS MODE MODELS MODEL_DIR NODE_ENV NODE_OPTIONS
      NO_PROXY OLDPWD OPENAI_API_KEY PATH PORTS PORT_RANGE PUBLIC_PATH PWD RATE_LIMIT_PER_SECOND RETENTION_DAYS ROLES
      S3_BUCKETS SERVER_PORT SHELL SHLVL TERM TMPDIR USER WEB_CONCURRENCY WORKERS WORKER_COUNT XDG_DATA_DIRS
      XDG_RUNTIME_DIR npm_config_host npm_config_port npm_lifecycle_event npm_package_name`.split(/\s+/);
    expect(readConfig(Object.fromEntries(names.map((name) => [name, 'x']))).warnings).toEqual([]);
  });

  it('turns the models of fal.ai on with a key', () => {
    expect(readConfig({}).fal).toBeNull();
    expect(readConfig({ FAL_KEY: 'id:secret' }).fal).toEqual({
      key: 'id:secret',
      queueUrl: 'https://queue.fal.run',
      restUrl: 'https://rest.fal.ai',
      apiUrl: 'https://api.fal.ai',
      dailyLimitUsd: null,
      publicUrl: null,
    });
    const local = { FAL_KEY: 'k', FAL_QUEUE_URL: 'http://127.0.0.1:9/q/', FAL_REST_URL: 'http://localhost:9' };
    expect(readConfig({ ...local, FAL_DAILY_LIMIT_USD: '7.50', PUBLIC_URL: 'https://me.example/' }).fal).toMatchObject({
      queueUrl: 'http://127.0.0.1:9/q',
      apiUrl: 'http://localhost:9',
      dailyLimitUsd: 7.5,
      publicUrl: 'https://me.example',
    });
  });

  it.each([
    ['https://Me.Example/', 'https://me.example'],
    ['https://me.example/models/', 'https://me.example/models'],
    ['http://192.168.1.5:3000', 'http://192.168.1.5:3000'],
    ['https://me.example/"<b>', 'https://me.example/%22%3Cb%3E'],
  ])('takes PUBLIC_URL=%s for %s', (given, publicUrl) => {
    expect(readConfig({ PUBLIC_URL: given, API_KEYS: 'key' })).toMatchObject({ publicUrl, warnings: [] });
  });

  it('has no webhooks come in the clear, and says so', () => {
    const { fal, warnings } = readConfig({ FAL_KEY: 'k', API_KEYS: 'key', PUBLIC_URL: 'http://me.example' });
    expect(fal).toMatchObject({ publicUrl: null });
    expect(warnings).toEqual([expect.stringMatching(/^PUBLIC_URL=http:\/\/me\.example is plain http/)]);
  });

  it('warns of a public name that a server without keys does not answer to', () => {
    const { warnings } = readConfig({ PUBLIC_URL: 'https://me.example' });
    expect(warnings).toEqual([expect.stringContaining('without API_KEYS nobody gets an answer under that name')]);
    expect(readConfig({ PUBLIC_URL: 'http://localhost:8080' }).warnings).toEqual([]);
  });

  it('names no key in its complaint about keys', () => {
    expect(() => readConfig({ API_KEYS: 'secret one' })).toThrow(expect.not.stringContaining('secret'));
  });
});

describe('isLoopback', () => {
  it.each(['localhost', '127.0.0.1', '127.8.8.8', '::1', '[::1]'])('takes %s', (host) => {
    expect(isLoopback(host)).toBe(true);
  });
  it.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.org', 'localhost.example.org'])('refuses %s', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});
