import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { downloadListSchema, jobListSchema } from '@image2model/protocol';
import type { JobList } from '@image2model/protocol';
import { expect, onTestFinished } from 'vitest';
import { ended, start, upload } from '../api/support.ts';
import type { TestServer } from './server.ts';

const program = resolve(import.meta.dirname, '../../src/cli/main.ts');
const chaosServer = resolve(import.meta.dirname, '../chaos/chaos-server.ts');

/** What a command came to. */
export interface CommandRun {
  code: number | null;
  out: string;
  err: string;
}

/** Starts a command of the command line on a data directory. */
export function startCommand(dataDir: string, ...args: string[]): { child: ChildProcess; done: Promise<CommandRun> } {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const done = Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]).then(([, out, err]) => ({
    code: child.exitCode,
    out,
    err,
  }));
  return { child, done };
}

/** The same, to its end. */
export async function command(dataDir: string, ...args: string[]): Promise<CommandRun> {
  return await startCommand(dataDir, ...args).done;
}

/** A server as a process of its own, whose model is quick; ends with the test. */
export interface ServerProcess {
  address: string;
  child: ChildProcess;
  stop(signal: NodeJS.Signals): Promise<void>;
}

export async function startServerProcess(dataDir: string): Promise<ServerProcess> {
  const settings = { LOG_LEVEL: 'silent', RATE_LIMIT_PER_MINUTE: '1000000', WORKER_CONCURRENCY: '2' };
  const chaos = { CHAOS_LEASE_MS: '8000', CHAOS_MIN_FREE_BYTES: '0' };
  const env = { ...process.env, ...settings, ...chaos, PORT: '0', DATA_DIR: dataDir };
  const child = spawn(process.execPath, [chaosServer], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await closed;
  };
  onTestFinished(async () => await stop('SIGKILL'));
  const [address] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { address, child, stop };
}

/** All jobs of a server. */
export async function allJobs(address: string): Promise<JobList['jobs']> {
  const jobs: JobList['jobs'] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const response = await fetch(`${address}/api/v1/jobs?limit=100&cursor=${encodeURIComponent(cursor)}`);
    const page = jobListSchema.parse(await response.json());
    jobs.push(...page.jobs);
    cursor = page.next_cursor;
  }
  return jobs;
}

/** Downloads everything that a server lists of its jobs, and holds it to its checksum. Returns the number of models. */
export async function expectWhole(address: string): Promise<number> {
  let models = 0;
  for (const job of await allJobs(address)) {
    for (const { photo_url: url } of job.files) {
      const photo = await fetch(address + url);
      expect(photo.status, url).toBe(200);
      expect(photo.headers.get('etag')).toBe(`"${await sha256Of(photo)}"`);
    }
    const list = await fetch(`${address}/api/v1/download/${job.job_id}/all`);
    for (const model of downloadListSchema.parse(await list.json()).files) {
      expect(model).not.toHaveProperty('missing');
      const response = await fetch(`${address}/api/v1/download/${job.job_id}/${model.filename}`);
      expect(await sha256Of(response)).toBe(model.sha256);
      expect((await fetch(address + (model.rendered_image?.url ?? ''))).status).toBe(200);
      models += 1;
    }
  }
  return models;
}

async function sha256Of(response: Response): Promise<string> {
  return createHash('sha256')
    .update(Buffer.from(await response.arrayBuffer()))
    .digest('hex');
}

/** A server in this process with some finished jobs. */
export async function serverWith(jobs: number): Promise<TestServer> {
  const server = await start();
  for (let job = 0; job < jobs; job += 1) await ended(server, (await upload(server, ['a.png', 'b.png'])).task_id);
  return server;
}

/** Restores a backup, serves it and looks at everything in it. Returns the number of models. */
export async function modelsIn(backup: string, to: string): Promise<number> {
  expect(await command(to, 'restore', backup)).toMatchObject({ code: 0, err: '' });
  const server = await startServerProcess(to);
  return await expectWhole(server.address);
}
