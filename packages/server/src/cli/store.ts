import process from 'node:process';
import { backUp } from '../backup/backup.ts';
import { check } from '../backup/check.ts';
import { FailedError, inWords, RefusedError } from '../backup/errors.ts';
import { restore } from '../backup/restore.ts';
import { readConfig } from '../config.ts';
import { exitCodes } from './exit.ts';

/** Writes a backup of `DATA_DIR`, and says in a line what it came to. Gives the exit code. */
export async function runBackup(target: string): Promise<number> {
  return await run(async (dataDir, signal) => {
    const { jobs, files, bytes, missing } = await backUp({ dataDir, target, signal });
    const size = `${(bytes / 1e6).toFixed(1)} MB`;
    process.stdout.write(`${target}: ${count(jobs, 'job')}, ${count(files, 'file')}, ${size}${lostOf(missing)}\n`);
    return missing.length === 0;
  });
}

/** Puts a backup into `DATA_DIR`, and says in a line what it came to. Gives the exit code. */
export async function runRestore(backup: string, { force }: { force: boolean }): Promise<number> {
  return await run(async (dataDir, signal) => {
    const { jobs, files, missing, movedTo } = await restore({ backup, dataDir, force, signal });
    const moved = movedTo === undefined ? '' : `; the previous contents are in ${movedTo}`;
    process.stdout.write(`${dataDir}: ${count(jobs, 'job')}, ${count(files, 'file')}${lostOf(missing)}${moved}\n`);
    return missing.length === 0;
  });
}

/** Checks `DATA_DIR`: a line for each fault, and one for all. Gives the exit code. */
export async function runCheck({ fix }: { fix: boolean }): Promise<number> {
  return await run(async (dataDir, signal) => {
    const { photos, faults, mendable } = await check({ dataDir, fix, signal, print });
    const all = `${dataDir}: ${count(photos, 'photo')} and their results`;
    if (faults === 0) print(`${all}, no faults found`);
    else print(`${all}, ${count(faults, 'fault')}, ${mendable} ${fix ? 'fixed' : 'can be fixed with --fix'}`);
    return faults === 0 || (fix && mendable === faults);
  });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs a command on `DATA_DIR` that a signal ends; a second one ends the process. */
async function run(work: (dataDir: string, signal: AbortSignal) => Promise<boolean>): Promise<number> {
  const { dataDir } = readConfig(process.env);
  const stop = new AbortController();
  const interrupt = (): void => {
    if (stop.signal.aborted) process.exit(exitCodes.interrupted);
    stop.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    return (await work(dataDir, stop.signal)) ? exitCodes.made : exitCodes.someFailed;
  } catch (error) {
    if (stop.signal.aborted) return exitCodes.interrupted;
    const said = inWords(error);
    if (!(said instanceof RefusedError || said instanceof FailedError)) throw error;
    process.stderr.write(`image2model: ${said.message}\n`);
    return said instanceof RefusedError ? exitCodes.usage : exitCodes.someFailed;
  } finally {
    process.removeListener('SIGINT', interrupt).removeListener('SIGTERM', interrupt);
  }
}

function lostOf(missing: readonly string[]): string {
  if (missing.length === 0) return '';
  return `; ${count(missing.length, 'file')} lost or damaged, see image2model check`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
