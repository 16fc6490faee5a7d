import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Job, ModelList, Upload } from '@image2model/protocol';
import { readConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { falRows } from '../../src/models/fal/table.ts';
import { startServer } from '../../src/server.ts';
import type { Server } from '../../src/server.ts';
import { picture, uploadForm } from '../support/server.ts';
import { falKey, startFalServer } from './server.ts';
import type { FalServer } from './server.ts';
import type { FalServerOptions } from './types.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Waits as short as a test needs them. */
const falTimings = { callMs: 2000, submitMs: 1000, firstBackoffMs: 5, longestBackoffMs: 40, downloadIdleMs: 1000 };

interface Bench {
  fal: FalServer;
  server: Server;
  log: string[];
  /** Ends the server and starts another on the same data. */
  restart(graceMs?: number): Promise<Bench>;
  upload(fields?: Record<string, string>, count?: number): Promise<Upload>;
  /** The job when its last task has ended. */
  ended(upload: Upload): Promise<Job>;
}

async function setUp(options: FalServerOptions = {}, env: Record<string, string> = {}): Promise<Bench> {
  const fal = await startFalServer(options);
  cleanups.push(() => fal.close());
  const dataDir = await mkdtemp(join(tmpdir(), 'image2model-fal-'));
  cleanups.push(() => rm(dataDir, { recursive: true, force: true }));
  return await start(fal, dataDir, env);
}

async function start(fal: FalServer, dataDir: string, env: Record<string, string>): Promise<Bench> {
  const config = readConfig({
    PORT: '0',
    DATA_DIR: dataDir,
    LOG_LEVEL: 'trace',
    WORKER_CONCURRENCY: '8',
    FAL_KEY: falKey,
    FAL_QUEUE_URL: fal.queueUrl,
    FAL_REST_URL: fal.restUrl,
    ...env,
  });
  const log: string[] = [];
  const server = await startServer({
    config,
    log: createLog({ level: config.logLevel, destination: { write: (line) => void log.push(line) } }),
    pagesDirectory: join(dataDir, 'none'),
    falTimings,
  });
  cleanups.push(() => server.close(0));
  const ask = async (path: string, init?: RequestInit): Promise<unknown> => {
    const answer = await fetch(server.address + path, init);
    expect(answer.status, path).toBeLessThan(300);
    return await answer.json();
  };
  return {
    fal,
    server,
    log,
    async restart(graceMs = 0) {
      await server.close(graceMs);
      return await start(fal, dataDir, env);
    },
    async upload(fields = {}, count = 1) {
      const files = await Promise.all(
        Array.from({ length: count }, async (_, index): Promise<[string, Buffer]> => [
          `photo-${index}.png`,
          await picture('png', `rgb(${index}, 40, 200)`),
        ]),
      );
      const body = uploadForm(files, { model: 'fal-ai/trellis', ...fields });
      return (await ask('/api/v1/upload', { method: 'POST', body })) as Upload;
    },
    async ended(upload) {
      await (await fetch(`${server.address}/api/v1/status/tasks/${upload.task_id}/stream`)).text();
      return (await ask(`/api/v1/jobs/${upload.job_id}`)) as Job;
    },
  };
}

/** The one file of a job that has one, as its last task left it. */
function fileOf(job: Job) {
  const file = job.tasks.at(-1)?.files[0];
  if (file === undefined) throw new Error('no file');
  return file;
}

describe('the models of fal.ai', () => {
  it('are offered with their options and prices', async () => {
    const { server } = await setUp();
    const list = (await (await fetch(`${server.address}/api/v1/models/available`)).json()) as ModelList;
    expect(list.models.map(({ id }) => id)).toEqual(['local', ...falRows.map(({ id }) => id)]);
    expect(list.models.find(({ id }) => id === 'fal-ai/trellis')).toMatchObject({
      requires_key: true,
      price: { amount: 0.02, currency: 'USD' },
      options_schema: { properties: { texture_size: { enum: ['512', '1024', '2048'] } } },
    });
    expect(list.models.find(({ id }) => id === 'fal-ai/triposr')?.price).toBeNull();
  });

  it.each(falRows.map(({ id }) => id))('make a model with %s, once, and of its own input alone', async (model) => {
    const bench = await setUp();
    const upload = await bench.upload({ model, face_limit: '50000' });
    const job = await bench.ended(upload);
    const file = fileOf(job);
    expect(file, JSON.stringify(file)).toMatchObject({ status: 'completed' });
    expect(file.result?.statistics.faces).toBeGreaterThan(0);
    const ledger = bench.fal.ledger();
    expect(ledger.submits).toHaveLength(1);
    expect(ledger.unknownInputs).toEqual([]);
    expect(ledger.leakedKeys).toBe(0);
    for (const extra of file.result?.extra_files ?? []) {
      const answer = await fetch(bench.server.address + extra.url);
      expect([answer.status, (await answer.bytes()).byteLength]).toEqual([200, extra.size]);
    }
  });
});
