import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../scripts/test/free-port.ts';
import type { RunningProxy } from './proxy.ts';

/** A proxy that the system has, or lacks. */
export interface Program {
  /** Why it cannot be started. */
  readonly missing: string | undefined;
  readonly version: string | undefined;
  readonly start: (options: StartOptions) => Promise<RunningProxy>;
}

/** What a run of a program is made from. Its files lie in a folder of their own, which goes with it. */
interface StartOptions {
  /** Its configuration, made from a free port and that folder. */
  configuration: (port: number, directory: string) => string;
  /** Its arguments. */
  args: (file: string, directory: string, port: number) => string[];
  scheme?: 'http' | 'https';
  /** The address that it listens on, as in a URL. */
  host?: string;
  cleartextHttp2?: boolean;
  env?: Record<string, string>;
}

/** How long one may take to listen, in ms: Varnish compiles its configuration first. */
const startsWithinMs = 60_000;

/** Looks for a program where Debian keeps it, which is not where a user's path leads. */
export function findProgram(name: string, versionArguments: readonly string[]): Program {
  const path = [name, `/usr/sbin/${name}`].find((each) => spawnSync(each, versionArguments).status === 0);
  if (path === undefined) {
    return { missing: `${name} is not installed`, version: undefined, start: () => Promise.reject(new Error(name)) };
  }
  const { stdout, stderr } = spawnSync(path, versionArguments, { encoding: 'utf8' });
  const version = /\d+\.\d+(\.\d+)?/.exec(stdout + stderr)?.[0];
  return { missing: undefined, version, start: (options) => startProgram(path, options) };
}

async function startProgram(path: string, options: StartOptions): Promise<RunningProxy> {
  const { configuration, args, scheme = 'http', host = '127.0.0.1', cleartextHttp2 = false, env } = options;
  const directory = await mkdtemp(join(tmpdir(), 'image2model-proxy-'));
  // Some of them, started by root, go on as a user of their own.
  await chmod(directory, 0o777);
  const [port, file] = [await freePort(), join(directory, 'configuration')];
  await writeFile(file, configuration(port, directory));
  const child = spawn(path, args(file, directory, port), {
    cwd: directory,
    env: { PATH: process.env.PATH, HOME: directory, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const output of [child.stdout, child.stderr]) output.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const close = async (): Promise<void> => {
    await end(child);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await listens(child, port, host.replace(/[[\]]/g, ''));
  } catch (error) {
    const log = await readFile(join(directory, 'log'), 'utf8').catch(() => '');
    await close();
    throw new Error(`${path} does not listen: ${said}${log}`, { cause: error });
  }
  return { url: `${scheme}://${host}:${port}`, cleartextHttp2, close };
}

async function listens(child: ChildProcess, port: number, host: string): Promise<void> {
  const deadline = performance.now() + startsWithinMs;
  for (;;) {
    const socket = connect(port, host);
    try {
      await once(socket, 'connect');
      socket.destroy();
      return;
    } catch (error) {
      if (child.exitCode !== null || performance.now() > deadline) throw error;
      await sleep(20);
    }
  }
}

/** By its own process, never by its name. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  // One that waits for its open streams to end waits for long.
  const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
  await gone;
  clearTimeout(timer);
}
