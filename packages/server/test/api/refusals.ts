/* oxlint-disable vitest/no-standalone-expect -- what must hold after each test is checked in one place */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Model } from '../../src/models/contract.ts';
import { startTestServer } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { createTriangleModel } from '../support/triangle-model.ts';
import { ended, send, upload } from './support.ts';

/**
 * Starts a server for the tests of a file. After each of them it must have kept nothing and be healthy; after the last one
 * it must still make a model of a good upload.
 */
export function setUpRefusals(fields: Partial<Model> = {}) {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer({
      env: { RATE_LIMIT_PER_MINUTE: '10000' },
      model: { ...createTriangleModel(), ...fields },
    });
  });

  afterEach(async () => {
    const kept = await readdir(join(server.dataDir, 'files'));
    expect(kept.filter((name) => !name.startsWith('.'))).toEqual(['store.json']);
    // What is written beside the files follows the ending of a job.
    await expect.poll(() => readdir(join(server.dataDir, 'files', '.incoming'))).toEqual([]);
    expect(await server.engine.counts()).toEqual({ waiting: 0, running: 0 });
    expect((await server.ask('/api/v1/health')).status).toBe(200);
  });

  afterAll(async () => {
    const accepted = await upload(server);
    expect((await ended(server, accepted.task_id)).status).toBe('completed');
    await server.stop();
  });

  return {
    /** Can be used in tests. */
    get server() {
      return server;
    },
    /** Asks the server; the path starts with a slash. */
    ask: async (path: string, init?: RequestInit) => await server.ask(path, init),
    /** Sends a form to the upload. */
    post: async (form: FormData) => await send(server, form),
  };
}
