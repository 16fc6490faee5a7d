import type { ReadyState } from './connection-options.ts';
import { EventLog } from './event-log.ts';
import type { ApiError } from './errors.ts';
import type { Feed, FeedSink } from './feed.ts';

/** One feed for any number of sinks: whoever comes later first gets the newest entry of each key. */
export class SharedFeed {
  readonly #log = new EventLog();
  /** Each sink, and whether it has been brought up to date. */
  readonly #sinks = new Map<FeedSink, boolean>();
  readonly #onIdle: () => void;
  #feed: Feed;

  /** `onIdle` is called once nothing is left to do: the feed has ended, or the last sink has gone. */
  constructor(open: (sink: FeedSink) => Feed, onIdle: () => void) {
    this.#onIdle = onIdle;
    this.#feed = open({
      event: (event) => {
        this.#log.add(event);
        this.#tell((sink) => sink.event(event));
      },
      open: () => this.#tell((sink) => sink.open()),
      reconnecting: (info) => this.#tell((sink) => sink.reconnecting(info)),
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

  /** Leaves everybody at once. */
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

  /** What comes before a sink has been brought up to date reaches it with the log. */
  #tell(tell: (sink: FeedSink) => void): void {
    for (const [sink, current] of this.#sinks) if (current) tell(sink);
  }

  #end(error: ApiError | undefined): void {
    for (const [sink, current] of this.#sinks) {
      if (!current) this.#catchUp(sink);
      if (this.#sinks.delete(sink)) sink.end(error);
    }
    this.#onIdle();
  }
}
