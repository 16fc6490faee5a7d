import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PowerDisk } from '../../../../scripts/test/power-disk.ts';
import type { Answered, Client } from './client.ts';
import { loseFile } from './lost-files.ts';
import type { LostKind } from './lost-files.ts';
import { faultKinds } from './plan.ts';
import type { FaultKind, PlannedFault } from './plan.ts';
import type { Resource } from './shortages.ts';
import { leaseMs, maxDescriptors, minFreeBytes } from './supervisor.ts';
import type { Supervisor } from './supervisor.ts';

const freezeMs = leaseMs + 700;
/** How long the disk stays full. */
const fullMs = 1500;
/** How long something else is short. */
const shortMs = 1500;
/** How long a cut waits for the answer after which it is to come. */
const answerWithinMs = 4000;
const hourMs = 3_600_000;

interface FaultsOptions {
  supervisor: Supervisor;
  disk: PowerDisk;
  client: Client;
  /** Is given what goes on while the next faults come. */
  alongside: (work: Promise<void>) => void;
}

/** Does to the server what the plan says. */
export class Faults {
  readonly counts = Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  readonly #supervisor: Supervisor;
  readonly #disk: PowerDisk;
  readonly #client: Client;
  readonly #alongside: (work: Promise<void>) => void;

  constructor({ supervisor, disk, client, alongside }: FaultsOptions) {
    this.#supervisor = supervisor;
    this.#disk = disk;
    this.#client = client;
    this.#alongside = alongside;
  }

  async inflict({ kind, delayMs }: PlannedFault): Promise<void> {
    await sleep(delayMs);
    this.counts[kind] += 1;
    const supervisor = this.#supervisor;
    switch (kind) {
      case 'kill':
        await supervisor.end('SIGKILL');
        return await supervisor.start();
      case 'kill twice':
        await supervisor.end('SIGKILL');
        await supervisor.start();
        // Time to take up what was in work.
        await sleep(delayMs);
        await supervisor.end('SIGKILL');
        return await supervisor.start();
      case 'stop':
        this.#expect(await supervisor.end('SIGTERM'), 0);
        return await supervisor.start();
      case 'freeze':
        supervisor.signal('SIGSTOP');
        await sleep(freezeMs);
        supervisor.signal('SIGCONT');
        return;
      case 'nearly full':
        return await this.#withFullDisk(minFreeBytes / 2);
      case 'full':
        return await this.#withFullDisk(0);
      case 'full and killed':
        return await this.#withFullDisk(0, () => supervisor.end('SIGKILL'));
      case 'full and cut':
        return await this.#withFullDisk(0, () => supervisor.cutPower());
      case 'power cut after an upload':
        return await this.#cutAfter('upload');
      case 'power cut after a cancel':
        return await this.#cutAfter('cancel');
      case 'power cut after a retry':
        return await this.#cutAfter('retry');
      case 'power cut after a delete':
        return await this.#cutAfter('delete');
      case 'power cut twice':
        await this.#cutAfter('upload');
        await sleep(delayMs);
        await supervisor.cutPower();
        return await supervisor.start();
      case 'clock back':
        return await supervisor.setClock(-hourMs);
      case 'clock forward':
        return await supervisor.setClock(24 * hourMs);
      case 'clock back while down':
        return await this.#setClockWhileDown(-hourMs);
      case 'clock forward while down':
        return await this.#setClockWhileDown(24 * hourMs);
      case 'idle connections':
        return await this.#connectIdly();
      case 'no descriptors':
        return await this.#take('descriptors');
      case 'no threads':
        return await this.#take('threads');
      case 'photo deleted':
      case 'model altered':
        return void (await loseFile(kind, this.#disk.directory, this.#client));
      case 'model deleted':
      case 'model truncated':
        return await this.#loseAndMakeAgain(kind);
    }
  }

  /** At the very moment at which the answer is there. */
  async #cutAfter(answered: Answered): Promise<void> {
    const late = AbortSignal.timeout(answerWithinMs);
    await once(this.#client.events, answered, { signal: late }).catch(() => undefined);
    await this.#supervisor.cutPower();
    await this.#supervisor.start();
  }

  async #withFullDisk(leaveBytes: number, end?: () => Promise<unknown>): Promise<void> {
    const supervisor = this.#supervisor;
    if (!this.#disk.isReal) {
      // Nothing can be filled: a server that wants more room than there is behaves as on a disk that is nearly full.
      await supervisor.end('SIGKILL');
      await supervisor.start(Number.MAX_SAFE_INTEGER);
      await this.#unready();
      await (end?.() ?? supervisor.end('SIGKILL'));
      return await supervisor.start();
    }
    await this.#disk.fill(leaveBytes);
    await this.#unready();
    const ended = await end?.().then(() => 'ended' as const);
    const restarted = ended && supervisor.start();
    await sleep(fullMs);
    await this.#disk.free();
    await restarted;
  }

  /** With a disk that is full the server says that it takes nothing new. */
  async #unready(): Promise<void> {
    // It looks once a second at most.
    const deadline = performance.now() + 15_000;
    while (performance.now() < deadline) {
      const status = await fetch(`${this.#supervisor.url}/api/v1/health/readiness`).then(
        ({ status: got }) => got,
        () => 0,
      );
      if (status === 503) return;
      await sleep(50);
    }
    this.#supervisor.complaints.push('ready, although the disk was full');
  }

  async #setClockWhileDown(aheadMs: number): Promise<void> {
    await this.#supervisor.end('SIGKILL');
    await this.#supervisor.setClock(aheadMs);
    await this.#supervisor.start();
  }

  async #take(resource: Resource): Promise<void> {
    this.#supervisor.tell({ take: resource, forMs: shortMs });
    await sleep(shortMs);
  }

  /** More connections than the server may have descriptors, and not a byte on any of them. */
  async #connectIdly(): Promise<void> {
    const sockets = Array.from({ length: maxDescriptors + 76 }, (): Socket => {
      const socket = connect(this.#supervisor.port, '127.0.0.1');
      return socket.on('error', () => undefined);
    });
    await sleep(shortMs);
    for (const socket of sockets) socket.destroy();
  }

  async #loseAndMakeAgain(kind: LostKind): Promise<void> {
    const job = await loseFile(kind, this.#disk.directory, this.#client);
    if (job !== undefined) this.#alongside(this.#client.makeAgain(job));
  }

  #expect(code: number | null, expected: number): void {
    if (code !== expected) this.#supervisor.complaints.push(`the server ended with ${code}`);
  }
}
