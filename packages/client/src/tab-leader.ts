import { EventLog } from './event-log.ts';
import type { Feed, FeedOptions, OpenFeed } from './feed.ts';
import { packError } from './tab-messages.ts';
import type { TabMessage } from './tab-messages.ts';

interface Followed {
  feed: Feed;
  log: EventLog;
  /** Ids of the tabs that follow it. */
  tabs: Set<string>;
}

export interface LeaderOptions {
  open: OpenFeed;
  feedOptions: FeedOptions;
  /** Id of the leading tab. */
  self: string;
  /** Sends to all tabs, including this one, or to the tab that the message names. */
  send: (message: TabMessage) => void;
}

/** Milliseconds between heartbeats. Browsers throttle hidden pages, at worst to once a minute. */
const beatMs = 10_000;
/** Maximum number of logs of ended tasks. */
const maxEnded = 100;

/** Holds the connections for all tabs and forwards what they receive. */
export class TabLeader {
  readonly #options: LeaderOptions;
  readonly #followed = new Map<string, Followed>();
  /** Tasks that have ended, oldest first; only their logs are kept. */
  readonly #ended = new Set<string>();
  readonly #beat: ReturnType<typeof setInterval>;

  constructor(options: LeaderOptions) {
    this.#options = options;
    this.#beat = setInterval(() => options.send({ type: 'beat' }), beatMs);
  }

  /** A tab wants to follow a task. `log` is what the leading tab itself already has, to continue from. */
  want(tab: string, taskId: string, after: number, log?: EventLog): void {
    const { send } = this.#options;
    const known = this.#followed.get(taskId);
    if (!known) return this.#follow(tab, taskId, log ?? new EventLog());
    known.tabs.add(tab);
    if (known.feed.readyState() === 1) send({ type: 'open', taskId, to: tab });
    for (const event of known.log.after(after)) send({ type: 'event', taskId, event, to: tab });
  }

  drop(tab: string, taskId: string): void {
    const known = this.#followed.get(taskId);
    if (!known?.tabs.delete(tab) || known.tabs.size > 0) return;
    this.#followed.delete(taskId);
    this.#ended.delete(taskId);
    known.feed.close();
  }

  /** A tab that asks before the last event has reached it gets it from the log, without a connection. */
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
    const { open, feedOptions, self, send } = this.#options;
    const { last } = log;
    const tabs = new Set([tab]);
    const feed = open(
      taskId,
      {
        event: (event) => {
          log.add(event);
          // Messages to other tabs pass through the browser's main process, which is slow at a thousand a second.
          const alone = tabs.size === 1 && tabs.has(self);
          send({ type: 'event', taskId, event, ...(alone && { to: self }) });
        },
        open: () => send({ type: 'open', taskId }),
        reconnecting: (info) =>
          send({ type: 'reconnecting', taskId, info: { ...info, reason: packError(info.reason) } }),
        end: (error) => {
          if (error) this.#followed.delete(taskId);
          else this.#keepEnded(taskId);
          send({ type: 'end', taskId, ...(error && { error: packError(error) }) });
        },
      },
      { ...feedOptions, lastEventId: String(last || '') },
    );
    this.#followed.set(taskId, { feed, log, tabs });
  }
}
