import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasEnded, jobListSchema, taskSchema, uploadSchema } from '@image2model/protocol';
import type { JobSummary, Task, Upload } from '@image2model/protocol';
import { onTestFinished } from 'vitest';
import { picture, uploadForm } from '../support/server.ts';
import { setWallClock, wallClock } from '../support/set-wall-clock.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

const program = fileURLToPath(new URL('clock-server.ts', import.meta.url));
/** As `npm start` has it. */
const compileCache = fileURLToPath(new URL('../../../../node_modules/.cache/image2model/compiled', import.meta.url));

/** A server in a process of its own, whose wall clock a test sets. It is killed at the end of the test. */
export class ClockServer {
  readonly dataDir: string;
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #address = '';

  private constructor(dataDir: string, env: Readonly<Record<string, string>>) {
    this.dataDir = dataDir;
    this.#env = env;
  }

  static async start(env: Readonly<Record<string, string>> = {}): Promise<ClockServer> {
    const dataDir = await mkdtemp(join(tmpdir(), 'image2model-clock-'));
    const server = new ClockServer(dataDir, env);
    onTestFinished(async () => {
      await server.end('SIGKILL');
      await rm(dataDir, { recursive: true, force: true });
    });
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, ['--import', wallClock.href, program], {
      env: {
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: compileCache,
        PORT: '0',
        DATA_DIR: this.dataDir,
        LOG_LEVEL: 'fatal',
        WORKER_CONCURRENCY: '8',
        ORPHAN_AGE_MS: '5000',
        WALL_CLOCK_FILE: this.#clockFile,
        ...this.#env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    const ended = once(child, 'exit').then(() => {
      throw new Error('The server ended before it listened');
    });
    const [line] = (await Promise.race([once(child.stdout, 'data'), ended])) as [Buffer];
    this.#address = line.toString().trim();
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  /** Sets its clock, or that of the next start, to so many ms ahead of the real one. */
  async setClock(aheadMs: number): Promise<void> {
    await setWallClock(this.#clockFile, aheadMs, this.#child);
  }

  async ask(path: string, init?: RequestInit): Promise<Response> {
    return await fetch(`${this.#address}/api/v1${path}`, init);
  }

  /** Uploads pictures that no other upload has; their names say what becomes of them (see chaos/plan.ts). */
  async upload(...names: string[]): Promise<Upload> {
    const files = names.map(async (name): Promise<[string, Uint8Array]> => [name, await uniquePicture()]);
    const response = await this.ask('/upload', { method: 'POST', body: uploadForm(await Promise.all(files)) });
    return uploadSchema.parse(await response.json());
  }

  /** Resolves once an event of the task's stream fits. */
  async event(taskId: string, fits: (text: string) => boolean): Promise<void> {
    const stop = new AbortController();
    const response = await this.ask(`/status/tasks/${taskId}/stream`, { signal: stop.signal });
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      if (text.split('\n\n').some(fits)) break;
    }
    stop.abort();
  }

  async task(taskId: string): Promise<Task> {
    return taskSchema.parse(await (await this.ask(`/status/tasks/${taskId}`)).json());
  }

  async ended(taskId: string): Promise<Task> {
    await this.event(taskId, (event) => /event: task_(completed|failed|cancelled)/.test(event));
    const task = await this.task(taskId);
    if (!hasEnded(task.status)) throw new Error(`The stream of ${taskId} ended before it did`);
    return task;
  }

  /** All jobs as the list pages through them; `between` is called after each page. */
  async jobs(between: (page: number) => Promise<void> = async () => undefined): Promise<JobSummary[]> {
    const jobs: JobSummary[] = [];
    let cursor = '';
    for (let page = 1; ; page += 1) {
      const response = await this.ask(`/jobs?limit=2${cursor && `&cursor=${cursor}`}`);
      const { jobs: some, next_cursor: next } = jobListSchema.parse(await response.json());
      jobs.push(...some);
      if (next === null) return jobs;
      cursor = next;
      await between(page);
    }
  }

  get #clockFile(): string {
    return join(this.dataDir, 'wall-clock');
  }
}

/** What follows a PNG's end is not read: each picture has bytes of its own. */
export async function uniquePicture(): Promise<Buffer> {
  return Buffer.concat([await picture(), randomBytes(500)]);
}
