import type { EventSourceMessage } from 'eventsource-parser';
import { lost } from './connection-errors.ts';
import { connectionDefaults } from './connection-options.ts';
import type { ConnectionOptions, ReadyState, ReconnectInfo, ResolvedConnectionOptions } from './connection-options.ts';
import { ApiError } from './errors.ts';
import { ReconnectDelay } from './reconnect-delay.ts';
import { StreamAttempt } from './stream-attempt.ts';
import { StreamCredentials } from './stream-credentials.ts';
import { wait } from './wait.ts';
import { onWake } from './wake.ts';

/** Receives what happens on a connection, until `close()`. It must not throw. */
export interface ConnectionSink {
  /** Called before each attempt. `cursor` replaces the id of the last event; `null` sends none. */
  target(): { url: string; cursor?: string | null };
  /** Handles a message. Returns `true` if it was the last one, an error if it is not a valid event. */
  message(message: EventSourceMessage): boolean | ApiError;
  open(): void;
  reconnecting(info: ReconnectInfo): void;
  /** Called once when the stream ends by itself, with an error if it cannot continue. Not called after `close()`. */
  end(error?: ApiError): void;
}

/** Heartbeats come every 15 s: after a longer silence a page that wakes reconnects rather than waiting. */
const wakeIdleMs = 20_000;

/** Keeps one event stream open over `fetch`, reconnecting as needed, until it ends or is closed. */
export class Connection {
  #state: ReadyState = 0;
  readonly #sink: ConnectionSink;
  readonly #options: ResolvedConnectionOptions;
  readonly #credentials: StreamCredentials;
  readonly #delay: ReconnectDelay;
  readonly #stopWaking: () => void;
  #cursor: string | undefined;
  /** The attempt that is connecting or open. */
  #attempt: StreamAttempt | undefined;
  /** The pause before the next attempt; aborting it ends it. */
  #pause: AbortController | undefined;
  #skipPause = false;

  constructor(sink: ConnectionSink, options: ConnectionOptions) {
    this.#sink = sink;
    this.#options = { ...connectionDefaults, ...options };
    this.#cursor = options.lastEventId;
    this.#credentials = new StreamCredentials(options);
    this.#delay = new ReconnectDelay(this.#options);
    this.#stopWaking = onWake((restored) => this.#wake(restored));
    void this.#run();
  }

  readyState(): ReadyState {
    return this.#state;
  }

  /** Drops the current connection and reconnects at once, for example because the target has changed. */
  restart(): void {
    if (this.#closed()) return;
    this.#skipPause = true;
    this.#pause?.abort();
    this.#attempt?.abort(lost('The connection was restarted'));
  }

  /** Ends it. May be called more than once. */
  close(): void {
    this.#state = 2;
    this.#stopWaking();
    this.#pause?.abort();
    this.#attempt?.abort();
  }

  async #run(): Promise<void> {
    // Return the handle before any callback runs.
    await Promise.resolve();
    while (!this.#closed()) {
      const attempt = this.#newAttempt();
      this.#attempt = attempt;
      const outcome = await attempt.run();
      this.#attempt = undefined;
      if (this.#closed()) return;
      if (outcome === true) return this.#finish();
      this.#state = 0;
      await this.#prepareRetry(outcome, attempt.openMs());
    }
  }

  /** Refreshes the credential or waits, whichever the error calls for; ends the connection if no retry can help. */
  async #prepareRetry(error: ApiError, openMs: number | undefined): Promise<void> {
    if (this.#credentials.canRefresh(error)) {
      const refreshes = await this.#credentials.refresh(error);
      if (this.#closed()) return;
      if (refreshes === 0) return this.#finish(error);
      if (refreshes === 1) return;
    } else if (error.retryable) {
      this.#credentials.resetRefreshes();
    } else {
      return this.#finish(error);
    }
    if (!this.#skipPause) return await this.#waitForRetry(error, openMs);
    // We restarted the connection ourselves, so this is not a failed attempt.
    this.#skipPause = false;
  }

  async #waitForRetry(error: ApiError, openMs: number | undefined): Promise<void> {
    const next = this.#delay.next(error, openMs);
    if (next instanceof ApiError) return this.#finish(next);
    this.#sink.reconnecting(next);
    if (this.#closed() || next.delayMs <= 0) return;
    this.#pause = new AbortController();
    await wait(next.delayMs, this.#pause.signal);
    this.#pause = undefined;
  }

  #newAttempt(): StreamAttempt {
    return new StreamAttempt(
      {
        request: () => this.#request(),
        open: () => {
          this.#state = 1;
          this.#credentials.resetRefreshes();
          this.#sink.open();
        },
        message: (message) => this.#receive(message),
        retry: (ms) => this.#delay.setRetryMs(ms),
      },
      this.#options,
    );
  }

  #request(): { url: string; headers: Record<string, string> } {
    const { url, cursor } = this.#sink.target();
    if (cursor !== undefined) this.#cursor = cursor ?? undefined;
    return this.#credentials.sign(url, {
      Accept: 'text/event-stream',
      ...(this.#cursor !== undefined && { 'Last-Event-ID': this.#cursor }),
    });
  }

  #receive(message: EventSourceMessage): boolean | ApiError {
    // The sink may have closed the connection while handling an earlier message of the same chunk.
    if (this.#closed()) return true;
    const outcome = this.#sink.message(message);
    if (outcome instanceof ApiError) return outcome;
    this.#delay.eventReceived();
    this.#cursor = message.id ?? this.#cursor;
    return outcome;
  }

  /** The page may have a network again: do not wait out a pause or a connection that is probably dead. */
  #wake(restored: boolean): void {
    if (this.#pause) {
      if (this.#delay.mayRetryNow()) this.#pause.abort();
    } else if (this.#attempt) {
      const maxIdleMs = Math.min(wakeIdleMs, this.#options.stallMs || wakeIdleMs);
      if (restored || this.#attempt.idleMs() > maxIdleMs) this.restart();
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
