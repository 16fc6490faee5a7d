import { hasEnded, initialTaskState, reduceTask } from '@image2model/protocol';
import type { TaskState } from '@image2model/protocol';
import type { ReconnectInfo } from './connection-options.ts';
import type { ApiError } from './errors.ts';
import { openFeed } from './feed.ts';
import type { Feed, FeedOptions } from './feed.ts';

/** A task as a page shows it. A new object at each change, and only then. */
export interface ProgressSnapshot {
  readonly task: TaskState;
  /** `idle` while nobody subscribes, `closed` once the task has ended or the stream cannot go on. */
  readonly connection: 'idle' | 'connecting' | 'open' | 'reconnecting' | 'closed';
  /** While reconnecting: which attempt, after how long, and why. */
  readonly reconnecting?: ReconnectInfo;
  /** Why the stream cannot go on. That the task itself failed stands in `task`. */
  readonly error?: ApiError;
}

export interface ProgressStoreOptions extends FeedOptions {
  /** What is known already, from `getJobStatus` or an earlier store: the stream goes on from there. */
  initial?: TaskState | undefined;
}

/** A Svelte store (`$store`) and what React's `useSyncExternalStore` takes, as it is. */
export interface ProgressStore {
  /** Tells the present snapshot at once and then each new one. Returns what ends it. */
  subscribe(subscriber: (snapshot: ProgressSnapshot) => void): () => void;
  getSnapshot(): ProgressSnapshot;
}

/**
 * The live state of a task. It connects with the first subscriber, lets go after the last, and goes on from where it
 * was with the next.
 */
export function createProgressStore(taskId: string, options: ProgressStoreOptions = {}): ProgressStore {
  const { initial, ...rest } = options;
  const subscribers = new Set<{ tell: (snapshot: ProgressSnapshot) => void }>();
  let snapshot: ProgressSnapshot = { task: initial ?? initialTaskState(taskId), connection: 'idle' };
  let feed: Feed | undefined;
  if (hasEnded(snapshot.task.status)) snapshot = { ...snapshot, connection: 'closed' };

  function set(next: ProgressSnapshot): void {
    snapshot = next;
    for (const { tell } of subscribers) tell(snapshot);
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
      // An entry of its own: the same function may subscribe twice.
      const entry = { tell: subscriber };
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
