import process from 'node:process';
import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';

/** What everything in the server logs to. */
export type Log = Logger;

interface LogOptions {
  level: string;
  /** Where the lines go; standard error unless given, since standard output is for what a person asked for. */
  destination?: DestinationStream;
}

/** JSON lines. A request is logged by its path alone: the query may hold a key or a ticket, the head holds more. */
export function createLog({ level, destination }: LogOptions): Log {
  return pino(
    {
      level,
      base: null,
      serializers: {
        req: (request: { method?: string; url?: string }) => ({ method: request.method, path: pathOf(request.url) }),
        res: (reply: { statusCode?: number }) => ({ status: reply.statusCode }),
      },
    },
    destination ?? gathered(standardError()),
  );
}

/** A line that cannot be written, because the disk that it is redirected to is full, is no reason to stop. */
function standardError(): ReturnType<typeof pino.destination> {
  return pino.destination(2).on('error', () => undefined);
}

/** A URL without its query. */
export function pathOf(url: string | undefined): string {
  return (url ?? '').split(/[?#]/, 1)[0] ?? '';
}

/** How long a line may wait for more, in ms, and after how many characters they leave at once. */
const gatherMs = 20;
const maxGathered = 65_536;

/**
 * Writes lines together: each write goes through the thread pool, which is an eighth of what opening a stream costs.
 * A process that exits writes what it has.
 */
function gathered(destination: ReturnType<typeof pino.destination>): DestinationStream {
  let lines = '';
  let timer: NodeJS.Timeout | undefined;
  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    destination.write(lines);
    lines = '';
  }
  process.on('exit', () => {
    flush();
    destination.flushSync();
  });
  return {
    write(line) {
      lines += line;
      if (lines.length > maxGathered) flush();
      else timer ??= setTimeout(flush, gatherMs);
    },
  };
}
