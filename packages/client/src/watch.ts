import type { TaskEvent } from '@image2model/protocol';
import { aborted } from './errors.ts';
import type { ApiError } from './errors.ts';
import { createEventLog } from './event-log.ts';
import { openFeed } from './feed.ts';
import type { FeedOptions } from './feed.ts';

export interface WatchOptions extends FeedOptions {
  signal?: AbortSignal | undefined;
  /** Maximum number of events buffered for a slow reader; beyond it only the newest of the task and each file. Default 1 000. */
  maxBuffered?: number;
}

/**
 * Iterates over the events of a task, up to and including its last. Leaving the loop closes the stream.
 *
 * @throws {ApiError} when the stream cannot continue, or with the code `ABORTED` when the signal fires
 */
export async function* watch(taskId: string, options: WatchOptions = {}): AsyncGenerator<TaskEvent, void, undefined> {
  const { signal, maxBuffered = 1000, ...rest } = options;
  let waiting: TaskEvent[] = [];
  let ended = false;
  let failure: ApiError | undefined;
  let wake: (() => void) | undefined;
  const abort = () => wake?.();
  const feed = (rest.open ?? openFeed)(
    taskId,
    {
      event: (event) => {
        waiting.push(event);
        // As the server does for slow readers.
        if (waiting.length > maxBuffered) waiting = createEventLog(waiting).after();
        wake?.();
      },
      open: ignore,
      reconnecting: ignore,
      end: (error) => {
        ended = true;
        failure = error;
        wake?.();
      },
    },
    rest,
  );
  signal?.addEventListener('abort', abort);
  try {
    for (;;) {
      // An abort takes effect at once, any other end after the buffered events.
      if (signal?.aborted) throw aborted(signal.reason);
      const event = waiting.shift();
      if (event) yield event;
      else if (failure) throw failure;
      else if (ended) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    feed.close();
  }
}

function ignore(): void {
  // The iterable reports events and the end, not the state of the connection.
}
