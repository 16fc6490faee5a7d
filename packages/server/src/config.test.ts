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
    [{ WORKER_CONCURRENCY: '0' }, /^WORKER_CONCURRENCY must be at least 1$/],
    [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL must be one of/],
    [{ ROLE: 'boss' }, /^ROLE must be one of/],
    [{ ROLE: 'worker' }, /^ROLE=worker: this version cannot/],
    [{ REDIS_URL: 'redis://localhost' }, /^REDIS_URL is set, but this version does not have the Redis engine/],
    [{ S3_BUCKET: 'b' }, /^S3_BUCKET is set/],
    [{ FAL_KEY: 'k' }, /^FAL_KEY is set/],
    [{ CORS_ORIGINS: 'https://a.example/path' }, /^CORS_ORIGINS must be origins/],
    [{ API_KEYS: 'a b' }, /^API_KEYS must be printable/],
    [{ HOST: '0.0.0.0' }, /^HOST=0\.0\.0\.0 is not a loopback address.*API_KEYS/],
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
