import type { TaskEvent } from '@image2model/protocol';
import { ApiError } from './errors.ts';
import { EventLog } from './event-log.ts';
import { openFeed } from './feed.ts';
import type { FeedOptions } from './feed.ts';

export interface WatchOptions extends FeedOptions {
  signal?: AbortSignal | undefined;
  /** Events that wait for a slow reader; past it only the newest of the task and of each file do. Default 1 000. */
  maxBuffered?: number;
}

/**
 * The events of a task until its ending, which is the last one given. Leaving the loop closes the stream.
 *
 * @throws {ApiError} when the stream cannot go on, or with the code `ABORTED` when the signal fires
 */
export async function* watch(taskId: string, options: WatchOptions = {}): AsyncGenerator<TaskEvent, void, undefined> {
  const { signal, maxBuffered = 1000, ...rest } = options;
  let waiting: TaskEvent[] = [];
  let ended = false;
  let failure: ApiError | undefined;
  let wake: (() => void) | undefined;
  const stop = (error?: ApiError) => {
    ended = true;
    failure = error;
    wake?.();
  };
  const abort = () => stop(aborted(signal));
  if (signal?.aborted) throw aborted(signal);
  const feed = (rest.open ?? openFeed)(
    taskId,
    {
      event: (event) => {
        waiting.push(event);
        if (waiting.length > maxBuffered) waiting = newest(waiting);
        wake?.();
      },
      open: ignore,
      reconnecting: ignore,
      end: stop,
    },
    rest,
  );
  signal?.addEventListener('abort', abort);
  try {
    for (;;) {
      // An abort ends it at once; any other end comes after all that was there before it.
      if (signal?.aborted && failure) throw failure;
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

function aborted(signal: AbortSignal | undefined): ApiError {
  return new ApiError('The watch was cancelled', { code: 'ABORTED', cause: signal?.reason });
}

function ignore(): void {
  // The iterable tells events and the end, nothing of the connection.
}

/** Compacted as the server compacts for a slow reader: the newest of each key, in order. */
function newest(events: TaskEvent[]): TaskEvent[] {
  const log = new EventLog();
  for (const event of events) log.add(event);
  return log.after();
}
