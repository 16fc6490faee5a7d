import type { TaskEvent } from '@image2model/protocol';
import type { ReconnectInfo } from './connection-options.ts';
import { ApiError } from './errors.ts';
import type { ApiErrorInit } from './errors.ts';

/** An error as it crosses from tab to tab: structured cloning keeps no class and no fields of ours. */
export interface ErrorMessage extends ApiErrorInit {
  message: string;
}

/** What tabs say to each other. `tab` says who speaks, `to` who alone is meant. */
export type TabMessage =
  /** A tab wants to follow a task, and has what came up to a sequence. */
  | { type: 'want'; tab: string; taskId: string; after: number }
  | { type: 'drop'; tab: string; taskId: string }
  /** A tab holds the connection from now on: whoever wants something says so again. */
  | { type: 'leader' }
  /** The leader is there. */
  | { type: 'beat' }
  | { type: 'event'; taskId: string; event: TaskEvent; to?: string }
  | { type: 'open'; taskId: string; to?: string }
  | { type: 'reconnecting'; taskId: string; info: Omit<ReconnectInfo, 'reason'> & { reason: ErrorMessage } }
  | { type: 'end'; taskId: string; error?: ErrorMessage };

export function packError(error: ApiError): ErrorMessage {
  const { message, code, status, retryable, requestId, errors, details, retryAfterMs } = error;
  return { message, code, status, retryable, requestId, errors, details, retryAfterMs };
}

export function unpackError({ message, ...init }: ErrorMessage): ApiError {
  return new ApiError(message, init);
}
