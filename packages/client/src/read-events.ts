import { createParser } from 'eventsource-parser';
import type { EventSourceMessage } from 'eventsource-parser';
import { eventTooLarge, lost } from './connection-errors.ts';
import type { ResolvedConnectionOptions } from './connection-options.ts';
import { isOfType } from './content-type.ts';
import { ApiError, unreachable } from './errors.ts';
import { errorFromResponse } from './problem.ts';
import { readText } from './read-text.ts';

/**
 * What a request for events ended with: an orderly close by the server, or that nothing more is wanted; or the reason why
 * it ended, also an answer with status 204. Reasons to abort it: an error, `again` if another attempt should follow at
 * once, or what a look has brought, if something holds the stream back.
 */
export type Outcome = 'closed' | 'again' | Received[] | ApiError;

/**
 * A message; or only the id of a block of lines, which comes before the block's message, if it has one at all: a block
 * without data is none, but its id counts.
 */
export type Received = Partial<EventSourceMessage>;

/**
 * What a sink makes of a message: `true` if it was the last one, `false` if it was another new one, `undefined` if there
 * is nothing new in it, `null` if it is not for this sink, an error if it is not a valid event.
 */
export type Receipt = boolean | undefined | null | ApiError;

/** What a request for events asks and reports. */
export interface EventHandlers {
  request(): { url: string; headers: Record<string, string> };
  /** The response is an event stream. */
  open?(): void;
  /** Bytes of the stream have come. */
  bytes?(): void;
  message(message: Received): Receipt;
  /** The server sent `retry:`, in milliseconds. */
  retry?: (ms: number) => void;
}

/** Requests events and reads them until they end. Does not throw. */
export async function readEvents(
  handlers: EventHandlers,
  options: ResolvedConnectionOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  const { maxBufferSize } = options;
  let opened = false;
  let end: Receipt;
  const parser = createParser({
    maxBufferSize,
    onEvent: (message) => {
      end ||= handlers.message(message);
    },
    onId: (id) => {
      end ||= handlers.message({ id });
    },
    onRetry: handlers.retry,
    onError: ({ type }) => {
      // `max-buffer-size-exceeded`; the others are of lines that mean nothing, and begin differently.
      if (type[0] === 'm') end ||= eventTooLarge(maxBufferSize);
    },
  });
  // The decoder drops the byte order mark: the parser must not drop another.
  parser.feed('\u{FEFF}');
  try {
    const { url, headers } = handlers.request();
    const response = await (options.fetch ?? fetch)(url, {
      headers,
      cache: 'no-store',
      signal,
      credentials: options.credentials,
    } as RequestInit);
    if (response.status !== 200 || !isOfType(response.headers.get('content-type'), 'text/event-stream')) {
      return await errorFromResponse(response, 'NOT_AN_EVENT_STREAM');
    }
    opened = true;
    handlers.open?.();
    await readText(response.body, (text) => {
      handlers.bytes?.();
      parser.feed(text);
      return Boolean(end);
    });
    return end instanceof ApiError ? end : 'closed';
  } catch (cause) {
    if (signal.aborted) return signal.reason as Outcome;
    if (cause instanceof ApiError) return cause;
    // Even an `AbortError` is worth a retry here: it was not ours, so it comes from the network stack.
    return opened ? lost(cause) : unreachable(cause);
  }
}
