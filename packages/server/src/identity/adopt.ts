import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { createKeyring } from '../auth/keys.ts';
import { openOwner } from '../auth/request.ts';
import type { Config } from '../config.ts';
import { placesIn } from '../data-dir.ts';
import type { Engine } from '../engine/contract.ts';
import { createSqliteEngine } from '../engine/sqlite/engine.ts';
import { DatabaseDamagedError } from '../engine/sqlite/inspect.ts';
import type { DatabaseFacts } from '../engine/sqlite/inspect.ts';
import type { FileStore } from '../files/contract.ts';
import { createDiskStore } from '../files/disk.ts';
import { makeForOwner } from '../files/lock-file.ts';
import { jobPrefix } from '../files/keys.ts';
import { FileMarkError, fileMarkKey, readFileMark, storedJobs } from './file-mark.ts';
import { createMarker } from './marker.ts';
import { readStoredJob } from './stored-job.ts';

type AdoptConfig = Pick<Config, 'dataDir' | 'apiKeys' | 'adminApiKeys' | 'model' | 'retentionHours'>;

interface AdoptOptions {
  config: AdoptConfig;
  /** Takes one line at a time. */
  print: (line: string) => void;
}

/** What the engine is opened with; its clock stands at the time of what is taken up. */
interface Adoption extends AdoptOptions {
  engine: Engine;
  files: FileStore;
  clock: { at: number | undefined };
}

/** How many jobs were taken up, and of how many folders nothing could be. */
interface Adopted {
  takenUp: number;
  left: number;
}

/** The database is of another file store. */
class OtherDatabaseError extends Error {
  override readonly name = 'OtherDatabaseError';
}

const hourMs = 3_600_000;

/**
 * Takes up the jobs whose files the database does not know as finished jobs again, and makes database and files belong
 * together. A database that is damaged, or of other files, is put aside. The server must be stopped.
 */
export async function adopt({ config, print }: AdoptOptions): Promise<Adopted> {
  const { database, files: directory } = placesIn(config.dataDir);
  // A database without its files is gone on with.
  if (!existsSync(directory) && !existsSync(database)) {
    throw new Error(`${directory} does not exist: there is nothing to take up`);
  }
  const files = createDiskStore({ directory, minFreeBytes: 0 });
  const clock: Adoption['clock'] = { at: undefined };
  const { engine, unknown, isMarked } = await openUsable(database, files, clock, print);
  try {
    const adopted = await takeUp({ config, print, engine, files, clock }, unknown);
    clock.at = undefined;
    if (!isMarked) await createMarker({ engine, files }).move();
    const total = `took up ${counted(adopted.takenUp, 'job')}`;
    print(adopted.left === 0 ? total : `${total}, left ${counted(adopted.left, 'folder')}`);
    return adopted;
  } finally {
    await engine.close();
    await files.close();
  }
}

interface Usable {
  engine: Engine;
  /** Jobs that there are files of, and that the database does not know. */
  unknown: string[];
  /** Whether database and files belong together already. */
  isMarked: boolean;
}

/** Opens the database, or a new one where it cannot be used. */
async function openUsable(
  file: string,
  files: FileStore,
  clock: Adoption['clock'],
  print: AdoptOptions['print'],
): Promise<Usable> {
  let unknown: string[] = [];
  let isMarked = false;
  const admit = async (facts: DatabaseFacts): Promise<void> => {
    const fileMark = await readFileMark(files).catch(async (error: unknown) => {
      if (!(error instanceof FileMarkError)) throw error;
      await files.remove(fileMarkKey);
      return undefined;
    });
    const { mark } = facts;
    if (mark && fileMark && mark.identity !== fileMark.identity) throw new OtherDatabaseError();
    isMarked = mark !== undefined && (mark.epoch === fileMark?.epoch || mark.epochBefore === fileMark?.epoch);
    unknown = facts.unknownJobs(await Array.fromAsync(storedJobs(files)));
  };
  const open = async () => {
    makeForOwner(file);
    return await createSqliteEngine({ file, admit, now: () => clock.at ?? Date.now() });
  };
  const engine = await open().catch(async (error: unknown) => {
    if (error instanceof DatabaseDamagedError && error.isOnlyOlder) {
      await rm(`${file}-shm`, { force: true });
      return await open();
    }
    if (!(error instanceof DatabaseDamagedError || error instanceof OtherDatabaseError)) throw error;
    await putAside(file, print);
    return await open();
  });
  return { engine, unknown, isMarked };
}

async function putAside(file: string, print: AdoptOptions['print']): Promise<void> {
  const aside = `${file}.aside-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  for (const part of ['', '-wal', '-shm']) {
    if (existsSync(file + part)) await rename(file + part, aside + part);
  }
  print(`put aside ${file}, which cannot be used, as ${aside}`);
}

async function takeUp(adoption: Adoption, jobIds: readonly string[]): Promise<Adopted> {
  const { config, print } = adoption;
  const unknowns = { owner: ownerWithoutManifest(config), model: config.model };
  const adopted: Adopted = { takenUp: 0, left: 0 };
  let old = 0;
  for (const jobId of jobIds.toSorted()) {
    try {
      const line = await takeUpOne(adoption, jobId, unknowns);
      if ((adoption.clock.at ?? Infinity) < Date.now() - config.retentionHours * hourMs) old += 1;
      print(line);
      adopted.takenUp += 1;
    } catch (error) {
      print(`left ${jobPrefix(jobId)}: ${error instanceof Error ? error.message : String(error)}`);
      adopted.left += 1;
    }
  }
  if (old > 0) {
    print(
      `${old} of them ended over RETENTION_HOURS=${config.retentionHours} ago and go with the next start: raise it`,
    );
  }
  return adopted;
}

async function takeUpOne(
  { engine, files, clock }: Adoption,
  jobId: string,
  unknowns: { owner: string; model: string },
): Promise<string> {
  const stored = await readStoredJob(files, jobId, unknowns);
  if (stored === undefined) throw new Error('there is no photo and no model in it');
  const { job, finishedAt, hasManifest } = stored;
  clock.at = finishedAt ?? undefined;
  await engine.submit(job);
  const found = `${counted(job.files.length, 'photo')}, ${counted(job.results?.size ?? 0, 'model')}`;
  const guessed = hasManifest ? '' : `; whose it is was not written down: it goes to ${unknowns.owner}`;
  return `took up job ${jobId}: ${found}${guessed}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** Everybody of an open server; otherwise the holder of the first key. */
function ownerWithoutManifest({ apiKeys, adminApiKeys }: AdoptConfig): string {
  const [first] = [...apiKeys, ...adminApiKeys];
  return (first !== undefined && createKeyring({ apiKeys, adminApiKeys }).identify(first)?.owner) || openOwner;
}
