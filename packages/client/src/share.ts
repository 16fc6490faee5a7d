import { isEnding } from '@image2model/protocol';
import { defaultBaseUrl } from './address.ts';
import { combineTasks } from './combine.ts';
import { openFeed } from './feed.ts';
import type { FeedOptions, OpenFeed } from './feed.ts';
import { isPlain } from './header-texts.ts';
import { Tab } from './tab.ts';

export interface ShareOptions {
  /** How the leading tab connects. Default `combineTasks()`: one connection for all tasks of all tabs. */
  open?: OpenFeed;
  /** Milliseconds of silence from the leading tab after which another one takes over. Default 90 000. */
  silentMs?: number;
}

export const shareDefaults = { silentMs: 90_000 } as const;

/**
 * Lets all tabs of one origin that use the same server and key share one connection, for the `open` option of a service,
 * a stream or a manager. Without Web Locks or `BroadcastChannel` (plain HTTP, old browsers) each task has its own
 * connection.
 */
export function shareAcrossTabs(options: ShareOptions = {}): OpenFeed {
  const { open = combineTasks(), silentMs = shareDefaults.silentMs } = options;
  const tabs = new Map<string, Tab>();
  return (taskId, sink, feedOptions = {}) => {
    const { BroadcastChannel, navigator } = globalThis as Partial<typeof globalThis>;
    const canShare = BroadcastChannel && navigator?.locks && isPlain(feedOptions.lastEventId ?? '');
    if (!canShare) return openFeed(taskId, sink, feedOptions);
    const name = nameOf(feedOptions);
    const tab = tabs.get(name) ?? new Tab({ name, open, feedOptions, silentMs, onIdle: () => tabs.delete(name) });
    tabs.set(name, tab);
    return tab.follow(taskId, after(feedOptions.lastEventId, sink));
  };
}

/** Separates tabs with different servers or keys. The key is hashed, because other scripts can see the name. */
function nameOf({ baseUrl, apiKey }: FeedOptions): string {
  const key = (typeof apiKey === 'function' ? apiKey() : apiKey) ?? '';
  let hash = 0;
  for (const character of key) hash = Math.imul(hash, 31) + character.charCodeAt(0);
  return `image2model:${baseUrl ?? defaultBaseUrl()}:${hash}`;
}

type Sink = Parameters<OpenFeed>[1];

/** The shared log replays the newest event of each key; a stream with a cursor skips those it already has. */
function after(cursor: string | undefined, sink: Sink): Sink {
  const last = Number(cursor) || 0;
  return {
    ...sink,
    event: (event) => {
      // An ending counts whatever its sequence, as on a connection of one's own.
      if (event.data.sequence > last || isEnding(event.type)) sink.event(event);
    },
  };
}
