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
import type { Feed, FeedSink } from './feed.ts';

/** The arguments of `onTaskUpdate`: type and data of any event of a task. */
export type TaskUpdate =
  | [type: 'progress', data: TaskProgress]
  | [type: 'file', data: FileUpdate]
  | [type: 'completed', data: TaskCompleted]
  | [type: 'failed', data: TaskFailed]
  | [type: 'cancelled', data: TaskCancelled];

/** Callbacks may return anything. The stream does not wait for a promise, but reports its rejection. */
type CallbackResult = unknown;

/** The callbacks of a stream, all optional. An error thrown in one is reported, and the stream continues. */
export interface ProgressCallbacks {
  /** The task as a whole has changed. */
  onProgress?(data: TaskProgress): CallbackResult;
  /** One file has changed. */
  onFileUpdate?(data: FileUpdate): CallbackResult;
  /** The task has ended with at least one model. */
  onComplete?(data: TaskCompleted): CallbackResult;
  /** The task failed, or the stream cannot continue. Nothing follows. As a string the error is its message. */
  onError?(error: ApiError): CallbackResult;
  /** The task was cancelled. Without this callback, `onError` gets an error with the code `TASK_CANCELLED`. */
  onCancelled?(data: TaskCancelled): CallbackResult;
  /** Any event, after its own callback. */
  onTaskUpdate?(...update: TaskUpdate): CallbackResult;
  /** A connection has opened: the first one, or a new one. */
  onOpen?(): CallbackResult;
  /** The connection was lost; the stream reconnects and misses nothing. */
  onReconnecting?(info: ReconnectInfo): CallbackResult;
}

/** Opens a feed that reports to callbacks. After `close()` nothing is called, not even the rest of the current event. */
export function openWithCallbacks(given: ProgressCallbacks, open: (sink: FeedSink) => Feed): Feed {
  let callbacks: ProgressCallbacks = given;
  const feed = open({
    event: (event) => {
      call(() => dispatch(callbacks, event));
      call(() => callbacks.onTaskUpdate?.(...([updateTypes[event.type], event.data] as TaskUpdate)));
    },
    open: () => call(() => callbacks.onOpen?.()),
    reconnecting: (info) => call(() => callbacks.onReconnecting?.(info)),
    end: (error) => {
      if (error) call(() => callbacks.onError?.(error));
      callbacks = {};
    },
  });
  return {
    close: () => {
      callbacks = {};
      feed.close();
    },
    readyState: () => feed.readyState(),
  };
}

function call(callback: () => CallbackResult): void {
  try {
    const result = callback() as Partial<Promise<unknown>> | undefined;
    // oxlint-disable-next-line typescript/no-floating-promises -- a rejection is reported
    result?.catch?.(report);
  } catch (error) {
    report(error);
  }
}

function dispatch(callbacks: ProgressCallbacks, event: TaskEvent): CallbackResult {
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

/** What `onTaskUpdate` calls each event. */
const updateTypes = {
  task_progress: 'progress',
  file_update: 'file',
  task_completed: 'completed',
  task_failed: 'failed',
  task_cancelled: 'cancelled',
} as const;

const taskFailure = ({ error, details, message_id: messageId, message_values: messageValues }: TaskFailed) =>
  new ApiError(error, { code: details.code, retryable: details.retryable ?? false, messageId, messageValues, details });

const cancelled = ({ message, message_id: messageId, message_values: messageValues }: TaskCancelled) =>
  new ApiError(message, { code: 'TASK_CANCELLED', messageId, messageValues });

/** Reports as an uncaught error, except that it must not take down a Node process. */
function report(error: unknown): void {
  const { reportError } = globalThis as { reportError?: (error: unknown) => void };
  if (reportError) reportError(error);
  // oxlint-disable-next-line no-console -- Node has no `reportError`
  else console.error(error);
}
