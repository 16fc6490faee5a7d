import { onTestFinished } from 'vitest';
import { Connection } from '../../../src/connection.ts';
import type { ConnectionOptions, ReconnectInfo } from '../../../src/connection-options.ts';
import type { ApiError } from '../../../src/errors.ts';
import type { StreamEvent } from './standard.ts';

/** A connection, and what it has reported. */
export interface Listener {
  connection: Connection;
  /** As an `EventSource` gives them. */
  events: StreamEvent[];
  reconnects: ReconnectInfo[];
  /** `open`, `message`, `reconnecting` and `end`, in their order. */
  calls: string[];
  /** Empty until the connection has ended by itself. */
  ends: (ApiError | undefined)[];
}

/** Soon enough for a test, and never at once: a client that spins is seen as one that does. */
export const quick = { backoff: { baseMs: 2, capMs: 4 } } satisfies ConnectionOptions;

/**
 * Opens a connection that takes every message, of whatever name and content, and calls back after each call it records.
 * It is closed at the end of the test.
 */
export function listen(
  url: string,
  options: ConnectionOptions = {},
  onCall: (call: string, listener: Listener) => void = () => undefined,
): Listener {
  const events: StreamEvent[] = [];
  const reconnects: ReconnectInfo[] = [];
  const calls: string[] = [];
  const ends: Listener['ends'] = [];
  const note = (call: string): void => {
    calls.push(call);
    onCall(call, listener);
  };
  const connection = new Connection(
    {
      target: () => ({ url }),
      open: () => note('open'),
      message: ({ event, data }) => {
        if (data === undefined) return undefined;
        events.push({ type: event ?? 'message', data });
        note('message');
        return false;
      },
      reconnecting: (info) => {
        reconnects.push(info);
        note('reconnecting');
      },
      end: (error) => {
        ends.push(error);
        note('end');
      },
    },
    { ...quick, ...options },
  );
  onTestFinished(() => connection.close());
  const listener = { connection, events, reconnects, calls, ends };
  return listener;
}
