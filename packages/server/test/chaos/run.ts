import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPowerDisk } from '../../../../scripts/test/power-disk.ts';
import type { PowerDisk } from '../../../../scripts/test/power-disk.ts';
import { picture } from '../support/server.ts';
import { checkApi, checkEngine, checkStreams, strayFiles } from './check.ts';
import { Client } from './client.ts';
import { Faults } from './faults.ts';
import { makePlan } from './plan.ts';
import type { FaultKind, Plan } from './plan.ts';
import { Supervisor } from './supervisor.ts';

export interface ChaosOptions {
  seed: number;
  jobs: number;
  /** When a run that does not come to its end is given up, in ms. */
  timeoutMs: number;
  /** Has the power cuts imitated, where they could be real. */
  imitate?: boolean;
  /** All unless given. */
  faults?: readonly FaultKind[];
}

export interface ChaosReport {
  /** Every promise that was broken; empty where all held. */
  wrong: string[];
  seconds: number;
  jobs: number;
  files: number;
  /** How files ended, by status. */
  endings: Record<string, number>;
  /** Files that took an earlier result. */
  reused: number;
  /** Whether the power cuts and full disks were real ones. */
  disk: 'real' | 'imitated';
  faults: Record<FaultKind, number>;
  connections: number;
  events: number;
  /** Answers by status; 0 where the server was gone. */
  answers: Record<number, number>;
  /** What the server warned of: how often each. */
  logged: Record<string, number>;
}

/**
 * The disk: room for the database, its log (which may be 64 MiB before it is taken in), the reserve and what has to stay
 * free, and for what jobs leave; it must not be full by itself.
 */
const diskBytes = 160 * 1024 * 1024;
const jobBytes = 150 * 1024;
/** Clients that upload at once; each goes on with the next job when its upload was accepted. */
const lanes = 6;
/**
 * How long files of nobody may take to be removed after a start, in ms: those of an attempt that lost its lease are its
 * own to remove for half a minute, and only then everybody's.
 */
const cleanUpMs = 45_000;

interface Parts {
  disk: PowerDisk;
  supervisor: Supervisor;
  client: Client;
  faults: Faults;
  /** What goes on beside the uploads and has to come to its end too. */
  following: Promise<void>[];
  signal: AbortSignal;
}

/** Runs the plan of a seed against a real server in a process of its own, and looks at what is left. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, jobs: jobCount, timeoutMs, imitate = false } = options;
  const disk = await createPowerDisk(diskBytes + jobCount * jobBytes, { imitate });
  const scratch = await mkdtemp(join(tmpdir(), 'image2model-chaos-'));
  const supervisor = new Supervisor(disk, scratch);
  const signal = AbortSignal.timeout(timeoutMs);
  const client = new Client({ url: () => supervisor.url, picture: await picture(), signal });
  const following: Promise<void>[] = [];
  const faults = new Faults({ supervisor, disk, client, alongside: (work) => void following.push(work) });
  const parts = { disk, supervisor, client, faults, following, signal };
  const wrong: string[] = [];
  const at = performance.now();
  try {
    await supervisor.start();
    await carryOut(makePlan(seed, jobCount, options.faults), parts);
    if (signal.aborted) wrong.push(`the run was not over after ${timeoutMs} ms`);
    if (client.jobs.length !== jobCount) wrong.push(`${client.jobs.length} of ${jobCount} uploads were accepted`);
    wrong.push(...(await lookAround(parts)));
  } finally {
    await supervisor.end('SIGKILL');
    await disk.remove();
    await rm(scratch, { recursive: true, force: true });
  }
  wrong.push(...client.complaints, ...supervisor.complaints);
  return { wrong, seconds: Math.round((performance.now() - at) / 1000), ...sumUp(parts) };
}

/** Uploads the jobs in a few lanes, and does in between to the server what the plan says. */
async function carryOut({ jobs, faults }: Plan, parts: Parts): Promise<void> {
  const { client, following, signal } = parts;
  const waiting = [...jobs];
  let accepted = 0;
  let tell = (): void => undefined;
  const upload = async (): Promise<void> => {
    for (let planned = waiting.shift(); planned && !signal.aborted; planned = waiting.shift()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      following.push(
        client.run(planned, () => {
          accepted += 1;
          tell();
          resolve();
        }),
      );
      await Promise.race([promise, following.at(-1)]);
    }
  };
  const inflict = async (): Promise<void> => {
    for (const fault of faults) {
      while (accepted < fault.afterUploads && !signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<void>();
        tell = resolve;
        await Promise.race([promise, sleep(1000)]);
      }
      if (!signal.aborted) await parts.faults.inflict(fault);
    }
  };
  await Promise.all([inflict(), ...Array.from({ length: lanes }, upload)]);
  await Promise.all(following);
}

/** What was promised and is not so, once all is over. */
async function lookAround({ disk, supervisor, client, signal }: Parts): Promise<string[]> {
  const wrong: string[] = [];
  // One more death, so that what is removed at a start is looked for with nothing under way.
  await supervisor.end('SIGKILL');
  await supervisor.start();
  wrong.push(...checkStreams(client.jobs), ...(await health(supervisor.url)));
  // Asks no more once the time is over.
  if (!signal.aborted) wrong.push(...(await checkApi(client)));
  let stray = await strayFiles(disk.directory, client.jobs);
  for (const deadline = Date.now() + cleanUpMs; stray.length > 0 && Date.now() < deadline;) {
    await sleep(100);
    stray = await strayFiles(disk.directory, client.jobs);
  }
  const deleted = client.jobs.filter((job) => job.deleted).map(({ upload }) => upload.job_id);
  const wasDeleted = (key: string): boolean => deleted.some((id) => key.includes(id));
  wrong.push(...stray.map((key) => `${key} belongs to nobody${wasDeleted(key) ? ' (its job was deleted)' : ''}`));
  const code = await supervisor.end('SIGTERM');
  if (code !== 0) wrong.push(`the server ended with ${code}`);
  wrong.push(...(await checkEngine(disk.directory, client.jobs)));
  return wrong;
}

function sumUp({ disk, supervisor, client, faults }: Parts): Omit<ChaosReport, 'wrong' | 'seconds'> {
  const followed = client.jobs.flatMap((job) => job.followed);
  const files = followed.flatMap((task) => [...task.files.values()]);
  const endings = Object.groupBy(files, ({ status, code }) => (code === undefined ? status : `${status} ${code}`));
  return {
    jobs: client.jobs.length,
    files: client.jobs.reduce((sum, { upload }) => sum + upload.total_files, 0),
    endings: Object.fromEntries(Object.entries(endings).map(([status, ended]) => [status, ended?.length ?? 0])),
    reused: files.filter(({ result }) => result?.reused).length,
    disk: disk.isReal ? 'real' : 'imitated',
    faults: faults.counts,
    connections: followed.reduce((sum, { connections }) => sum + connections, 0),
    events: followed.reduce((sum, { events }) => sum + events, 0),
    answers: Object.fromEntries(client.answers),
    logged: supervisor.logged,
  };
}

async function health(url: string): Promise<string[]> {
  // Looked at once a second at most: the first answer may be from before.
  await sleep(1100);
  const response = await fetch(`${url}/api/v1/health/readiness`);
  return response.status === 200 ? [] : [`not ready at the end: ${await response.text()}`];
}
