import { createParser } from 'eventsource-parser';
import type { EventSourceMessage } from 'eventsource-parser';
import { backoffDefaults, backoffDelay } from './backoff.ts';
import type { BackoffOptions } from './backoff.ts';
import { ApiError } from './errors.ts';
import { errorFromResponse } from './problem.ts';
import { onWake } from './wake.ts';
import { createWatchdog } from './watchdog.ts';
import type { Watchdog } from './watchdog.ts';

/** As `EventSource`: 0 connecting, 1 open, 2 closed. */
export type ReadyState = 0 | 1 | 2;

/** A stream lost its connection and is about to make a new one. */
export interface ReconnectInfo {
  /** Attempts since the connection was last stable, from 1. */
  attempt: number;
  /** Milliseconds until the attempt. */
  delayMs: number;
  /** What happened to the connection before. */
  reason: ApiError;
}

/** What opens a connection: a key for the header, or a ticket for the next connection alone. */
export type Credential = string | { apiKey: string } | { ticket: string };

export interface ConnectionOptions {
  /** A key, or where to find the present one. Sent in a header, never in the address. */
  apiKey?: string | (() => string | undefined) | undefined;
  /** Asked for a new key or ticket on 401; nothing: there is none; an empty key: send none, the cookie has been renewed. */
  refreshAuth?: ((error: ApiError) => Credential | undefined | Promise<Credential | undefined>) | undefined;
  fetch?: typeof fetch | undefined;
  credentials?: RequestCredentials | undefined;
  /** Cursor of an earlier stream: only what came after it is sent. */
  lastEventId?: string | undefined;
  /** Milliseconds without a byte, heartbeats included, after which a connection is given up. Default 45 000; 0: never. */
  stallMs?: number;
  /** How long a connection must hold for the backoff to begin anew, in milliseconds. Default 60 000. */
  stableMs?: number;
  /** Attempts without a single event in between before giving up. Default: no limit. */
  maxRetries?: number;
  /** Waits between attempts: what to draw them from, or a function of the attempt (from 1) to milliseconds. */
  backoff?: BackoffOptions | ((attempt: number) => number);
  /** Characters of one event that are taken; a larger one ends the stream with `EVENT_TOO_LARGE`. Default 1 MiB. */
  maxBufferSize?: number;
}

export const connectionDefaults = { stallMs: 45_000, stableMs: 60_000, maxBufferSize: 1024 * 1024 } as const;

/** Who uses a connection: told everything, never after `close()`. It must not throw. */
export interface ConnectionSink {
  /** The address for the next attempt, asked anew each time; with a cursor (or none: null) in place of the last event's. */
  target(): { url: string; cursor?: string | null };
  /** Takes an event; `true` when it was the last one, an error when it is none. */
  message(message: EventSourceMessage): boolean | ApiError;
  open(): void;
  reconnecting(info: ReconnectInfo): void;
  /** Once, when the stream is over by itself: with an error when it could not go on. */
  end(error?: ApiError): void;
}

/** An open stream. */
export interface Connection {
  /** Ends it; may be called again. */
  close(): void;
  readyState(): ReadyState;
  /** Drops the connection there is and makes a new one at once, to another address, say. */
  restart(): void;
}

/** Longest that `Retry-After` is obeyed: an hour. */
const maxRetryAfterMs = 3_600_000;
/** A heartbeat is due every 15 s: a connection silent for longer when the page wakes is not worth waiting for. */
const wakeIdleMs = 20_000;
const maxRefreshes = 3;

