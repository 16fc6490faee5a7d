import { isEnding } from '@image2model/protocol';
import type { TaskEvent } from '@image2model/protocol';
import { apiUrl } from './address.ts';
import { Connection } from './connection.ts';
import type { ConnectionOptions, ReadyState, ReconnectInfo } from './connection-options.ts';
import { ApiError } from './errors.ts';
import { parseEvent } from './parse.ts';

/** Receives what happens to a task, until `close()`. It must not throw. */
export interface FeedSink {
  /** Gets each event once, in the order of `sequence`. */
  event(event: TaskEvent): void;
  open(): void;
  reconnecting(info: ReconnectInfo): void;
  /** Called once when the feed ends by itself: after the task's last event, or with the error that stopped it. */
  end(error?: ApiError): void;
}

export interface FeedOptions extends ConnectionOptions {
  /** Origin (and path prefix) of the server. Default: the page's own; `http://127.0.0.1:3000` outside a browser. */
  baseUrl?: string | undefined;
  /** How to follow a task: `combineTasks()` or `shareAcrossTabs()`. Default: each task has its own connection. */
  open?: OpenFeed | undefined;
}

/** A task that is being followed. */
export interface Feed {
  /** Stops following; nothing is called afterwards. May be called more than once. The task keeps running. */
  close(): void;
  /** As `EventSource`: 0 connecting, 1 open, 2 closed. */
  readyState(): ReadyState;
}

/** A way to follow a task: over its own connection, or one shared by many tasks or by all tabs. */
export type OpenFeed = (taskId: string, sink: FeedSink, options?: FeedOptions) => Feed;

/** The URL of a task's own stream. */
export function taskStreamUrl(baseUrl: string | undefined, taskId: string): string {
  return apiUrl(baseUrl, `/status/tasks/${encodeURIComponent(taskId)}/stream`);
}

/** Follows one task over its own connection. */
export function openFeed(taskId: string, sink: FeedSink, options: FeedOptions = {}): Feed {
  let last = Number(options.lastEventId) || 0;
  return new Connection(
    {
      ...sink,
      target: () => ({ url: taskStreamUrl(options.baseUrl, taskId) }),
      message: (message) => {
        const event = parseEvent(message, options.baseUrl);
        if (!event || event instanceof ApiError) return event;
        // A proxy or a cache may mix up streams.
        if (event.data.task_id !== taskId.toLowerCase()) return null;
        const ending = isEnding(event.type);
        // The last event counts whatever its sequence: if the server was restored from a backup, sequences may be lower.
        if (event.data.sequence <= last && !ending) return undefined;
        last = event.data.sequence;
        sink.event(event);
        return ending;
      },
    },
    options,
  );
}
