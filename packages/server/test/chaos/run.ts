import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSmallDisk } from '../../../../scripts/test/small-disk.ts';
import { picture } from '../support/server.ts';
import { checkApi, checkEngine, checkStreams, strayFiles } from './check.ts';
import { Client } from './client.ts';
import { makePlan } from './plan.ts';
import type { FaultKind } from './plan.ts';
import { Supervisor } from './supervisor.ts';

export interface ChaosOptions {
  seed: number;
  jobs: number;
  /** When a run that does not come to its end is given up, in ms. */
  timeoutMs: number;
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
  faults: Record<FaultKind, number>;
  connections: number;
  events: number;
  /** Answers by status; 0 where the server was gone. */
  answers: Record<number, number>;
  refusedStarts: string[];
}

/** The disk: room for the database and its log, and for what jobs leave; it must not be full by itself. */
const diskBytes = 96 * 1024 * 1024;
const jobBytes = 150 * 1024;
/** Clients that upload at once; each goes on with the next job when its upload was accepted. */
const lanes = 6;
/**
 * How long files of nobody may take to be removed after a start, in ms: those of an attempt that lost its lease are its
 * own to remove for half a minute, and only then everybody's.
 */
const cleanUpMs = 45_000;

/** Runs the plan of a seed against a real server in a process of its own, and looks at what is left. */
export async function runChaos({ seed, jobs: jobCount, timeoutMs }: ChaosOptions): Promise<ChaosReport> {
  const plan = makePlan(seed, jobCount);
  const disk = await createSmallDisk(diskBytes + jobCount * jobBytes);
  const compileCache = await mkdtemp(join(tmpdir(), 'image2model-chaos-cache-'));
  const supervisor = new Supervisor(disk, compileCache);
  const signal = AbortSignal.timeout(timeoutMs);
  const client = new Client({ url: () => supervisor.url, picture: await picture(), signal });
  const wrong: string[] = [];
  const at = performance.now();
  try {
    await supervisor.start();
    const following: Promise<void>[] = [];
    const waiting = [...plan.jobs];
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
      for (const fault of plan.faults) {
        while (accepted < fault.afterUploads && !signal.aborted) {
          const { promise, resolve } = Promise.withResolvers<void>();
          tell = resolve;
          await Promise.race([promise, sleep(1000)]);
        }
        if (!signal.aborted) await supervisor.inflict(fault);
      }
    };
    await Promise.all([inflict(), ...Array.from({ length: lanes }, upload)]);
    await Promise.all(following);
    if (signal.aborted) wrong.push(`the run was not over after ${timeoutMs} ms`);
    if (client.jobs.length !== jobCount) wrong.push(`${client.jobs.length} of ${jobCount} uploads were accepted`);

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
    wrong.push(...stray.map((key) => `${key} belongs to nobody`));
    const code = await supervisor.end('SIGTERM');
    if (code !== 0) wrong.push(`the server ended with ${code}`);
    wrong.push(...(await checkEngine(disk.directory, client.jobs)));
  } finally {
    await supervisor.end('SIGKILL');
    await disk.remove();
    await rm(compileCache, { recursive: true, force: true });
  }
  wrong.push(...client.complaints, ...supervisor.complaints.filter((said) => said.startsWith('WRONG')));
  const followed = client.jobs.flatMap((job) => job.followed);
  const endings = Object.groupBy(
    followed.flatMap(({ files }) => [...files.values()]),
    ({ status, code }) => (code === undefined ? status : `${status} ${code}`),
  );
  return {
    wrong,
    seconds: Math.round((performance.now() - at) / 1000),
    jobs: client.jobs.length,
    files: client.jobs.reduce((sum, { upload }) => sum + upload.total_files, 0),
    endings: Object.fromEntries(Object.entries(endings).map(([status, files]) => [status, files?.length ?? 0])),
    reused: followed.flatMap(({ files }) => [...files.values()]).filter(({ result }) => result?.reused).length,
    faults: supervisor.counts,
    connections: followed.reduce((sum, { connections }) => sum + connections, 0),
    events: followed.reduce((sum, { events }) => sum + events, 0),
    answers: Object.fromEntries(client.answers),
    refusedStarts: supervisor.complaints.filter((said) => !said.startsWith('WRONG')),
  };
}

async function health(url: string): Promise<string[]> {
  // Looked at once a second at most: the first answer may be from before.
  await sleep(1100);
  const response = await fetch(`${url}/api/v1/health/readiness`);
  return response.status === 200 ? [] : [`not ready at the end: ${await response.text()}`];
}
