import { createParser } from 'eventsource-parser';
import type { EventSourceMessage } from 'eventsource-parser';
import { eventTooLarge, lost, notAnEventStream, stalled } from './connection-errors.ts';
import type { ResolvedConnectionOptions } from './connection-options.ts';
import { ApiError, unreachable } from './errors.ts';
import { errorFromResponse } from './problem.ts';
import { startStopwatch } from './stopwatch.ts';
import { createWatchdog } from './watchdog.ts';
import type { Watchdog } from './watchdog.ts';

/** What an attempt ended with: `true` if the stream is complete, otherwise the error that ended it. */
export type Outcome = true | ApiError;

/** What an attempt asks and reports. */
export interface AttemptHandlers {
  request(): { url: string; headers: Record<string, string> };
  open(): void;
  /** Handles a message; `true` or an error ends the attempt with it. */
  message(message: EventSourceMessage): boolean | ApiError;
  /** The server sent `retry:`, in milliseconds. */
  retry(ms: number): void;
}

/** One request for an event stream, read until it ends. */
export class StreamAttempt {
  readonly #handlers: AttemptHandlers;
  readonly #options: ResolvedConnectionOptions;
  readonly #controller = new AbortController();
  readonly #watchdog: Watchdog;
  #openMs: (() => number) | undefined;

  constructor(handlers: AttemptHandlers, options: ResolvedConnectionOptions) {
    const { stallMs } = options;
    this.#handlers = handlers;
    this.#options = options;
    this.#watchdog = createWatchdog(stallMs, () => this.abort(stalled(stallMs)));
  }

  /** Call it once. Does not throw. */
  async run(): Promise<Outcome> {
    try {
      const response = await this.#fetch();
      return await (isEventStream(response) ? this.#read(response.body) : outcomeOf(response));
    } catch (cause) {
      const { reason } = this.#controller.signal as { reason: unknown };
      if (reason instanceof ApiError) return reason;
      // Even an `AbortError` is worth a retry here: it was not ours, so it comes from the network stack.
      return this.#openMs ? lost('The connection broke', cause) : unreachable(cause);
    } finally {
      this.#watchdog.stop();
      // Also releases a body that was not read to its end.
      this.#controller.abort();
    }
  }

  /** Ends the attempt; `run` returns the reason. */
  abort(reason?: ApiError): void {
    this.#controller.abort(reason);
  }

  /** Milliseconds since the last byte. */
  idleMs(): number {
    return this.#watchdog.idleMs();
  }

  /** Milliseconds since the stream opened; undefined if it has not. */
  openMs(): number | undefined {
    return this.#openMs?.();
  }

  async #fetch(): Promise<Response> {
    const { url, headers } = this.#handlers.request();
    const { credentials } = this.#options;
    return await (this.#options.fetch ?? fetch)(url, {
      headers,
      cache: 'no-store',
      ...(credentials && { credentials }),
      signal: this.#controller.signal,
    });
  }

  async #read(body: ReadableStream<Uint8Array> | null): Promise<Outcome> {
    const { maxBufferSize } = this.#options;
    let outcome: boolean | ApiError = false;
    const parser = createParser({
      maxBufferSize,
      onEvent: (message) => {
        outcome ||= this.#handlers.message(message);
      },
      onRetry: (ms) => this.#handlers.retry(ms),
      onError: ({ type }) => {
        if (type === 'max-buffer-size-exceeded') outcome ||= eventTooLarge(maxBufferSize);
      },
    });
    this.#watchdog.touch();
    this.#openMs = startStopwatch();
    this.#handlers.open();
    const decoder = new TextDecoder();
    const reader = body?.getReader();
    for (;;) {
      const chunk = await reader?.read();
      if (!chunk || chunk.done) return lost('The server closed the connection');
      this.#watchdog.touch();
      parser.feed(decoder.decode(chunk.value, { stream: true }));
      if (outcome) return outcome;
    }
  }
}

function isEventStream({ ok, status, headers }: Response): boolean {
  return ok && status !== 204 && headers.get('content-type')?.startsWith('text/event-stream') === true;
}

/** What a response other than an event stream means; 204 is the server's way of saying that the stream is complete. */
function outcomeOf(response: Response): Outcome | Promise<Outcome> {
  if (response.status === 204) return true;
  if (!response.ok) return errorFromResponse(response);
  return notAnEventStream(response.status, response.headers.get('content-type'));
}
