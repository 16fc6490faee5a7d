import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { jobSchema } from '@image2model/protocol';
import type { Upload } from '@image2model/protocol';
import { expect, onTestFinished } from 'vitest';
import type { z } from 'zod';
import { ended, start, upload } from '../api/support.ts';
import type { TestServer } from '../support/server.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const programs = {
  server: resolve(import.meta.dirname, '../../src/main.ts'),
  cli: resolve(import.meta.dirname, '../../src/cli/main.ts'),
};

/** What a program said and how it ended. */
interface Run {
  code: number | null;
  out: string;
  err: string;
}

function launch(program: keyof typeof programs, args: string[], dataDir: string, env: Record<string, string>) {
  const child = spawn(process.execPath, [programs[program], ...args], {
    env: { ...process.env, LOG_LEVEL: 'silent', PORT: '0', DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function finish(child: ReturnType<typeof launch>): Promise<Run> {
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { code, out, err };
}

/** Runs `image2model adopt` on a folder whose server is stopped. */
export async function runAdopt(dataDir: string, env: Record<string, string> = {}): Promise<Run> {
  return await finish(launch('cli', ['adopt'], dataDir, env));
}

/** Starts the server on a folder that it must refuse: with code 1 and one sentence, and without changing anything. */
export async function expectRefused(dataDir: string, sentence: RegExp): Promise<void> {
  const before = await contents(dataDir);
  const { code, out, err } = await finish(launch('server', [], dataDir, {}));
  expect(err).toMatch(sentence);
  expect(err.trim().split('\n')).toHaveLength(1);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(await contents(dataDir)).toEqual(before);
}

/** Starts the server in a process of its own, which can be killed. */
export async function serve(dataDir: string): Promise<{ address: string; child: ChildProcess }> {
  const child = launch('server', [], dataDir, {});
  const said = text(child.stderr);
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line') as Promise<[string]>,
    once(child, 'exit').then(async () => {
      throw new Error(await said);
    }),
  ]);
  return { address: line.replace(/^.* /, ''), child };
}

/** Hashes of all that lies in a folder, but for what is SQLite's alone. */
export async function contents(directory: string): Promise<Record<string, string>> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = found.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const ours = paths.filter((path) => !/\.db(-wal|-shm|\.lock)/.test(path)).toSorted();
  const hashes = ours.map(async (path) => [
    path,
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex'),
  ]);
  return Object.fromEntries(await Promise.all(hashes)) as Record<string, string>;
}

/** A job that was made, as a client sees it. */
export interface MadeJob {
  upload: Upload;
  job: z.infer<typeof jobSchema>;
  model: Buffer;
  photo: Buffer;
}

/** Has a model made of a photo. */
export async function makeJob(server: TestServer): Promise<MadeJob> {
  const uploaded = await upload(server, ['chair.png', 'stool.png']);
  await ended(server, uploaded.task_id);
  return await readMade(server, uploaded);
}

/** Reads a job over HTTP: what is said of it, a model and a photo. */
export async function readMade(server: TestServer, uploaded: Upload): Promise<MadeJob> {
  const get = async (path: string): Promise<Response> => {
    const response = await server.ask(path);
    expect(response.status, path).toBe(200);
    return response;
  };
  const { job_id: jobId, uploaded_files: files } = uploaded;
  const job = jobSchema.parse(await (await get(`/api/v1/jobs/${jobId}`)).json());
  const model = await (await get(`/api/v1/download/${jobId}/chair.glb`)).arrayBuffer();
  const photo = await (await get(`/api/v1/download/${jobId}/photos/${files[0]?.file_id}`)).arrayBuffer();
  return { upload: uploaded, job, model: Buffer.from(model), photo: Buffer.from(photo) };
}

/** A folder that a server has left, with a job in it. */
export async function leftFolder(): Promise<{ dataDir: string; made: MadeJob; database: string; files: string }> {
  const dataDir = join(await temporaryDirectory(), 'data');
  const server = await start({ dataDir });
  const made = await makeJob(server);
  await server.close(0);
  return { dataDir, made, database: join(dataDir, 'image2model.db'), files: join(dataDir, 'files') };
}

/** Starts a server there, which must know the job again: with the same ids, owner, times and bytes. */
export async function expectServed(dataDir: string, made: MadeJob): Promise<TestServer> {
  const server = await start({ dataDir });
  const again = await readMade(server, made.upload);
  expect(again.model).toEqual(made.model);
  expect(again.photo).toEqual(made.photo);
  const { tasks: _, ...same } = made.job;
  expect(again.job).toMatchObject(same);
  return server;
}
