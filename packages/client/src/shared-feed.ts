import { createEventLog } from './event-log.ts';
import type { Feed, FeedSink } from './feed.ts';

/** One feed for any number of sinks. A late sink first gets the newest event of each key. */
export interface SharedFeed {
  join(sink: FeedSink): Feed;
  /** Drops all sinks at once. */
  close(): void;
}

/**
 * The shared feed of a task in a map, opened if it is not there. When it has ended or the last sink has left, it leaves
 * the map, and `onIdle` is called.
 */
export function sharedFeed(
  feeds: Map<string, SharedFeed>,
  taskId: string,
  open: (sink: FeedSink) => Feed,
  onIdle?: () => void,
): SharedFeed {
  const known = feeds.get(taskId);
  if (known) return known;
  const log = createEventLog();
  /** Each sink, and whether it has caught up. */
  const sinks = new Map<FeedSink, boolean>();
  /** Sinks that have not caught up yet get the event from the log. */
  const notify = (tell: (sink: FeedSink) => void) => {
    for (const [sink, current] of sinks) if (current) tell(sink);
  };
  const leave = () => {
    if (feeds.get(taskId) === created) feeds.delete(taskId);
    onIdle?.();
  };
  const catchUp = (sink: FeedSink) => {
    if (!sinks.has(sink)) return;
    sinks.set(sink, true);
    if (feed.readyState() === 1) sink.open();
    for (const event of log.after()) if (sinks.has(sink)) sink.event(event);
  };
  const feed = open({
    event: (event) => {
      log.add(event);
      notify((sink) => sink.event(event));
    },
    open: () => notify((sink) => sink.open()),
    reconnecting: (info) => notify((sink) => sink.reconnecting(info)),
    end: (error) => {
      // First, so that a sink that follows the task again gets a new feed.
      leave();
      for (const [sink, current] of sinks) {
        if (!current) catchUp(sink);
        if (sinks.delete(sink)) sink.end(error);
      }
    },
  });
  const created: SharedFeed = {
    join: (sink) => {
      sinks.set(sink, false);
      queueMicrotask(() => catchUp(sink));
      return {
        close: () => {
          if (!sinks.delete(sink) || sinks.size > 0) return;
          feed.close();
          leave();
        },
        readyState: () => (sinks.has(sink) ? feed.readyState() : 2),
      };
    },
    close: () => {
      sinks.clear();
      feed.close();
    },
  };
  feeds.set(taskId, created);
  return created;
}
