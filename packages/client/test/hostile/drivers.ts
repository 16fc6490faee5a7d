import { initialTaskState, isEnding, reduceTask } from '@image2model/protocol';
import type { TaskEvent, TaskState } from '@image2model/protocol';
import { combineTasks } from '../../src/combine.ts';
import { openFeed } from '../../src/feed.ts';
import type { FeedOptions } from '../../src/feed.ts';
import { SSEManager } from '../../src/manager.ts';
import { shareAcrossTabs } from '../../src/share.ts';
import { createProgressStore } from '../../src/store.ts';
import { createProgressStream } from '../../src/stream.ts';
import { watch } from '../../src/watch.ts';

/** What a client has seen of its task. */
export interface Seen {
  state: TaskState;
  sequences: number[];
  endings: number;
  /** Resolves with the error that ended the stream, or with nothing after the task's last event. */
  ended: Promise<unknown>;
  /** Resolves `ended`. */
  stop: (outcome?: unknown) => void;
}

type Driver = (taskId: string, options: FeedOptions, seen: Seen, record: (event: TaskEvent) => void) => void;

/** Every way to follow a task with the SDK. */
export const drivers: Record<string, Driver> = {
  feed: (taskId, options, seen, record) => {
    openFeed(taskId, { event: record, open: nothing, reconnecting: nothing, end: seen.stop }, options);
  },
  stream: (taskId, options, seen, record) => {
    createProgressStream(taskId, updates(seen, record), options);
  },
  combined: (taskId, options, seen, record) => {
    createProgressStream(taskId, updates(seen, record), { ...options, open: combineTasks() });
  },
  shared: (taskId, options, seen, record) => {
    createProgressStream(taskId, updates(seen, record), { ...options, open: shareAcrossTabs() });
  },
  manager: (taskId, options, seen, record) => {
    const { maxRetries = 1_000 } = options;
    const manager = new SSEManager({ api: { streamOptions: () => options }, maxRetries, retryDelayMs: () => 2 });
    manager.connect(taskId, updates(seen, record));
  },
  watch: (taskId, options, seen, record) => {
    const loop = async () => {
      for await (const event of watch(taskId, options)) record(event);
    };
    loop().then(() => seen.stop(), seen.stop);
  },
  store: (taskId, options, seen) => {
    const store = createProgressStore(taskId, options);
    store.subscribe(({ task, connection, error }) => {
      if (task !== seen.state && task.sequence > 0) seen.sequences.push(task.sequence);
      seen.state = task;
      if (connection !== 'closed') return;
      seen.endings++;
      seen.stop(error);
    });
  },
};

export function startDriver(name: string, taskId: string, options: FeedOptions): Seen {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const state = initialTaskState(taskId);
  const seen: Seen = { state, sequences: [], endings: 0, ended: promise, stop: resolve };
  drivers[name]?.(taskId, options, seen, (event) => {
    seen.sequences.push(event.data.sequence);
    seen.state = reduceTask(seen.state, event);
    if (isEnding(event.type)) seen.endings++;
  });
  return seen;
}

/** Callbacks that record every event; `onTaskUpdate` is the last one called for it. */
function updates(seen: Seen, record: (event: TaskEvent) => void) {
  const types = { progress: 'task_progress', file: 'file_update' } as Record<string, string>;
  return {
    onCancelled: nothing,
    onTaskUpdate: (type: string, data: object) => {
      const event = { type: types[type] ?? `task_${type}`, data } as TaskEvent;
      record(event);
      if (isEnding(event.type)) seen.stop();
    },
    // A failed task comes as an update too; an error without one has ended the stream.
    onError: (error: { status: number; details?: unknown }) => {
      if (!error.details) seen.stop(error);
    },
  };
}

function nothing(): void {
  // Not recorded.
}
