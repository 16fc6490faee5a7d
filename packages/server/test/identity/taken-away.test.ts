import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { ended, problem, send, start, upload } from '../api/support.ts';
import { picture, uploadForm } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { createTriangleModel } from '../support/triangle-model.ts';

/** Waits until readiness has looked again, which it does once a second at most. */
async function notReady(server: TestServer): Promise<unknown> {
  const look = async (): Promise<unknown> => {
    const response = await server.ask('/api/v1/health/readiness');
    expect(response.status).toBe(503);
    return await response.json();
  };
  return await vi.waitFor(look, { timeout: 5000 });
}

// Promised: Storage that is taken away from a running server stops uploads, and turns readiness to 503.
it.each([
  ['the database is deleted', 'engine', async (dataDir: string) => await rm(join(dataDir, 'image2model.db'))],
  [
    'another database lies in its place',
    'engine',
    async (dataDir: string) => {
      await cp(join(dataDir, 'image2model.db'), join(dataDir, 'copy'));
      await rename(join(dataDir, 'copy'), join(dataDir, 'image2model.db'));
    },
  ],
  ['its log is deleted', 'engine', async (dataDir: string) => await rm(join(dataDir, 'image2model.db-wal'))],
  [
    'the files are moved away',
    'files',
    async (dataDir: string) => await rename(join(dataDir, 'files'), `${dataDir}/x`),
  ],
  ['all of it is deleted', 'engine', async (dataDir: string) => await rm(dataDir, { recursive: true })],
])(
  'accepts nothing more and is not ready where %s, while running work goes on',
  async (_, part, takeAway) => {
    const gate = Promise.withResolvers<void>();
    const server = await start({ model: createTriangleModel({ before: async () => await gate.promise }) });
    const running = await upload(server);
    await takeAway(server.dataDir);

    const form = uploadForm([['new.png', await picture()]]);
    const { detail } = await problem(await send(server, form), 503, 'STORAGE_GONE');
    expect(detail).toBe('The server has lost its storage and accepts nothing until it is restarted.');
    expect(await notReady(server)).toMatchObject({
      status: 'degraded',
      checks: { [part]: { status: 'failing', detail: 'StorageGoneError' } },
    });
    gate.resolve();
    const task = await ended(server, running.task_id);
    expect(task.status).toMatch(/completed|failed/);
    expect((await server.ask('/api/v1/health/liveness')).status).toBe(200);
    if (part === 'engine') {
      const path = `/api/v1/jobs/${running.job_id}`;
      await problem(await server.ask(path, { method: 'DELETE' }), 503, 'STORAGE_GONE');
    }
  },
  20_000,
);
