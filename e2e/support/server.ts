import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The real server in a process of its own, as `npm start` runs it, on a free port and a folder of its own. */
export interface RunningServer {
  readonly url: string;
  readonly pid: number;
  /** Ends it as an operator does (SIGTERM), or at once (SIGKILL), and waits for it to be gone. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
  /** Starts it again on the same port and folder. */
  restart(): Promise<void>;
  /** Ends it and removes its folder; may be called twice. */
  close(): Promise<void>;
}

const main = join(import.meta.dirname, '../../packages/server/src/main.ts');

/** On a folder of its own, or the one that the settings name. @throws if the server ends before it listens, with what it said */
export async function startServer(settings: Record<string, string> = {}): Promise<RunningServer> {
  const dataDir = settings.DATA_DIR ?? (await mkdtemp(join(tmpdir(), 'image2model-e2e-')));
  let { child, url } = await launch({ PORT: '0', LOG_LEVEL: 'warn', ...settings, DATA_DIR: dataDir });

  async function stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    }
    return child.exitCode;
  }

  return {
    get url() {
      return url;
    },
    get pid() {
      return child.pid ?? 0;
    },
    stop,
    async restart() {
      const settingsAgain = { LOG_LEVEL: 'warn', ...settings, DATA_DIR: dataDir, PORT: new URL(url).port };
      ({ child, url } = await launch(settingsAgain));
    },
    async close() {
      await stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function launch(settings: Record<string, string>): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, MALLOC_ARENA_MAX: '2', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { child, url: await addressOf(child, 'The server') };
}

/** The first address that a child names, on either output. @throws if it ends before, with what it said */
export async function addressOf(child: ChildProcess, name: string): Promise<string> {
  let said = '';
  return await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      const found = /http:\/\/[\d.]+:\d+/.exec(said)?.[0];
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code} before it listened:\n${said}`)));
  });
}
