import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import type { Job, Upload } from '@image2model/protocol';
import { readConfig } from '../../../src/config.ts';
import { createLog } from '../../../src/log.ts';
import { startServer } from '../../../src/compose.ts';
import type { Server } from '../../../src/compose.ts';
import { picture, uploadForm } from '../../support/server.ts';
import { falKey, startFalServer } from './server.ts';
import type { FalServer } from './server.ts';
import type { ProviderServerOptions } from '../types.ts';

/** Waits as short as a test needs them. */
const falTimings = { callMs: 2000, submitMs: 3000, firstBackoffMs: 5, maxBackoffMs: 40, downloadIdleMs: 1000 };

/** A whole server beside a stand-in for fal.ai, both closed after the test. */
export interface Bench {
  fal: FalServer;
  server: Server;
  dataDir: string;
  log: string[];
  /** Ends the server and starts another on the same data, with other settings for that one where given. */
  restart(changes?: Record<string, string>): Promise<Bench>;
  upload(fields?: Record<string, string>, count?: number): Promise<Upload>;
  /** The job as it is now. */
  job(upload: Upload): Promise<Job>;
  /** The job when its last task has ended. */
  ended(upload: Upload): Promise<Job>;
}

export async function setUp(options: ProviderServerOptions = {}, env: Record<string, string> = {}): Promise<Bench> {
  const fal = await startFalServer(options);
  onTestFinished(() => fal.close());
  return await start(fal, await temporaryDirectory(), env);
}

async function start(
  fal: FalServer,
  dataDir: string,
  env: Record<string, string>,
  changes: Record<string, string> = {},
): Promise<Bench> {
  const config = readConfig({
    PORT: '0',
    DATA_DIR: dataDir,
    LOG_LEVEL: 'trace',
    WORKER_CONCURRENCY: '8',
    FAL_KEY: falKey,
    FAL_QUEUE_URL: fal.queueUrl,
    FAL_REST_URL: fal.restUrl,
    ...env,
    ...changes,
  });
  const log: string[] = [];
  const server = await startServer({
    config,
    log: createLog({ level: config.logLevel, destination: { write: (line) => void log.push(line) } }),
    pagesDirectory: join(dataDir, 'none'),
    falTimings,
  });
  onTestFinished(() => server.close(0));
  const ask = async (path: string, init?: RequestInit): Promise<unknown> => {
    const answer = await fetch(server.address + path, init);
    expect(answer.status, path).toBeLessThan(300);
    return await answer.json();
  };
  return {
    fal,
    server,
    dataDir,
    log,
    async restart(other) {
      await server.close(0);
      return await start(fal, dataDir, env, other);
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
    job: async (upload) => (await ask(`/api/v1/jobs/${upload.job_id}`)) as Job,
    async ended(upload) {
      await (await fetch(`${server.address}/api/v1/status/tasks/${upload.task_id}/stream`)).text();
      return (await ask(`/api/v1/jobs/${upload.job_id}`)) as Job;
    },
  };
}

/** The one file of a job that has one, as its last task left it. */
export function fileOf(job: Job) {
  const file = job.tasks.at(-1)?.files[0];
  if (file === undefined) throw new Error('no file');
  return file;
}
