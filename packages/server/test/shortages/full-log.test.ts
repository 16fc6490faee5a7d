import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { describe, expect, it, onTestFinished } from 'vitest';

const program = resolve(import.meta.dirname, '../../src/main.ts');
/** What is written here fails as on a disk without room. */
const full = '/dev/full';

/** The server cannot say which one it got. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Runs a server with both outputs on a full disk, and asks it to stop once it answers; gives its exit code. */
async function codeWithFullOutputs(env: Record<string, string> = {}): Promise<number | null> {
  const port = await freePort();
  const dataDir = await mkdtemp(join(tmpdir(), 'image2model-full-log-'));
  const output = openSync(full, 'w');
  const child = spawn(process.execPath, [program], {
    env: { PATH: process.env['PATH'], PORT: String(port), DATA_DIR: dataDir, LOG_LEVEL: 'debug', ...env },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await rm(dataDir, { recursive: true, force: true });
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const address = `http://127.0.0.1:${port}/api/v1/health/liveness`;
  while (child.exitCode === null && !(await fetch(address).catch(() => undefined))?.ok);
  child.kill('SIGTERM');
  return (await exited)[0];
}

describe.runIf(existsSync(full))('a log, and an output, on a disk without room', () => {
  it('lets the server answer, and end when it is asked to', async () => {
    expect(await codeWithFullOutputs()).toBe(0);
  }, 30_000);

  it('does not change the exit code of a start that is refused', async () => {
    expect(await codeWithFullOutputs({ MAX_STREAM: '3' })).toBe(2);
  }, 30_000);
});
