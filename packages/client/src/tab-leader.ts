import { EventLog } from './event-log.ts';
import type { Feed, FeedOptions, OpenFeed } from './feed.ts';
import { packError } from './tab-messages.ts';
import type { TabMessage } from './tab-messages.ts';

interface Followed {
  feed: Feed;
  log: EventLog;
  /** Tabs that want it. */
  tabs: Set<string>;
}

export interface LeaderOptions {
  open: OpenFeed;
  feedOptions: FeedOptions;
  /** Name of the tab that leads. */
  self: string;
  /** Tells all tabs, this one too; or the one that the message is for. */
  tell: (message: TabMessage) => void;
}

/** Milliseconds between signs of life; a hidden page is let do it once a minute at the least. */
const beatMs = 10_000;
/** Logs of ended tasks that are kept. */
const maxEnded = 100;

/** Holds the connections for all tabs and tells them what comes. */
export class TabLeader {
  readonly #options: LeaderOptions;
  readonly #followed = new Map<string, Followed>();
  /** Tasks that have ended, oldest first; all that is left of them is the log. */
  readonly #ended = new Set<string>();
  readonly #beat: ReturnType<typeof setInterval>;

  constructor(options: LeaderOptions) {
    this.#options = options;
    this.#beat = setInterval(() => options.tell({ type: 'beat' }), beatMs);
  }

  /** A tab wants a task. `log` is what this tab itself has of it, so that it can go on from there. */
  want(tab: string, taskId: string, after: number, log?: EventLog): void {
    const { tell } = this.#options;
    const known = this.#followed.get(taskId);
    if (!known) return this.#follow(tab, taskId, log ?? new EventLog());
    known.tabs.add(tab);
    if (known.feed.readyState() === 1) tell({ type: 'open', taskId, to: tab });
    for (const event of known.log.after(after)) tell({ type: 'event', taskId, event, to: tab });
  }

  drop(tab: string, taskId: string): void {
    const known = this.#followed.get(taskId);
    if (!known?.tabs.delete(tab) || known.tabs.size > 0) return;
    this.#followed.delete(taskId);
    this.#ended.delete(taskId);
    known.feed.close();
  }

  /** A tab that asks while the ending is on its way to it is answered from the log, without a connection. */
  #keepEnded(taskId: string): void {
    this.#ended.add(taskId);
    const [oldest] = this.#ended;
    if (oldest === undefined || this.#ended.size <= maxEnded) return;
    this.#ended.delete(oldest);
    this.#followed.delete(oldest);
  }

  close(): void {
    clearInterval(this.#beat);
    for (const { feed } of this.#followed.values()) feed.close();
    this.#followed.clear();
  }

  #follow(tab: string, taskId: string, log: EventLog): void {
    const { open, feedOptions, self, tell } = this.#options;
    const { last } = log;
    const tabs = new Set([tab]);
    const feed = open(
      taskId,
      {
        event: (event) => {
          log.add(event);
          // A word to other tabs goes by way of the browser's main process: at a thousand a second that can be felt.
          const alone = tabs.size === 1 && tabs.has(self);
          tell({ type: 'event', taskId, event, ...(alone && { to: self }) });
        },
        open: () => tell({ type: 'open', taskId }),
        reconnecting: ({ reason, ...info }) =>
          tell({ type: 'reconnecting', taskId, info: { ...info, reason: packError(reason) } }),
        end: (error) => {
          if (error) this.#followed.delete(taskId);
          else this.#keepEnded(taskId);
          tell({ type: 'end', taskId, ...(error && { error: packError(error) }) });
        },
      },
      { ...feedOptions, lastEventId: last > 0 ? String(last) : undefined },
    );
    this.#followed.set(taskId, { feed, log, tabs });
  }
}
