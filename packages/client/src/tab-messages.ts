import type { TaskEvent } from '@image2model/protocol';
import type { ReconnectInfo } from './connection-options.ts';
import { ApiError } from './errors.ts';
import type { ApiErrorInit } from './errors.ts';

/** An error as sent between tabs: structured cloning drops its class and fields. */
export interface ErrorMessage extends ApiErrorInit {
  message: string;
}

/** Messages between tabs. `tab` is the sender, `to` the only recipient. */
export type TabMessage =
  /** A tab wants to follow a task from a sequence on. */
  | { type: 'want'; tab: string; taskId: string; after: number }
  | { type: 'drop'; tab: string; taskId: string }
  /** A tab has become the leader: the others repeat what they want. */
  | { type: 'leader' }
  /** The leader is alive. */
  | { type: 'beat' }
  | { type: 'event'; taskId: string; event: TaskEvent; to?: string }
  | { type: 'open'; taskId: string; to?: string }
  | { type: 'reconnecting'; taskId: string; info: Omit<ReconnectInfo, 'reason'> & { reason: ErrorMessage } }
  | { type: 'end'; taskId: string; error?: ErrorMessage };

export function packError(error: ApiError): ErrorMessage {
  const fields: ApiErrorInit = error;
  return { ...fields, message: error.message };
}

export function unpackError({ message, ...init }: ErrorMessage): ApiError {
  return new ApiError(message, init);
}
