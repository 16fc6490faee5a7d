import { callbackSink } from './callbacks.ts';
import type { ProgressCallbacks } from './callbacks.ts';
import { openFeed } from './feed.ts';
import type { Feed, FeedOptions } from './feed.ts';

export type { Feed as ProgressStream } from './feed.ts';

/**
 * Follows a task to its end and reports each change once and in order, reconnecting as needed. At the end everything is
 * released, even without `close()`.
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
