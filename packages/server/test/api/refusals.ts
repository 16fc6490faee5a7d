/* oxlint-disable vitest/no-standalone-expect -- what must hold after each test is checked in one place */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { startTestServer } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { ended, upload } from './support.ts';

/** A server for tests that send it what it must refuse. */
export interface Refusals {
  /** Can be used in tests. */
  readonly server: TestServer;
  /** Asks the server; the path starts with a slash. */
  readonly ask: (path: string, init?: RequestInit) => Promise<Response>;
  /** Sends a form to the upload. */
  readonly post: (form: FormData) => Promise<Response>;
}

/**
 * Starts a server for the tests of a file. After each of them it must have kept nothing and be healthy; after the last one
 * it must still make a model of a good upload.
 */
export function setUpRefusals(): Refusals {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer({ env: { RATE_LIMIT_PER_MINUTE: '10000' } });
  });

  afterEach(async () => {
    expect(await readdir(join(server.dataDir, 'files'))).toEqual(['.incoming']);
    expect(await readdir(join(server.dataDir, 'files', '.incoming'))).toEqual([]);
    expect(await server.engine.counts()).toEqual({ waiting: 0, running: 0 });
    expect((await server.ask('/api/v1/health')).status).toBe(200);
  });

  afterAll(async () => {
    const accepted = await upload(server);
    expect((await ended(server, accepted.task_id)).status).toBe('completed');
    await server.stop();
  });

  return {
    get server() {
      return server;
    },
    ask: async (path, init) => await server.ask(path, init),
    post: async (form) => await server.ask('/api/v1/upload/', { method: 'POST', body: form }),
  };
}
