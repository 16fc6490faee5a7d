import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { startServer } from '../compose.ts';

/** A server for one run: its URL and the key to use. */
export interface UsableServer {
  baseUrl: string;
  apiKey: string | undefined;
  close(): Promise<void>;
}

/**
 * Starts a private server in this process: on a free loopback port, with a random key and a data directory that `close`
 * removes.
 */
export async function startPrivateServer(env: Readonly<Record<string, string | undefined>>): Promise<UsableServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'image2model-'));
  await using opened = new AsyncDisposableStack();
  opened.defer(() => rm(dataDir, { recursive: true, force: true }));
  const apiKey = randomBytes(24).toString('base64url');
  const config = readConfig({
    PORT: '0',
    DATA_DIR: dataDir,
    API_KEYS: apiKey,
    LOG_LEVEL: 'error',
    RATE_LIMIT_PER_MINUTE: '1000000',
    WORKER_CONCURRENCY: env['WORKER_CONCURRENCY'],
  });
  const server = await startServer({ config, log: createLog({ level: config.logLevel }) });
  opened.defer(() => server.close(0));
  const kept = opened.move();
  return { baseUrl: server.address, apiKey, close: () => kept.disposeAsync() };
}
