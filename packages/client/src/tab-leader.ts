import { createEventLog } from './event-log.ts';
import type { EventLog } from './event-log.ts';
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
export interface TabLeader {
  /** A tab wants to follow a task. `log` is what the leading tab itself already has, to continue from. */
  want(tab: string, taskId: string, after: number, log?: EventLog): void;
  drop(tab: string, taskId: string): void;
  close(): void;
}

export function createTabLeader({ open, feedOptions, self, send }: LeaderOptions): TabLeader {
  const followed = new Map<string, Followed>();
  /** Tasks that have ended, oldest first; only their logs are kept. */
  const endedTasks = new Set<string>();
  const beat = setInterval(() => send({ type: 'beat' }), beatMs);

  const forget = (taskId: string) => {
    followed.delete(taskId);
    endedTasks.delete(taskId);
  };
  const follow = (tab: string, taskId: string, log: EventLog) => {
    const last = log.last();
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
          // A tab that asks before the last event has reached it gets it from the log, without a connection.
          endedTasks.add(taskId);
          if (error) forget(taskId);
          const [oldest] = endedTasks as Iterable<string> as [string];
          if (endedTasks.size > maxEnded) forget(oldest);
          send({ type: 'end', taskId, ...(error && { error: packError(error) }) });
        },
      },
      { ...feedOptions, lastEventId: String(last || '') },
    );
    followed.set(taskId, { feed, log, tabs });
  };
  return {
    want: (tab, taskId, after, log) => {
      const known = followed.get(taskId);
      if (!known) return follow(tab, taskId, log ?? createEventLog());
      known.tabs.add(tab);
      if (known.feed.readyState() === 1) send({ type: 'open', taskId, to: tab });
      for (const event of known.log.after(after)) send({ type: 'event', taskId, event, to: tab });
    },
    drop: (tab, taskId) => {
      const known = followed.get(taskId);
      if (!known?.tabs.delete(tab) || known.tabs.size > 0) return;
      forget(taskId);
      known.feed.close();
    },
    close: () => {
      clearInterval(beat);
      for (const { feed } of followed.values()) feed.close();
      followed.clear();
    },
  };
}
