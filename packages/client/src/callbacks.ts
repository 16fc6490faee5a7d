import type { FileUpdate, TaskCancelled, TaskCompleted, TaskFailed, TaskProgress } from '@image2model/protocol';
import type { ReconnectInfo } from './connection-options.ts';
import { ApiError } from './errors.ts';
import { eventNames } from './event-names.ts';
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
  const call = (name: keyof ProgressCallbacks, ...data: unknown[]) => {
    try {
      const result = (callbacks as AnyCallbacks)[name]?.(...data);
      // oxlint-disable-next-line typescript/no-floating-promises -- a rejection is reported
      result?.catch?.(report);
    } catch (error) {
      report(error);
    }
  };
  const feed = open({
    event: ({ type, data }) => {
      const [name, update] = eventNames[type];
      if (type === 'task_failed' || (type === 'task_cancelled' && !callbacks.onCancelled)) {
        call('onError', failureOf(data));
      } else {
        call(name, data);
      }
      call('onTaskUpdate', update, data);
    },
    open: () => call('onOpen'),
    reconnecting: (info) => call('onReconnecting', info),
    end: (error) => {
      if (error) call('onError', error);
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

type AnyCallbacks = Partial<Record<string, (...data: unknown[]) => Partial<Promise<unknown>> | undefined>>;

/** A cancelled task is a failure for those who have no callback for it. */
function failureOf(data: TaskFailed | TaskCancelled): ApiError {
  const { error, message, details, ...ref } = data as TaskFailed & TaskCancelled;
  return new ApiError(error ?? message, {
    code: details?.code ?? 'TASK_CANCELLED',
    retryable: details?.retryable ?? false,
    messageId: ref.message_id,
    messageValues: ref.message_values,
    details,
  });
}

/** Reports as an uncaught error, except that it must not take down a Node process. */
function report(error: unknown): void {
  // oxlint-disable-next-line no-console -- Node has no `reportError`
  ((globalThis as Partial<typeof globalThis>).reportError ?? console.error)(error);
}
