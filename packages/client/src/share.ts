import { defaultBaseUrl } from './address.ts';
import { combineTasks } from './combine.ts';
import { openFeed } from './feed.ts';
import type { FeedOptions, OpenFeed } from './feed.ts';
import { Tab } from './tab.ts';

export interface ShareOptions {
  /** How the tab that leads connects. Default `combineTasks()`: one connection for all tasks of all tabs. */
  open?: OpenFeed;
  /** Milliseconds without a word from the leading tab after which another takes its place. Default 90 000. */
  silentMs?: number;
}

export const shareDefaults = { silentMs: 90_000 } as const;

/**
 * Lets all tabs of one origin that use the same server and key share one connection, for `open` in the options of a
 * service, a stream or a manager. Where Web Locks or `BroadcastChannel` are missing (a page that came over plain HTTP, an
 * old browser) each task has a connection of its own.
 */
export function shareAcrossTabs(options: ShareOptions = {}): OpenFeed {
  const { open = combineTasks(), silentMs = shareDefaults.silentMs } = options;
  const tabs = new Map<string, Tab>();
  return (taskId, sink, feedOptions = {}) => {
    if (!canShare()) return openFeed(taskId, sink, feedOptions);
    const name = nameOf(feedOptions);
    let tab = tabs.get(name);
    if (!tab) {
      const made: Tab = new Tab({
        name,
        open,
        feedOptions,
        silentMs,
        onIdle: () => tabs.get(name) === made && tabs.delete(name),
      });
      tabs.set(name, made);
      tab = made;
    }
    return tab.follow(taskId, after(feedOptions.lastEventId, sink));
  };
}

function canShare(): boolean {
  const { navigator } = globalThis as { navigator?: Partial<Navigator> };
  return typeof BroadcastChannel === 'function' && navigator?.locks !== undefined;
}

/** Tabs with another server or another key are none of each other's business. The key itself is not in the name. */
function nameOf({ baseUrl, apiKey }: FeedOptions): string {
  const key = (typeof apiKey === 'function' ? apiKey() : apiKey) ?? '';
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return `image2model:${baseUrl ?? defaultBaseUrl()}:${(hash >>> 0).toString(16)}`;
}

type Sink = Parameters<OpenFeed>[1];

/** The shared log starts with the newest of each key; a stream that has a cursor wants none of what is before it. */
function after(cursor: string | undefined, sink: Sink): Sink {
  const last = Number(cursor ?? 0) || 0;
  if (last === 0) return sink;
  return {
    event: (event) => {
      if (event.data.sequence > last) sink.event(event);
    },
    open: () => sink.open(),
    reconnecting: (info) => sink.reconnecting(info),
    end: (error) => sink.end(error),
  };
}
