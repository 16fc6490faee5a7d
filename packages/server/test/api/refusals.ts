import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { TestServer } from '../support/server.ts';
import { ended, upload } from './support.ts';

/** What must hold after everything that is refused: nothing of it is kept, and the server is well. */
export async function expectNothingKept(server: TestServer): Promise<void> {
  expect(await readdir(join(server.dataDir, 'files'))).toEqual(['.incoming']);
  expect(await readdir(join(server.dataDir, 'files', '.incoming'))).toEqual([]);
  expect(await server.engine.counts()).toEqual({ waiting: 0, running: 0 });
  expect((await server.ask('/api/v1/health')).status).toBe(200);
}

/** What must hold after the last refusal: a good upload still becomes a model. */
export async function expectModel(server: TestServer): Promise<void> {
  const accepted = await upload(server);
  expect((await ended(server, accepted.task_id)).status).toBe('completed');
}
