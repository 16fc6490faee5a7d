import process from 'node:process';
import { inspect } from 'node:util';
import { ConfigError, readConfig } from './config.ts';
import { errnoOf, isFull } from './files/errno.ts';
import { createLog } from './log.ts';
import type { Log } from './log.ts';
import { shortageOf } from './shortage.ts';
import { startServer } from './compose.ts';
import type { Server } from './compose.ts';

/** How long running work may go on after a signal, in ms; what is not done then is handed back and done later. */
const graceMs = 10_000;

/**
 * Serves until a signal asks to stop. Gives the exit code: 0 asked to stop, 1 broken, 2 a setting is wrong. A second
 * signal ends the process at once.
 */
export async function serve(env: Readonly<Record<string, string | undefined>>): Promise<number> {
  surviveFullOutput();
  let server: Server;
  try {
    const config = readConfig(env);
    const log = createLog({ level: config.logLevel });
    surviveShortages(log);
    server = await startServer({ config, log });
  } catch (error) {
    if (error instanceof ConfigError) {
      process.stderr.write(`image2model cannot start: ${error.message}\n`);
      return 2;
    }
    // What a step of the start throws is a sentence; where it came from helps whoever works on the program.
    const reason = reasonOf(error, env['DATA_DIR']);
    process.stderr.write(`image2model cannot start: ${reason}\n`);
    const curious = env['LOG_LEVEL'] === 'debug' || env['LOG_LEVEL'] === 'trace';
    if (curious && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return 1;
  }
  process.stdout.write(`image2model listens on ${server.address}\n`);
  await stopSignal();
  // The second signal has no listener any more: it ends the process at once, and the next start takes up the work.
  await server.close(graceMs);
  return 0;
}

/** What the system says names a call; a person needs the path, and what to do. */
function reasonOf(error: unknown, dataDir = ''): string {
  if (!(error instanceof Error)) return String(error);
  if (isFull(error))
    return `there is no room left on the disk of ${dataDir.trim() || 'DATA_DIR'}: free at least 24 MiB`;
  const isDenied = ['EACCES', 'EPERM', 'EROFS'].includes(errnoOf(error) ?? '');
  return isDenied && 'path' in error ? `${String(error.path)} may not be written by this user` : error.message;
}

/**
 * What nobody was there to catch ends the process, as ever, unless the machine was merely short of something: then it may
 * be well in a moment, and the work that was under way is better off with a server that goes on.
 */
function surviveShortages(log: Log): void {
  process.on('uncaughtException', (error) => {
    if (shortageOf(error) === undefined && !isFull(error)) {
      process.stderr.write(`${inspect(error)}\n`);
      process.exit(1);
    }
    log.error({ err: error }, 'The server is short of something; it goes on');
  });
}

/** What is said here may go to a file, on a disk that is full: the exit code still tells what happened. */
function surviveFullOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

async function stopSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  process.once('SIGTERM', resolve);
  process.once('SIGINT', resolve);
  await promise;
  process.removeListener('SIGTERM', resolve);
  process.removeListener('SIGINT', resolve);
}
