import { isEnding } from '@image2model/protocol';
import type { TaskEvent } from '@image2model/protocol';
import { apiUrl } from './address.ts';
import { openConnection } from './connection.ts';
import type { ConnectionOptions, ReadyState, ReconnectInfo } from './connection-options.ts';
import { ApiError } from './errors.ts';
import { parseEvent } from './parse.ts';

/** Who follows a task. It must not throw. */
export interface FeedSink {
  /** Each event once, in the order of `sequence`. */
  event(event: TaskEvent): void;
  open(): void;
  reconnecting(info: ReconnectInfo): void;
  /** Once, when the feed is over by itself: after the ending, or with the error that stopped it. */
  end(error?: ApiError): void;
}

export interface FeedOptions extends ConnectionOptions {
  /** Origin (and path prefix) of the server. Default: the page's own; `http://127.0.0.1:3000` outside a browser. */
  baseUrl?: string | undefined;
  /** How a task is followed: `combineTasks()`, `shareAcrossTabs()`. Default: over a connection of its own. */
  open?: OpenFeed | undefined;
}

/** A task being followed. */
export interface Feed {
  /** Stops following; may be called again, and nothing is told after it. The task itself goes on. */
  close(): void;
  /** As `EventSource`: 0 connecting, 1 open, 2 closed. */
  readyState(): ReadyState;
}

/** A way to follow a task: over a connection of its own, one for many tasks, or one for all tabs. */
export type OpenFeed = (taskId: string, sink: FeedSink, options?: FeedOptions) => Feed;

/** The address of a task's own stream. */
export function taskStreamUrl(baseUrl: string | undefined, taskId: string): string {
  return apiUrl(baseUrl, `/status/tasks/${encodeURIComponent(taskId)}/stream`);
}

/** Follows one task over a connection of its own. */
export function openFeed(taskId: string, sink: FeedSink, options: FeedOptions = {}): Feed {
  const url = taskStreamUrl(options.baseUrl, taskId);
  let last = Number(options.lastEventId ?? 0) || 0;
  return openConnection(
    {
      target: () => ({ url }),
      message: (message) => {
        const event = parseEvent(message);
        if (!event || event instanceof ApiError) return event ?? false;
        const ending = isEnding(event.type);
        // An ending counts whatever its number: a server set back to an older state must not be followed for ever.
        if (event.data.sequence <= last && !ending) return false;
        last = event.data.sequence;
        sink.event(event);
        return ending;
      },
      open: () => sink.open(),
      reconnecting: (info) => sink.reconnecting(info),
      end: (error) => sink.end(error),
    },
    options,
  );
}
