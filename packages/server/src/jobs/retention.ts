import type { BaseLogger } from 'pino';
import type { Engine } from '../engine/contract.ts';
import { Ages } from '../files/ages.ts';
import type { FileStore } from '../files/contract.ts';
import type { Marker } from '../identity/marker.ts';
import { trashOrphans } from './orphans.ts';
import { removeJob } from './remove-job.ts';

interface RetentionOptions {
  engine: Pick<Engine, 'finishedJobs' | 'deleteJob' | 'unknownJobs' | 'exclusively'>;
  files: Pick<
    FileStore,
    'removePrefix' | 'areRemovalsHeld' | 'list' | 'stat' | 'trash' | 'emptyTrash' | 'spool' | 'requireRoom'
  >;
  marker: Pick<Marker, 'move'>;
  retentionHours: number;
  /** Files of no job are removed when this process has seen them for so long, in ms. */
  orphanAgeMs?: number | undefined;
  log: Pick<BaseLogger, 'info' | 'warn' | 'error'>;
  /** How often to look, in ms. */
  everyMs?: number | undefined;
}

/** How often finished jobs are looked through, in ms: ten minutes. */
export const defaultSweepMs = 600_000;
/** Jobs read at once; what is removed is never in memory as a whole. */
const step = 50;
const strangersText =
  'There are files of jobs that the database does not know. They stay; "image2model adopt" takes such jobs up again';
const hourMs = 3_600_000;
/** How long what belongs to no job stays in the trash, in ms: a day. */
const trashMs = 24 * hourMs;

/**
 * Removes jobs that are older than they are kept, and files that belong to none: now and from then on every so often, by
 * one process of the store at a time. A job that cannot be removed is left to the next time. `close` resolves when the job
 * at hand is done, and may be called twice.
 */
export function startRetention(options: RetentionOptions): { close(): Promise<void> } {
  const { engine, files, marker, retentionHours, orphanAgeMs: minAgeMs, log, everyMs = defaultSweepMs } = options;
  const ages = new Ages();
  const stop = new AbortController();
  const { signal } = stop;
  /** Jobs that were spoken of already. */
  let known: ReadonlySet<string> = new Set();
  const cleanUp = async (): Promise<void> => {
    const { trashed, left } = await trashOrphans(options, { signal, minAgeMs, ages });
    if (trashed > 0) log.info({ orphans: trashed }, 'files of uploads that were interrupted are in the trash');
    const news = left.filter((jobId) => !known.has(jobId));
    known = new Set(left);
    if (news.length > 0) log.warn({ jobs: news }, strangersText);
    await files.emptyTrash((await hasRoom(files)) ? trashMs : 0);
    const removed = await removeFinished(options, retentionHours * hourMs, signal);
    if (removed > 0) log.info({ removed }, 'removed jobs that were kept long enough');
  };
  const sweep = async (): Promise<void> => {
    try {
      await engine.exclusively('clean-up', cleanUp);
    } catch (error) {
      log.error({ err: error }, 'jobs could not be removed');
    }
  };
  const moveEpoch = async (): Promise<void> => {
    await marker.move().catch((error: unknown) => log.error({ err: error }, 'the epoch stays as it is'));
  };
  let running = sweep();
  const timer = setInterval(() => {
    running = running.then(moveEpoch).then(sweep);
  }, everyMs);
  return {
    async close() {
      clearInterval(timer);
      stop.abort();
      await running;
    },
  };
}

/** Nobody was promised what is in the trash: it goes early where room is short. */
async function hasRoom(files: Pick<FileStore, 'requireRoom'>): Promise<boolean> {
  return await files.requireRoom().then(
    () => true,
    () => false,
  );
}

/** Removes the jobs that ended at least `ageMs` ago and says how many they were. */
export async function removeFinished(
  context: {
    engine: Pick<Engine, 'finishedJobs' | 'deleteJob'>;
    files: Pick<FileStore, 'removePrefix' | 'areRemovalsHeld'>;
  },
  ageMs: number,
  signal: AbortSignal,
): Promise<number> {
  let removed = 0;
  while (!signal.aborted) {
    const due = await context.engine.finishedJobs(ageMs, step);
    let gone = 0;
    for (const jobId of due) {
      if (signal.aborted) break;
      if ((await removeJob(context, jobId)) !== 'running') gone += 1;
    }
    removed += gone;
    // A job that was started again meanwhile stays; nothing new to do means that all is done.
    if (due.length < step || gone === 0) break;
  }
  return removed;
}
