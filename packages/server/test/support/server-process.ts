import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished, vi } from 'vitest';
import { taskSchema, uploadSchema } from '@image2model/protocol';
import type { Task, Upload } from '@image2model/protocol';
import { picture, uploadForm } from './server.ts';

const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The server as people run it: a process of its own. */
export interface ServerProcess {
  readonly address: string;
  readonly port: number;
  readonly dataDir: string;
  readonly child: ChildProcess;
  /** Every line that it logged so far. */
  readonly log: string[];
  /** Asks the server with the key, unless the request has headers of its own; the path starts with a slash. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Uploads so many pictures of different bytes. */
  upload(files?: number): Promise<Upload>;
  task(taskId: string): Promise<Task>;
  /** Asks until the task has ended. */
  ended(taskId: string): Promise<Task>;
  /** Ends it by a signal and resolves to its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

interface ServerProcessOptions {
  env?: Record<string, string>;
  /** Where it keeps its data; a folder that is removed after the test unless given. */
  dataDir?: string;
  /** Open files that it may have. */
  descriptors?: number;
  /** Modules that are loaded before it, as code. */
  preload?: string;
  /** Receives every line that it logs, from its start on. */
  log?: string[];
  /** Whose process it is, which takes root; the same user's unless given. */
  uid?: number;
}

/** The key of a server that is started here. */
export const key = 'key-of-a-test';

let pictures = 0;

/** Starts one that is stopped at the end of the test. Rejects, with what it said, where it ends instead. */
export async function startServerProcess(options: ServerProcessOptions = {}): Promise<ServerProcess> {
  const { env, descriptors, preload, uid, log = [] } = options;
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'image2model-process-')));
  if (uid !== undefined) await chown(dataDir, uid, uid);
  const node = preload === undefined ? [] : ['--import', `data:text/javascript,${encodeURIComponent(preload)}`];
  const limit = descriptors === undefined ? '' : `ulimit -n ${descriptors}; `;
  const child = spawn('bash', ['-c', `${limit}exec "$0" "$@"`, process.execPath, ...node, program], {
    env: { PATH: process.env['PATH'], PORT: '0', DATA_DIR: dataDir, API_KEYS: key, ADMIN_API_KEYS: 'admin', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid }),
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
  const stop = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> => {
    child.kill(signal);
    return (await exited)[0];
  };
  onTestFinished(async () => {
    await stop();
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  });
  const address = await Promise.race([
    new Promise<string>((resolve) => {
      createInterface({ input: child.stdout }).once('line', (line) => resolve(line.split(' ').at(-1) ?? ''));
    }),
    exited.then(([code]) => Promise.reject(new Error(`It ended with ${code}: ${log.join('\n')}`))),
  ]);
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(address + path, { headers: { authorization: `Bearer ${key}` }, ...init });
  const task = async (taskId: string) => taskSchema.parse(await (await ask(`/api/v1/status/tasks/${taskId}`)).json());
  return {
    address,
    port: Number(new URL(address).port),
    dataDir,
    child,
    log,
    ask,
    task,
    stop,
    async upload(files = 1) {
      const photo = await picture();
      const named = Array.from({ length: files }, (): [string, Uint8Array] => {
        pictures += 1;
        return [`${pictures}.png`, Buffer.concat([photo, Buffer.from(String(pictures))])];
      });
      const response = await ask('/api/v1/upload', { method: 'POST', body: uploadForm(named) });
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
      return uploadSchema.parse(await response.json());
    },
    async ended(taskId) {
      return await vi.waitUntil(
        async () => {
          const now = await task(taskId);
          return now.finished_at !== undefined && now;
        },
        { timeout: 60_000, interval: 200 },
      );
    },
  };
}
