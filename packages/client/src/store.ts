import { hasEnded, initialTaskState, reduceTask } from '@image2model/protocol';
import type { TaskState } from '@image2model/protocol';
import type { ReconnectInfo } from './connection-options.ts';
import type { ApiError } from './errors.ts';
import { openFeed } from './feed.ts';
import type { Feed, FeedOptions } from './feed.ts';

/** A task for display. Each change makes a new object; nothing else does. */
export interface ProgressSnapshot {
  readonly task: TaskState;
  /** `idle` without subscribers, `closed` once the task has ended or the stream cannot continue. */
  readonly connection: 'idle' | 'connecting' | 'open' | 'reconnecting' | 'closed';
  /** While reconnecting: the attempt, its delay and the reason. */
  readonly reconnecting?: ReconnectInfo;
  /** Why the stream cannot continue. A failure of the task itself is in `task`. */
  readonly error?: ApiError;
}

export interface ProgressStoreOptions extends FeedOptions {
  /** Known state, from `getJobStatus` or an earlier store; the stream continues from there. */
  initial?: TaskState | undefined;
}

/** A Svelte store (`$store`), also ready for React's `useSyncExternalStore`. */
export interface ProgressStore {
  /** Calls the subscriber with the current snapshot at once, then with each new one. Returns a function to unsubscribe. */
  subscribe(subscriber: (snapshot: ProgressSnapshot) => void): () => void;
  getSnapshot(): ProgressSnapshot;
}

/**
 * The live state of a task. It connects with the first subscriber, disconnects after the last, and continues from its
 * cursor with the next.
 */
export function createProgressStore(taskId: string, options: ProgressStoreOptions = {}): ProgressStore {
  const { initial, ...rest } = options;
  const subscribers = new Set<{ notify: (snapshot: ProgressSnapshot) => void }>();
  const known = initial ?? initialTaskState(taskId);
  let snapshot: ProgressSnapshot = { task: known, connection: hasEnded(known.status) ? 'closed' : 'idle' };
  let feed: Feed | undefined;

  function set(next: ProgressSnapshot): void {
    snapshot = next;
    for (const { notify } of subscribers) notify(snapshot);
  }

  function connect(): void {
    const { task } = snapshot;
    snapshot = { task, connection: 'connecting' };
    feed = (rest.open ?? openFeed)(
      taskId,
      {
        event: (event) => set({ ...snapshot, task: reduceTask(snapshot.task, event) }),
        open: () => set({ task: snapshot.task, connection: 'open' }),
        reconnecting: (reconnecting) => set({ task: snapshot.task, connection: 'reconnecting', reconnecting }),
        end: (error) => {
          feed = undefined;
          set({ task: snapshot.task, connection: 'closed', ...(error && { error }) });
        },
      },
      { ...rest, ...(task.sequence > 0 && { lastEventId: String(task.sequence) }) },
    );
  }

  return {
    subscribe: (subscriber) => {
      // Wrapped in an object, because the same function may subscribe twice.
      const entry = { notify: subscriber };
      subscribers.add(entry);
      if (!feed && snapshot.connection === 'idle') connect();
      subscriber(snapshot);
      return () => {
        if (!subscribers.delete(entry) || subscribers.size > 0 || !feed) return;
        feed.close();
        feed = undefined;
        snapshot = { task: snapshot.task, connection: 'idle' };
      };
    },
    getSnapshot: () => snapshot,
  };
}
