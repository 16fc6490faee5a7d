import type { ReadyState } from './connection-options.ts';
import { EventLog } from './event-log.ts';
import type { ApiError } from './errors.ts';
import type { Feed, FeedSink } from './feed.ts';

/** One feed for any number of sinks. A late sink first gets the newest event of each key. */
export class SharedFeed {
  readonly #log = new EventLog();
  /** Each sink, and whether it has caught up. */
  readonly #sinks = new Map<FeedSink, boolean>();
  readonly #onIdle: () => void;
  #feed: Feed;

  /** `onIdle` is called when the feed has ended or the last sink has left. */
  constructor(open: (sink: FeedSink) => Feed, onIdle: () => void) {
    this.#onIdle = onIdle;
    this.#feed = open({
      event: (event) => {
        this.#log.add(event);
        this.#notify((sink) => sink.event(event));
      },
      open: () => this.#notify((sink) => sink.open()),
      reconnecting: (info) => this.#notify((sink) => sink.reconnecting(info)),
      end: (error) => this.#end(error),
    });
  }

  join(sink: FeedSink): Feed {
    this.#sinks.set(sink, false);
    queueMicrotask(() => this.#catchUp(sink));
    return {
      close: () => {
        if (!this.#sinks.delete(sink) || this.#sinks.size > 0) return;
        this.#feed.close();
        this.#onIdle();
      },
      readyState: (): ReadyState => (this.#sinks.has(sink) ? this.#feed.readyState() : 2),
    };
  }

  /** Drops all sinks at once. */
  close(): void {
    this.#sinks.clear();
    this.#feed.close();
  }

  #catchUp(sink: FeedSink): void {
    if (!this.#sinks.has(sink)) return;
    this.#sinks.set(sink, true);
    if (this.#feed.readyState() === 1) sink.open();
    for (const event of this.#log.after()) {
      if (this.#sinks.has(sink)) sink.event(event);
    }
  }

  /** Sinks that have not caught up yet get the event from the log. */
  #notify(notify: (sink: FeedSink) => void): void {
    for (const [sink, current] of this.#sinks) if (current) notify(sink);
  }

  #end(error: ApiError | undefined): void {
    // First, so that a sink that follows the task again gets a new feed.
    this.#onIdle();
    for (const [sink, current] of this.#sinks) {
      if (!current) this.#catchUp(sink);
      if (this.#sinks.delete(sink)) sink.end(error);
    }
  }
}
