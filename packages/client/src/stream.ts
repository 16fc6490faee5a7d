import { openWithCallbacks } from './callbacks.ts';
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
  return openWithCallbacks(callbacks, (sink) => (options.open ?? openFeed)(taskId, sink, options));
}
