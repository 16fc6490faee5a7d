import { validateHeaderValue } from 'node:http';
import { encodeComment, encodeFrame, encodeRetry, isEnding } from '@image2model/protocol';
import type { Entry } from '../engine/contract.ts';

type Headers = Record<string, string | number | string[] | undefined>;

/** Marks the end of a chunked body (RFC 9112, 7.1). */
const lastChunk = '0\r\n\r\n';

/** What the response of a stream bears besides the headers that hooks have set. */
export const streamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
} as const;

/**
 * Follows the last ending. A client that reconnects all the same, and so is told the ending again or gets 204, does so once
 * an hour. It comes after the ending: cut in between, the client is back soon.
 */
export const endingRetry = encodeRetry(3_600_000);

/** Text as one chunk of a chunked body, or as it is for a client of HTTP/1.0. */
export function frameChunk(text: string, chunked: boolean): string {
  return chunked ? `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n` : text;
}

/** The bytes of a chunk. */
export function encodeChunk(text: string, chunked: boolean): Buffer {
  return Buffer.from(frameChunk(text, chunked));
}

/** What closes the body; nothing for a client of HTTP/1.0, to whom the connection's end says it. */
export function encodeEnd(text: string, chunked: boolean): Buffer {
  const body = text === '' ? Buffer.alloc(0) : encodeChunk(text, chunked);
  return chunked ? Buffer.concat([body, Buffer.from(lastChunk)]) : body;
}

/** The frames of some entries, one after the other, with their sequence for an id. */
export function encodeEntries(entries: readonly Entry[]): string {
  let text = '';
  for (const entry of entries) text += encodeFrame(entry.type, entry.sequence, entry.data);
  return text;
}

const beats = { chunked: encodeChunk(encodeComment(), true), plain: encodeChunk(encodeComment(), false) };

/** A comment, encoded once for all streams. */
export function heartbeat(chunked: boolean): Buffer {
  return chunked ? beats.chunked : beats.plain;
}

/** Headers of a stream that others may not set: its own, and those that say how the body is framed. */
const ownHeaders = new Set([
  ...Object.keys(streamHeaders),
  'date',
  'connection',
  'content-length',
  'transfer-encoding',
]);

const ownLines = Object.entries(streamHeaders)
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('');

/** Headers as the lines of a head, without those that the stream sets itself. Throws where one would break its line. */
export function encodeHeaders(headers: Headers): string {
  let lines = '';
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || ownHeaders.has(name)) continue;
    for (const one of Array.isArray(value) ? value : [String(value)]) {
      validateHeaderValue(name, one);
      lines += `${name}: ${one}\r\n`;
    }
  }
  return lines;
}

/**
 * The head of a stream's response. `lines` are what all answers have (CORS, request id), as `encodeHeaders` gives
 * them. The connection closes with the stream, so it says so.
 */
export function encodeHead(lines: string, chunked: boolean): string {
  const framing = chunked ? 'transfer-encoding: chunked\r\n' : '';
  const date = new Date().toUTCString();
  return `HTTP/1.1 200 OK\r\n${lines}${ownLines}date: ${date}\r\nconnection: close\r\n${framing}\r\n`;
}

/**
 * Entries of one task that became due in one turn of the loop, encoded at most once for all readers that need all of
 * them. Entries are in order of sequence and never empty.
 */
export class Batch {
  readonly entries: readonly Entry[];
  /** Sequence of the first entry. */
  readonly first: number;
  /** Sequence of the last entry. */
  readonly last: number;
  /** Whether the last entry is the task's ending. */
  readonly ends: boolean;
  #chunked: Buffer | undefined;
  #plain: Buffer | undefined;

  constructor(entries: readonly [Entry, ...Entry[]]) {
    const last = entries.at(-1) ?? entries[0];
    this.entries = entries;
    this.first = entries[0].sequence;
    this.last = last.sequence;
    this.ends = isEnding(last.type);
  }

  /** The bytes for one reader; with the end of the body where the batch has the ending. */
  bytes(chunked: boolean): Buffer {
    if (chunked) return (this.#chunked ??= this.#encode(true));
    return (this.#plain ??= this.#encode(false));
  }

  #encode(chunked: boolean): Buffer {
    const text = encodeEntries(this.entries);
    return this.ends ? encodeEnd(text + endingRetry, chunked) : encodeChunk(text, chunked);
  }
}
