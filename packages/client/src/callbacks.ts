import type {
  FileUpdate,
  TaskCancelled,
  TaskCompleted,
  TaskEvent,
  TaskFailed,
  TaskProgress,
} from '@image2model/protocol';
import type { ReconnectInfo } from './connection-options.ts';
import { ApiError } from './errors.ts';
import type { FeedSink } from './feed.ts';

/** Type and data of any event of a task, as `onTaskUpdate` gets them. */
export type TaskUpdate =
  | [type: 'progress', data: TaskProgress]
  | [type: 'file', data: FileUpdate]
  | [type: 'completed', data: TaskCompleted]
  | [type: 'failed', data: TaskFailed]
  | [type: 'cancelled', data: TaskCancelled];

/** Callbacks may give back anything, a promise too: the stream does not wait for it, and reports its rejection. */
type Told = unknown;

/** What a stream tells, all of it optional. An error thrown in one is reported, and the stream goes on. */
export interface ProgressCallbacks {
  /** The task as a whole has moved. */
  onProgress?(data: TaskProgress): Told;
  /** One file has moved. */
  onFileUpdate?(data: FileUpdate): Told;
  /** The task has ended and at least one file made it. */
  onComplete?(data: TaskCompleted): Told;
  /** The task failed, or the stream cannot go on; nothing follows. In a text the error reads as its message. */
  onError?(error: ApiError): Told;
  /** The task was cancelled. Without this callback `onError` gets an error with the code `TASK_CANCELLED`. */
  onCancelled?(data: TaskCancelled): Told;
  /** Any event, after the callback of its own. */
  onTaskUpdate?(...update: TaskUpdate): Told;
  /** A connection is open: the first, or a new one. */
  onOpen?(): Told;
  /** The connection was lost and a new one follows by itself. Nothing is missed. */
  onReconnecting?(info: ReconnectInfo): Told;
}

/** Callbacks as the sink of a feed. After `close()` it calls nothing, within one event too. */
export interface CallbackSink extends FeedSink {
  close(): void;
}

export function callbackSink(given: ProgressCallbacks): CallbackSink {
  let callbacks: ProgressCallbacks = given;
  return {
    event: (event) => {
      call(() => tell(callbacks, event));
      call(() => callbacks.onTaskUpdate?.(...updateOf(event)));
    },
    open: () => call(() => callbacks.onOpen?.()),
    reconnecting: (info) => call(() => callbacks.onReconnecting?.(info)),
    end: (error) => {
      if (error) call(() => callbacks.onError?.(error));
      callbacks = {};
    },
    close: () => {
      callbacks = {};
    },
  };
}

function call(callback: () => Told): void {
  try {
    const told = callback() as Partial<Promise<unknown>> | undefined;
    // oxlint-disable-next-line typescript/no-floating-promises -- what it rejects with is reported
    told?.catch?.(report);
  } catch (error) {
    report(error);
  }
}

function tell(callbacks: ProgressCallbacks, event: TaskEvent): Told {
  switch (event.type) {
    case 'task_progress':
      return callbacks.onProgress?.(event.data);
    case 'file_update':
      return callbacks.onFileUpdate?.(event.data);
    case 'task_completed':
      return callbacks.onComplete?.(event.data);
    case 'task_failed':
      return callbacks.onError?.(taskFailure(event.data));
    case 'task_cancelled':
      return callbacks.onCancelled ? callbacks.onCancelled(event.data) : callbacks.onError?.(cancelled(event.data));
  }
}

function updateOf(event: TaskEvent): TaskUpdate {
  switch (event.type) {
    case 'task_progress':
      return ['progress', event.data];
    case 'file_update':
      return ['file', event.data];
    case 'task_completed':
      return ['completed', event.data];
    case 'task_failed':
      return ['failed', event.data];
    case 'task_cancelled':
      return ['cancelled', event.data];
  }
}

const taskFailure = ({ error, details }: TaskFailed) =>
  new ApiError(error, { code: details.code, retryable: details.retryable ?? false, details });

const cancelled = ({ message }: TaskCancelled) => new ApiError(message, { code: 'TASK_CANCELLED' });

/** Where an uncaught error would have gone, but without taking a Node process down: a callback is not worth that. */
function report(error: unknown): void {
  const { reportError } = globalThis as { reportError?: (error: unknown) => void };
  if (reportError) reportError(error);
  // oxlint-disable-next-line no-console -- Node has no other place for it
  else console.error(error);
}
