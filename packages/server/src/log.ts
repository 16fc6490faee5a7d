import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { standardError } from './standard-error.ts';

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
        req: (request: { method?: string; url?: string }) => ({
          method: request.method,
          path: loggedPath(request.url),
        }),
        res: (reply: { statusCode?: number }) => ({ status: reply.statusCode }),
      },
    },
    destination ?? standardError(),
  );
}

/** A URL without its query. */
export function pathOf(url: string | undefined): string {
  return (url ?? '').split(/[?#]/, 1)[0] ?? '';
}

/** The path of a request as a log may have it: the token of a lasting link is part of its address. */
export function loggedPath(url: string | undefined): string {
  const path = pathOf(url);
  return path.replace(tokens, '$1…');
}

/** However its letters are written: a router decodes them. */
const tokens = new RegExp(`(/${Array.from('shared', anyForm).join('')}(?:/|%2f)+)[^/]+`, 'gi');

function anyForm(letter: string): string {
  const codes = [letter, letter.toUpperCase()].map((one) => `%${one.charCodeAt(0).toString(16)}`);
  return `(?:${[letter, ...codes].join('|')})`;
}
