import { withParameter } from './address.ts';
import { buffered, gaveUp, lost, stalled } from './connection-errors.ts';
import { connectionDefaults } from './connection-options.ts';
import type {
  ConnectionOptions,
  Credential,
  ReadyState,
  ReconnectInfo,
  ResolvedConnectionOptions,
} from './connection-options.ts';
import { ApiError } from './errors.ts';
import { readEvents } from './read-events.ts';
import type { Outcome, Receipt, Received } from './read-events.ts';
import { reconnectDelay } from './reconnect-delay.ts';
import { bearer, checkText, isPlain } from './header-texts.ts';
import { startStopwatch } from './stopwatch.ts';
import { onWake } from './wake.ts';

/** Receives what happens on a connection, until `close()`. It must not throw. */
export interface ConnectionSink {
  /** Called before each attempt. `cursor` replaces the id of the last event; an empty one sends none. */
  target(): { url: string; cursor?: string };
  /**
   * Handles a message. Returns `true` if it was the last one, `false` if it was another new one, nothing if it was seen
   * before or is not for this sink (its id is then no cursor), an error if it is not a valid event.
   */
  message(message: Received): Receipt;
  open(): void;
  reconnecting(info: ReconnectInfo): void;
  /** Called once when the stream ends by itself, with an error if it cannot continue. Not called after `close()`. */
  end(error?: ApiError): void;
}

/** How often an attempt is looked after, in milliseconds; a hasty one ends if the first time nothing has come yet. */
const tickMs = 500;
/** A page that wakes reconnects if its connection has been silent for longer: it may be dead, and to resume costs little. */
export const wakeIdleMs = 2_000;
/**
 * Hasty attempts after waking: browsers keep up to six connections to a server over HTTP/1.1, and each may be dead without
 * their knowing. One was the stream's own.
 */
export const hastyAttempts = 5;
/** Seconds that the server may hold a poll; and those of a look or after a failure, as some proxies cut it after ten. */
const pollSeconds = 25;
const shortPollSeconds = 8;
/** Time until a stream is tried in place of polls, doubled before each one. */
const minTrialMs = 30_000;
const maxTrialMs = 600_000;
/** Maximum `Retry-After` that is honoured: an hour. */
const maxRetryAfterMs = 3_600_000;
/** Refreshes in a row that no connection has followed. */
const maxRefreshes = 3;

/** Keeps one event stream open over `fetch`, reconnecting as needed, until it ends or is closed. */
export class Connection {
  #state: ReadyState = 0;
  readonly #sink: ConnectionSink;
  readonly #options: ResolvedConnectionOptions;
  readonly #stopWaking: () => void;
  #cursor: string | undefined;
  /** What it was before the last id. */
  #previous: string | undefined;
  /** The attempt that is connecting or open. */
  #attempt: AbortController | undefined;
  /** Milliseconds since it began, or since its last byte. */
  #idleMs = startStopwatch();
  /** Whether it opened, and whether it brought something new. */
  #opened = false;
  #news = false;
  /** Attempts in a row that were no good. */
  #failures = 0;
  /** The server's last `retry:`. */
  #retryMs: number | undefined;
  /** Ends the pause before the next attempt. */
  #endPause: (() => void) | undefined;
  /** Whether the server has asked for it (`Retry-After`). */
  #isAsked = false;
  /** Attempts left that get little time. */
  #hasty: number;
  /** From `refreshAuth`, in place of the key in the options. */
  #refreshed: Credential | undefined;
  #refreshes = 0;
  /** While it polls, since something holds streams back: milliseconds since the last trial of a stream. */
  #polling: (() => number) | undefined;
  /** Time until the next one. */
  #trialMs = minTrialMs;

  constructor(sink: ConnectionSink, options: ConnectionOptions) {
    this.#sink = sink;
    this.#options = { ...connectionDefaults, ...options };
    this.#cursor = options.lastEventId;
    // Nothing is never more than 0.
    this.#hasty = options.hasty as number;
    this.#stopWaking = onWake((restored) => this.#wake(restored));
    void this.#run();
  }

  readyState(): ReadyState {
    return this.#state;
  }

  /** Drops the current connection and reconnects at once, for example because the target has changed. */
  restart(): void {
    this.#endPause?.();
    this.#attempt?.abort('again');
  }

