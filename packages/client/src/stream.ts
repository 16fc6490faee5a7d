import { callbackSink } from './callbacks.ts';
import type { ProgressCallbacks } from './callbacks.ts';
import { openFeed } from './feed.ts';
import type { Feed, FeedOptions } from './feed.ts';

export type { Feed as ProgressStream } from './feed.ts';

/**
 * Follows a task until its end: each change once and in order, over as many connections as it takes. Everything is
 * released at the ending, without `close()`.
 */
export function createProgressStream(
  taskId: string,
  callbacks: ProgressCallbacks = {},
  options: FeedOptions = {},
): Feed {
  const sink = callbackSink(callbacks);
  const feed = (options.open ?? openFeed)(taskId, sink, options);
  return {
    close: () => {
      sink.close();
      feed.close();
    },
    readyState: () => feed.readyState(),
  };
}
