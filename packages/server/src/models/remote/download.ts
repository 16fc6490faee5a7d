import type { IncomingMessage } from 'node:http';
import { ForbiddenAddressError } from './address.ts';
import type { AddressGuard } from './address.ts';
import { backOff } from './backoff.ts';
import { ExchangeError, open } from './http.ts';
import type { RemoteTimings } from './timings.ts';

/** A file that cannot be had. `why` is for a person, after "the file". */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  readonly why: 'gone' | 'too large' | 'forbidden' | 'unreachable';

  constructor(why: DownloadError['why'], cause?: unknown) {
    super(`The file is ${why}`, { cause });
    this.why = why;
  }
}

interface DownloadOptions {
  guard: AddressGuard;
  maxBytes: number;
  signal: AbortSignal;
  timings: RemoteTimings;
}

const maxRedirects = 5;
/** Attempts in a row that bring not a byte. */
const maxFruitless = 20;
/** Attempts in all, each of which may go on where the last one broke off. */
const maxAttempts = 60;

/**
 * Fetches a file, going on where it broke off. Every address on the way is looked at before it is opened, and what is
 * longer than `maxBytes` is cut, whatever its head says.
 * @throws DownloadError, and the signal's reason.
 */
export async function download(address: string, options: DownloadOptions): Promise<Uint8Array> {
  const { signal, timings } = options;
  const state: Progress = { chunks: [], received: 0, total: undefined, etag: undefined };
  let fruitless = 0;
  let cause: unknown;
  for (let attempt = 0; attempt < maxAttempts && fruitless < maxFruitless; attempt += 1) {
    if (attempt > 0) await backOff(fruitless, timings, signal);
    signal.throwIfAborted();
    const before = state.received;
    try {
      const whole = await fetchPart(address, state, options);
      if (whole) return Buffer.concat(state.chunks);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ExchangeError)) throw error;
      if (error.cause instanceof ForbiddenAddressError) throw new DownloadError('forbidden', error.cause);
      cause = error;
    }
    fruitless = state.received > before ? 0 : fruitless + 1;
  }
  throw new DownloadError('unreachable', cause);
}

interface Progress {
  chunks: Buffer[];
  received: number;
  /** Bytes of the whole file, where that was said. */
  total: number | undefined;
  /** Proof that the rest belongs to what is there. */
  etag: string | undefined;
}

/** One attempt; true when the file is whole. */
async function fetchPart(address: string, state: Progress, options: DownloadOptions): Promise<boolean> {
  const { maxBytes } = options;
  const goesOn = state.received > 0 && (state.etag !== undefined || state.total !== undefined);
  const headers: Record<string, string> = { accept: '*/*' };
  if (goesOn) headers['range'] = `bytes=${state.received}-`;
  if (goesOn && state.etag !== undefined) headers['if-range'] = state.etag;
  const response = await follow(address, headers, options);
  try {
    const status = response.statusCode ?? 0;
    if (status === 416 && state.total === state.received) return true;
    if (status !== 206 || !goesOn || !isNextPart(response, state)) {
      if (status !== 200) {
        // Another part than was asked for, or none: the next attempt asks for the whole.
        if (status === 206 || status === 416) Object.assign(state, { chunks: [], received: 0 });
        refuseStatus(status);
      }
      restart(state, response);
    }
    if ((state.total ?? 0) > maxBytes) throw new DownloadError('too large');
    await receive(response, state, maxBytes);
    // Without a length its end is all that there is to go by; whoever reads the file knows whether it is whole.
    return state.total === undefined || state.received >= state.total;
  } finally {
    response.destroy();
  }
}

async function follow(
  address: string,
  headers: Record<string, string>,
  { guard, signal, timings }: DownloadOptions,
): Promise<IncomingMessage> {
  let next = address;
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    const url = URL.canParse(next) ? new URL(next) : undefined;
    if (url === undefined) throw new DownloadError('forbidden');
    try {
      guard.check(url);
    } catch (error) {
      throw new DownloadError('forbidden', error);
    }
    const waits = { headMs: timings.callMs, idleMs: timings.downloadIdleMs };
    const response = await open({ url, headers, signal, lookup: guard.lookup(url), ...waits });
    const { location } = response.headers;
    const status = response.statusCode ?? 0;
    if (status < 300 || status >= 400 || location === undefined) return response;
    response.destroy();
    next = URL.canParse(location, url) ? new URL(location, url).href : '';
  }
  throw new DownloadError('forbidden');
}

async function receive(response: IncomingMessage, state: Progress, maxBytes: number): Promise<void> {
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      state.received += chunk.byteLength;
      if (state.received > maxBytes) throw new DownloadError('too large');
      state.chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof DownloadError) throw error;
    throw new ExchangeError('The download was cut off', true, error);
  }
}

/** Whether the part follows what is there already; anything else is of no use, and the file starts over. */
function isNextPart(response: IncomingMessage, state: Progress): boolean {
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers['content-range'] ?? '') ?? [];
  if (Number(start) !== state.received) return false;
  if (total !== undefined && total !== '*') {
    if (state.total !== undefined && Number(total) !== state.total) return false;
    state.total = Number(total);
  }
  return true;
}

function restart(state: Progress, { headers }: IncomingMessage): void {
  const length = Number(headers['content-length']);
  const { etag } = headers;
  state.chunks = [];
  state.received = 0;
  state.total = headers['content-length'] !== undefined && Number.isSafeInteger(length) ? length : undefined;
  // A weak one does not promise the same bytes.
  state.etag = etag !== undefined && etag.startsWith('"') ? etag : undefined;
}

function refuseStatus(status: number): never {
  if (status === 404 || status === 410 || status === 403 || status === 401) throw new DownloadError('gone');
  // A busy server, or a broken one: another attempt may do.
  throw new ExchangeError(`The server answered with ${status}`, true);
}
