import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { SmallDisk } from '../../../../scripts/test/small-disk.ts';
import type { FaultKind, PlannedFault } from './plan.ts';

export const leaseMs = 2500;
/** Longer than a lease. */
const freezeMs = 3200;
/** How long the disk stays full. */
const fullMs = 1500;
const program = fileURLToPath(new URL('chaos-server.ts', import.meta.url));
const minFreeBytes = 24 * 1024 * 1024;
/** A restart that the server refuses is tried again, as a supervisor would. */
const restartsAtMost = 60;

/** Runs the server, and does to it what the plan says. */
export class Supervisor {
  readonly counts: Record<FaultKind, number> = {
    kill: 0,
    'kill twice': 0,
    freeze: 0,
    stop: 0,
    'nearly full': 0,
    full: 0,
    'full and killed': 0,
  };
  /** What went wrong with the server itself. */
  readonly complaints: string[] = [];
  readonly #disk: SmallDisk;
  readonly #compileCache: string;
  #child: ChildProcess | undefined;
  #port = 0;

  constructor(disk: SmallDisk, compileCache: string) {
    this.#disk = disk;
    this.#compileCache = compileCache;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(freeBytes: number = minFreeBytes): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const said = await this.#launch(freeBytes);
      if (said === undefined) return;
      if (attempt === restartsAtMost) throw new Error(`The server does not start:\n${said}`);
      this.complaints.push(`a start was refused: ${said.trim().slice(-300)}`);
      await sleep(250);
    }
  }

  async inflict(fault: PlannedFault): Promise<void> {
    await sleep(fault.delayMs);
    this.counts[fault.kind] += 1;
    switch (fault.kind) {
      case 'kill':
        await this.end('SIGKILL');
        return await this.start();
      case 'kill twice':
        await this.end('SIGKILL');
        await this.start();
        // Time to take up what was in work.
        await sleep(fault.delayMs);
        await this.end('SIGKILL');
        return await this.start();
      case 'stop':
        this.#expect(await this.end('SIGTERM'), 0);
        return await this.start();
      case 'freeze':
        this.#child?.kill('SIGSTOP');
        await sleep(freezeMs);
        this.#child?.kill('SIGCONT');
        return;
      case 'nearly full':
        return await this.#withFullDisk(minFreeBytes / 2, false);
      case 'full':
        return await this.#withFullDisk(0, false);
      case 'full and killed':
        return await this.#withFullDisk(0, true);
    }
  }

  /** Ends the server and waits for it to be gone; its exit code. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const gone = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill(signal);
    await gone;
    return child.exitCode;
  }

  async #withFullDisk(leaveBytes: number, killed: boolean): Promise<void> {
    if (!this.#disk.isReal) {
      // Nothing can be filled: a server that wants more room than there is behaves as on a disk that is nearly full.
      await this.end('SIGKILL');
      await this.start(Number.MAX_SAFE_INTEGER);
      await this.#unready();
      await this.end('SIGKILL');
      return await this.start();
    }
    await this.#disk.fill(leaveBytes);
    await this.#unready();
    const restarted = killed ? this.end('SIGKILL').then(() => this.start()) : undefined;
    await sleep(fullMs);
    await this.#disk.free();
    await restarted;
  }

  /** With a disk that is full the server says that it takes nothing new. */
  async #unready(): Promise<void> {
    // It looks once a second at most.
    const deadline = Date.now() + 15_000;
    while (Date.now() < deadline) {
      const status = await fetch(`${this.url}/api/v1/health/readiness`).then(
        ({ status: got }) => got,
        () => 0,
      );
      if (status === 503) return;
      await sleep(50);
    }
    this.complaints.push('WRONG: ready, although the disk was full');
  }

  #expect(code: number | null, expected: number): void {
    if (code !== expected) this.complaints.push(`WRONG: ended with ${code}`);
  }

  /** Undefined once it listens; what it said where it ended instead. */
  async #launch(freeBytes: number): Promise<string | undefined> {
    const child = spawn(process.execPath, [program], {
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        NODE_COMPILE_CACHE: this.#compileCache,
        PORT: String(this.#port),
        DATA_DIR: this.#disk.directory,
        LOG_LEVEL: 'fatal',
        WORKER_CONCURRENCY: '6',
        RATE_LIMIT_PER_MINUTE: '1000000',
        CHAOS_LEASE_MS: String(leaseMs),
        CHAOS_MIN_FREE_BYTES: String(freeBytes),
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-4000);
    });
    const ended = once(child, 'close').then(() => errors);
    const listening = once(child.stdout, 'data').then(([chunk]) => {
      this.#port = Number(new URL(String(chunk).trim()).port);
      return undefined;
    });
    const said = await Promise.race([listening, ended]);
    // From now on an end that nobody asked for is a fault of the server.
    if (said === undefined) {
      child.once('exit', (code, signal) => {
        if (code !== 0 && signal !== 'SIGKILL') this.complaints.push(`WRONG: the server died (${code}): ${errors}`);
      });
    }
    return said;
  }
}
