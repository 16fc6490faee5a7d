import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { PowerDisk } from '../../../../scripts/test/power-disk.ts';

const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

const compileCache = fileURLToPath(new URL('../../../../node_modules/.cache/image2model/compiled', import.meta.url));

/** The whole server as an operator runs it, in a process that can be killed. */
export interface Product {
  /** Stays the same over restarts. */
  readonly url: string;
  readonly dataDir: string;
  /** Everything that it said on its two outputs, of all its lives. */
  said(): string;
  /** Kills it with no warning, and starts it again on the same port and folder. */
  killAndRestart(): Promise<void>;
  /** Cuts the power of its disk, and starts it on what was synced. Takes a disk. */
  cutPower(): Promise<void>;
  /** Kills it and removes its folder; may be called twice. */
  close(): Promise<void>;
}

/**
 * Its folder is temporary unless it is given a disk, which is removed with it.
 *
 * @throws where it ends before it listens, with what it said
 */
export async function startProduct(settings: Record<string, string>, disk?: PowerDisk): Promise<Product> {
  const dataDir = disk?.directory ?? (await mkdtemp(join(tmpdir(), 'image2model-product-')));
  let said = '';
  const launch = async (port: string): Promise<{ child: ChildProcess; url: string }> => {
    const child = spawn(process.execPath, [...(disk?.nodeArguments ?? []), program], {
      env: {
        PATH: process.env['PATH'],
        // As `npm start` has it.
        NODE_COMPILE_CACHE: compileCache,
        LOG_LEVEL: 'debug',
        RATE_LIMIT_PER_MINUTE: '1000000',
        ...settings,
        PORT: port,
        DATA_DIR: dataDir,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let own = '';
    const listening = Promise.withResolvers<string>();
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      own += chunk.toString();
      const found = /image2model listens on (http:\/\/\S+)/.exec(own)?.[1];
      if (found !== undefined) listening.resolve(found);
      // What counts has been seen by then; the rest is only kept in `said`.
      if (own.length > 100_000) own = '';
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) =>
      listening.reject(new Error(`The server ended with ${code} before it listened:\n${own}`)),
    );
    return { child, url: await listening.promise };
  };
  const kill = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'close');
    child.kill('SIGKILL');
    await gone;
  };
  let { child, url } = await launch('0');
  return {
    get url() {
      return url;
    },
    dataDir,
    said: () => said,
    async killAndRestart() {
      await kill(child);
      ({ child, url } = await launch(new URL(url).port));
    },
    async cutPower() {
      if (disk === undefined) throw new Error('only a disk of its own loses its power');
      await kill(child);
      await disk.cut();
      ({ child, url } = await launch(new URL(url).port));
    },
    async close() {
      await kill(child);
      await (disk?.remove() ?? rm(dataDir, { recursive: true, force: true }));
    },
  };
}