/** Holds one event stream over `fetch`, through whatever happens to it, until its end or `close()`. */
export function openConnection(sink: ConnectionSink, options: ConnectionOptions = {}): Connection {
  const { stallMs, stableMs, maxBufferSize } = { ...connectionDefaults, ...options };
  const { maxRetries = Infinity, backoff = {}, refreshAuth } = options;
  let state: ReadyState = 0;
  let cursor = options.lastEventId;
  let credential: Credential | undefined;
  let retryMs: number | undefined;
  /** Attempts since the last stable connection; attempts since the last event; keys asked for in a row. */
  let attempt = 0;
  let barren = 0;
  let refreshes = 0;
  let openedAt = 0;
  let current: AbortController | undefined;
  let watchdog: Watchdog | undefined;
  let skipPause = false;
  let notBefore = 0;
  let endPause: (() => void) | undefined;

  const closed = () => state === 2;
  const stopWaking = onWake((restored) => {
    if (endPause) {
      if (Date.now() >= notBefore) endPause();
    } else if (watchdog && (restored || watchdog.idleMs() > Math.min(wakeIdleMs, stallMs || wakeIdleMs))) {
      restart();
    }
  });
  void run();
  return { close: release, readyState: () => state, restart };

  function restart(): void {
    if (closed()) return;
    skipPause = true;
    endPause?.();
    current?.abort(lost('The connection is made anew'));
  }

  function release(): void {
    state = 2;
    stopWaking();
    endPause?.();
    current?.abort();
  }

  async function run(): Promise<void> {
    // Whoever opens a stream has its handle before anything is called.
    await Promise.resolve();
    while (!closed()) {
      openedAt = 0;
      const outcome = await connect();
      if (closed()) return;
      if (outcome === true) return finish();
      state = 0;
      if (outcome.status === 401 && refreshAuth && refreshes++ < maxRefreshes) {
        credential = await Promise.resolve(outcome)
          .then(refreshAuth)
          .catch(() => undefined);
        if (closed()) return;
        if (credential === undefined) return finish(outcome);
        if (refreshes === 1) continue;
      } else if (!outcome.retryable) {
        return finish(outcome);
      } else {
        refreshes = 0;
      }
      if (skipPause) {
        // Our own doing, or the page has just woken: nothing that counts against the connection.
        skipPause = false;
        continue;
      }
      if (openedAt && Date.now() - openedAt >= stableMs) attempt = 0;
      attempt++;
      if (++barren > maxRetries) return finish(gaveUp(maxRetries, outcome));
      const delayMs = waitFor(outcome);
      sink.reconnecting({ attempt, delayMs, reason: outcome });
      if (!closed() && delayMs > 0) await pause(delayMs);
    }
  }

  function finish(error?: ApiError): void {
    release();
    sink.end(error);
  }

  /** One connection from its opening to its end: `true` when the stream is over for good. */
  async function connect(): Promise<true | ApiError> {
    const controller = new AbortController();
    current = controller;
    watchdog = createWatchdog(stallMs, () => controller.abort(stalled(stallMs)));
    try {
      const { url, headers } = request();
      const response = await (options.fetch ?? fetch)(url, {
        headers,
        cache: 'no-store',
        ...(options.credentials && { credentials: options.credentials }),
        signal: controller.signal,
      });
      if (response.status === 204) return true;
      if (!response.ok) return await errorFromResponse(response);
      if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return notAStream(response);
      return await read(response, watchdog);
    } catch (cause) {
      const { reason } = controller.signal as { reason: unknown };
      if (reason instanceof ApiError) return reason;
      return openedAt ? lost('The connection broke', cause) : unreachable(cause);
    } finally {
      watchdog.stop();
      watchdog = undefined;
      current = undefined;
      // Also lets go of a body that nobody read to its end.
      controller.abort();
    }
  }

  function request(): { url: string; headers: Record<string, string> } {
    const target = sink.target();
    let { url } = target;
    if (target.cursor !== undefined) cursor = target.cursor ?? undefined;
    const headers: Record<string, string> = { Accept: 'text/event-stream' };
    let key = typeof options.apiKey === 'function' ? options.apiKey() : options.apiKey;
    if (typeof credential === 'object' && 'ticket' in credential) {
      url += `${url.includes('?') ? '&' : '?'}ticket=${encodeURIComponent(credential.ticket)}`;
      key = undefined;
      // A ticket is good for one connection.
      credential = undefined;
    } else if (credential !== undefined) {
      key = typeof credential === 'string' ? credential : credential.apiKey;
    }
    if (key) headers['Authorization'] = `Bearer ${key}`;
    if (cursor !== undefined) headers['Last-Event-ID'] = cursor;
    return { url, headers };
  }

  async function read(response: Response, dog: Watchdog): Promise<true | ApiError> {
    dog.touch();
    state = 1;
    openedAt = Date.now();
    refreshes = 0;
    let verdict: boolean | ApiError = false;
    const over = () => closed() || verdict !== false;
    const parser = createParser({
      maxBufferSize,
      onEvent: (message) => {
        if (over()) return;
        verdict = sink.message(message);
        if (verdict instanceof ApiError) return;
        barren = 0;
        if (message.id !== undefined) cursor = message.id;
      },
      onRetry: (ms) => {
        retryMs = ms;
      },
      onError: (error) => {
        if (error.type === 'max-buffer-size-exceeded') verdict ||= tooLarge(maxBufferSize);
      },
    });
    sink.open();
    if (!response.body) return lost('The connection was closed');
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    while (!over()) {
      const { done, value } = await reader.read();
      if (done) break;
      dog.touch();
      parser.feed(decoder.decode(value, { stream: true }));
    }
    return verdict || lost('The connection was closed');
  }

  function waitFor(error: ApiError): number {
    const capMs = (typeof backoff === 'object' ? backoff.capMs : undefined) ?? backoffDefaults.capMs;
    const own =
      typeof backoff === 'function'
        ? backoff(attempt)
        : openedAt && attempt === 1 && retryMs !== undefined
          ? // The server has drawn this one itself, so that its clients come back spread out.
            Math.min(retryMs, capMs)
          : backoffDelay(attempt, { ...(retryMs && { baseMs: retryMs }), ...backoff });
    const asked = Math.min(error.retryAfterMs ?? 0, maxRetryAfterMs);
    notBefore = Date.now() + asked;
    return Math.max(own, asked);
  }

  function pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => endPause?.(), delayMs);
      endPause = () => {
        clearTimeout(timer);
        endPause = undefined;
        resolve();
      };
    });
  }
}

const lost = (message: string, cause?: unknown) =>
  new ApiError(message, { code: 'CONNECTION_LOST', retryable: true, cause });

/** Whatever `fetch` threw: an abort that is not ours comes from below, and is no reason to give up. */
const unreachable = (cause: unknown) =>
  new ApiError('The server cannot be reached', { code: 'NETWORK_ERROR', retryable: true, cause });

const stalled = (ms: number) =>
  new ApiError(`Nothing came for ${Math.round(ms / 1000)} s`, { code: 'STALLED', retryable: true });

const tooLarge = (size: number) =>
  new ApiError(`An event is larger than ${size} characters`, { code: 'EVENT_TOO_LARGE' });

const gaveUp = (attempts: number, cause: ApiError) =>
  new ApiError(`Connection failed after ${attempts} attempts`, {
    code: 'CONNECTION_FAILED',
    status: cause.status,
    retryable: true,
    cause,
  });

function notAStream(response: Response): ApiError {
  const type = response.headers.get('content-type') ?? 'nothing';
  return new ApiError(`The server answered with ${type} where an event stream should be`, {
    code: 'NOT_AN_EVENT_STREAM',
    status: response.status,
  });
}
