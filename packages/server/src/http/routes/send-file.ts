import type { Readable } from 'node:stream';
import { message } from '@image2model/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../errors.ts';
import type { ByteRange } from '../../files/contract.ts';
import { contentDisposition } from '../../files/names.ts';

/** A file as it is to be answered with. */
export interface Sendable {
  sizeBytes: number;
  contentType: string;
  filename: string;
  /** Without quotes; the same for the same bytes alone. */
  tag: string;
  /** Of all the bytes, in lower-case hex, where the tag is not that already. */
  sha256?: string;
  /** Ms since the epoch. */
  modifiedAt: number;
  /** Whether a browser shows it where it stands, rather than saving it. */
  inline: boolean;
  /** Where it is not the usual. */
  cacheControl?: string;
  open(range?: ByteRange): Promise<Readable | Uint8Array>;
}

/**
 * Answers GET and HEAD with a file: conditional by `If-None-Match`, in part by `Range` (one range, `If-Range` obeyed;
 * several at once are answered with the whole, as RFC 9110 allows).
 */
export async function sendFile(request: FastifyRequest, reply: FastifyReply, file: Sendable): Promise<FastifyReply> {
  const etag = `"${file.tag}"`;
  reply.headers({
    etag,
    'accept-ranges': 'bytes',
    'last-modified': new Date(file.modifiedAt).toUTCString(),
    // Kept by the browser, but asked about each time: another key must not see it, and it may be made again.
    'cache-control': file.cacheControl ?? 'private, no-cache',
    'content-disposition': contentDisposition(file.inline ? 'inline' : 'attachment', file.filename),
    'x-content-type-options': 'nosniff',
    // What a client can check a copy against, whose form has no checksum in any list (RFC 9530).
    ...(file.sha256 !== undefined && {
      'repr-digest': `sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`,
    }),
  });
  if (matches(request.headers['if-none-match'], etag)) return await reply.code(304).send();

  reply.type(file.contentType);
  if (request.method === 'HEAD') return await reply.header('content-length', file.sizeBytes).send();

  const range = ifRangeHolds(request, etag, file.modifiedAt)
    ? parseRange(request.headers.range, file.sizeBytes)
    : undefined;
  if (range === 'unsatisfiable') {
    const error = new ApiError('RANGE_NOT_SATISFIABLE', message('error.range', { bytes: file.sizeBytes }));
    reply.header('content-range', `bytes */${file.sizeBytes}`);
    throw error;
  }
  const length = range === undefined ? file.sizeBytes : range.end - range.start + 1;
  reply.header('content-length', length);
  if (range !== undefined) {
    reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${file.sizeBytes}`);
  }
  return await reply.send(await file.open(range));
}

/** One range of RFC 9110: `bytes=0-99`, `bytes=100-`, `bytes=-100`. Undefined where there is none that counts. */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const length = Math.min(Number(last), sizeBytes);
    return length === 0 ? 'unsatisfiable' : { start: sizeBytes - length, end: sizeBytes - 1 };
  }
  const start = Number(first);
  const end = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= sizeBytes ? 'unsatisfiable' : { start, end };
}

function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === etag);
}

function ifRangeHolds(request: FastifyRequest, etag: string, modifiedAt: number): boolean {
  const condition = request.headers['if-range'];
  if (condition === undefined) return true;
  const text = String(condition).trim();
  if (text.startsWith('"') || text.startsWith('W/')) return text === etag;
  // Whole seconds are all that the header can say.
  return Date.parse(text) === Math.floor(modifiedAt / 1000) * 1000;
}