  /** Ends it. May be called more than once. */
  close(): void {
    this.#state = 2;
    this.#stopWaking();
    this.restart();
  }

  async #run(): Promise<void> {
    // Return the handle before any callback runs.
    await Promise.resolve();
    while (!this.#closed()) {
      const isPoll = (this.#polling?.() ?? Infinity) < this.#trialMs;
      const ageMs = startStopwatch();
      const outcome = await this.#attemptOnce(isPoll, this.#hasty-- > 0);
      if (this.#closed()) return;
      if (Array.isArray(outcome)) {
        this.#fallBack(outcome);
      } else {
        const error = outcome instanceof ApiError ? outcome : lost();
        if (error.status === 204) {
          // The task has ended. Without a cursor the server tells the ending, and never answers like this.
          if (!this.#cursor) return this.#finish(error);
          this.#cursor = '';
          continue;
        }
        if (this.#news || (this.#opened && ageMs() >= this.#options.stableMs && error.code !== 'STALLED')) {
          this.#failures = 0;
          if (isPoll && outcome === 'closed') continue;
        }
        this.#state = 0;
        if (outcome !== 'again') await this.#prepareRetry(error, isPoll);
      }
    }
  }

  /** Makes one request for events and reads it until it ends: a stream, or a poll, which gets through where none does. */
  async #attemptOnce(isPoll: boolean, isHasty: boolean): Promise<Outcome> {
    const attempt = new AbortController();
    const { lookMs, stallMs } = this.#options;
    let look: AbortController | undefined;
    let lookAtMs = (!isPoll && lookMs) || Infinity;
    this.#attempt = attempt;
    this.#opened = this.#news = false;
    this.#idleMs = startStopwatch();
    // Often, rather than when something is due: a timer may not count the time that a computer sleeps.
    const timer = setInterval(
      () => {
        const idleMs = this.#idleMs();
        if (isHasty) attempt.abort('again');
        else if (stallMs && idleMs >= stallMs + (isPoll ? 1000 * pollSeconds : 0)) attempt.abort(stalled(stallMs));
        else if (idleMs >= lookAtMs) {
          lookAtMs = Infinity;
          look = new AbortController();
          void this.#look(attempt, look.signal);
        }
      },
      Math.min(tickMs, lookMs || tickMs, stallMs || tickMs),
    );
    const outcome = await readEvents(
      {
        request: () =>
          this.#request(isPoll ? (isHasty ? 0 : this.#failures ? shortPollSeconds : pollSeconds) : undefined),
        open: () => {
          // After waking an answer is good news, also that of a poll that has waited for none.
          this.#news = isHasty;
          this.#open();
        },
        bytes: () => {
          this.#idleMs = startStopwatch();
          isHasty = false;
          look?.abort();
          if (isPoll) return;
          lookAtMs = 9 * lookMs || Infinity;
          // Nothing holds this stream back.
          this.#polling = undefined;
        },
        message: (message) => this.#receive(message),
        retry: (ms) => {
          this.#retryMs = ms;
        },
      },
      this.#options,
      attempt.signal,
    );
    clearInterval(timer);
    look?.abort();
    // Also releases a body that was not read to its end.
    attempt.abort();
    this.#attempt = undefined;
    return outcome;
  }

  /**
   * A poll beside a silent stream. If it brings something, or the server holds it as it should while the stream has not
   * even a heartbeat, then something holds the stream back. If it fails, that says nothing.
   */
  async #look(attempt: AbortController, signal: AbortSignal): Promise<void> {
    const ageMs = startStopwatch();
    const messages: Received[] = [];
    const outcome = await readEvents(
      {
        request: () => this.#request(shortPollSeconds),
        message: (message) => {
          messages.push(message);
        },
      },
      this.#options,
      signal,
    );
    if (signal.aborted) return;
    const isGood = outcome === 'closed' && (messages[0] || ageMs() > this.#options.stableMs);
    // 401: the stream has used the ticket up, and its proof is held back too.
    if (isGood || [204, 401].includes((outcome as ApiError).status)) attempt.abort(messages);
  }

  /** Goes on by polls, beginning with what a look has brought. */
  #fallBack(messages: Received[]): void {
    if (!this.#polling) {
      this.#state = 0;
      this.#sink.reconnecting({ attempt: 1, delayMs: 0, reason: buffered() });
    }
    this.#polling = startStopwatch();
    this.#trialMs = Math.min(2 * this.#trialMs, maxTrialMs);
    this.#open();
    for (const message of messages) {
      // The next poll asks for an invalid one again.
      if (this.#receive(message)) return;
    }
  }

  /** Refreshes the credential or waits, whichever the error calls for; ends the connection if no retry can help. */
  async #prepareRetry(error: ApiError, isPoll: boolean): Promise<void> {
    const { refreshAuth, backoff, maxRetries = Infinity } = this.#options;
    if (isPoll && error.code === 'NOT_FOUND') {
      // An older server, perhaps one of several, that has no polls.
      this.#polling = undefined;
    } else if (error.code === 'UNAUTHENTICATED' && refreshAuth && this.#refreshes++ < maxRefreshes) {
      // Only on this server's own 401: something else that asks for a login knows nothing of our keys.
      try {
        this.#refreshed = await refreshAuth(error);
      } catch {
        this.#refreshed = undefined;
      }
      if (this.#closed()) return;
      if (this.#refreshed === undefined) return this.#finish(error);
      if (this.#refreshes === 1) return;
    } else if (error.retryable) {
      this.#refreshes = 0;
    } else {
      return this.#finish(error);
    }
    const attempt = ++this.#failures;
    if (attempt > maxRetries) return this.#finish(gaveUp(maxRetries, error));
    const retryAfterMs = Math.min(error.retryAfterMs ?? 0, maxRetryAfterMs);
    const delayMs = Math.max(retryAfterMs, reconnectDelay(attempt, this.#opened, this.#retryMs, backoff));
    this.#isAsked = retryAfterMs > 0;
    this.#sink.reconnecting({ attempt, delayMs, reason: error });
    if (this.#closed()) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#endPause = resolve;
      timer = setTimeout(resolve, delayMs);
    });
    clearTimeout(timer);
    this.#endPause = undefined;
  }

  #request(waitSeconds: number | undefined): { url: string; headers: Record<string, string> } {
    const { apiKey } = this.#options;
    const { url: streamUrl, cursor = this.#cursor } = this.#sink.target();
    let url = streamUrl;
    this.#cursor = cursor;
    if (waitSeconds !== undefined) url = withParameter(url.replace(/stream(?=\?|$)/, 'events'), `wait=${waitSeconds}`);
    const credential = this.#refreshed ?? (typeof apiKey === 'function' ? apiKey() : apiKey);
    const { ticket, apiKey: key }: { ticket?: string; apiKey?: string | undefined } =
      typeof credential === 'object' ? credential : { apiKey: credential };
    if (ticket) url = withParameter(url, `ticket=${encodeURIComponent(ticket)}`);
    return {
      url,
      headers: {
        Accept: 'text/event-stream',
        ...(cursor && { 'Last-Event-ID': checkText(cursor, 'cursor', 'INVALID_CURSOR') }),
        ...bearer(key),
      },
    };
  }

  #open(): void {
    this.#hasty = this.#refreshes = 0;
    this.#opened = true;
    if (this.#state !== 0) return;
    this.#state = 1;
    this.#sink.open();
  }

  #receive(message: Received): Receipt {
    // The sink may have closed the connection while handling an earlier message of the same chunk.
    if (this.#closed()) return true;
    const receipt = this.#sink.message(message);
    if (typeof receipt === 'boolean') this.#news = true;
    if (receipt === true && !this.#closed()) this.#finish();
    // Nothing that is not for this sink, or has to be sent again, moves the cursor. An empty id clears it.
    if (typeof receipt === 'object') {
      this.#cursor = this.#previous;
    } else {
      this.#previous = this.#cursor;
      if (message.id !== undefined && isPlain(message.id)) this.#cursor = message.id;
    }
    return receipt;
  }

  /** The page may have a network again: do not wait out a pause or a connection that is probably dead. */
  #wake(restored: boolean): void {
    if (this.#endPause ? !this.#isAsked : this.#attempt && (restored || this.#idleMs() > wakeIdleMs)) {
      this.restart();
      this.#hasty = hastyAttempts;
    }
  }

  #finish(error?: ApiError): void {
    this.close();
    this.#sink.end(error);
  }

  #closed(): boolean {
    return this.#state === 2;
  }
}
