import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PowerDisk } from '../../../../scripts/test/power-disk.ts';
import { setWallClock, wallClock } from '../support/set-wall-clock.ts';
import type { Command } from './chaos-server.ts';

export const leaseMs = 2500;
export const minFreeBytes = 24 * 1024 * 1024;
/** So few that some connections use them up. */
export const maxDescriptors = 1024;
const program = fileURLToPath(new URL('chaos-server.ts', import.meta.url));
/** A start that the server refuses is tried again, as a supervisor would; it must not refuse any. */
const restartsAtMost = 60;

/** Runs the server on a disk, and notices when it ends without being asked to. */
export class Supervisor {
  /** What went wrong with the server itself. */
  readonly complaints: string[] = [];
  /** Warnings and errors that it logged: how often each. They tell why something went wrong. */
  readonly logged: Record<string, number> = {};
  readonly #disk: PowerDisk;
  readonly #scratch: string;
  #child: ChildProcess | undefined;
  #port = 0;

  /** `scratch` is a folder for what the server keeps beside its data. */
  constructor(disk: PowerDisk, scratch: string) {
    this.#disk = disk;
    this.#scratch = scratch;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get #clock(): string {
    return join(this.#scratch, 'clock');
  }

  get port(): number {
    return this.#port;
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

  /** Takes the power from server and disk: of what nobody has synced, nothing is left. */
  async cutPower(): Promise<void> {
    await this.end('SIGKILL');
    await this.#disk.cut();
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  /** Sets the clock of the server, and of those that are started after it, to so many ms ahead of the machine's. */
  async setClock(aheadMs: number): Promise<void> {
    await setWallClock(this.#clock, aheadMs, this.#child);
  }

  tell(command: Command): void {
    this.#child?.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  /** Whether a line is one of its log. */
  #hear(line: string): boolean {
    if (!line.startsWith('{"level":')) return false;
    const { msg, code, err } = JSON.parse(line) as { msg?: string; code?: string; err?: { message: string } };
    const said = [msg, code, err?.message].filter((part) => part !== undefined).join(': ');
    const known = said.replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, '…');
    this.logged[known] = (this.logged[known] ?? 0) + 1;
    return true;
  }

  /** Undefined once it listens; what it said where it ended instead. */
  async #launch(freeBytes: number): Promise<string | undefined> {
    // Node would raise a limit that is only the soft one.
    const limited = ['-c', `ulimit -n ${maxDescriptors} && exec "$0" "$@"`, process.execPath];
    const child = spawn('sh', [...limited, ...this.#disk.nodeArguments, '--import', wallClock.href, program], {
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        NODE_COMPILE_CACHE: join(this.#scratch, 'compiled'),
        PORT: String(this.#port),
        DATA_DIR: this.#disk.directory,
        LOG_LEVEL: 'warn',
        WORKER_CONCURRENCY: '6',
        RATE_LIMIT_PER_MINUTE: '1000000',
        CHAOS_LEASE_MS: String(leaseMs),
        CHAOS_MIN_FREE_BYTES: String(freeBytes),
        WALL_CLOCK_FILE: this.#clock,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    // A command to one that has just died is lost with it.
    child.stdin.on('error', () => undefined);
    let errors = '';
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (!this.#hear(line)) errors = `${errors}${line}\n`.slice(-4000);
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
        if (code !== 0 && signal !== 'SIGKILL') this.complaints.push(`the server died (${code}): ${errors}`);
      });
    }
    return said;
  }
}
