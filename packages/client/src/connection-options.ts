import type { BackoffOptions } from './backoff.ts';
import type { ApiError } from './errors.ts';

/** As `EventSource`: 0 connecting, 1 open, 2 closed. */
export type ReadyState = 0 | 1 | 2;

/** Why and when a stream that lost its connection reconnects. */
export interface ReconnectInfo {
  /** Attempts since the connection was last stable, from 1. */
  attempt: number;
  /** Milliseconds until the attempt. */
  delayMs: number;
  /** What ended the previous connection. */
  reason: ApiError;
}

/**
 * What authenticates a connection: a key, sent in a header, or a ticket, sent in the address. A ticket is good for every
 * connection to the events of its task, for whoever used it first.
 */
export type Credential = string | { apiKey: string } | { ticket: string };

export interface ConnectionOptions {
  /** A key, or a function that returns the current one. Sent in a header, never in the address. */
  apiKey?: string | (() => string | undefined) | undefined;
  /**
   * Asked for a new key or ticket on 401. Return nothing if there is none, or an empty key to send none, for a page whose
   * cookie has been renewed.
   */
  refreshAuth?: ((error: ApiError) => Credential | undefined | Promise<Credential | undefined>) | undefined;
  fetch?: typeof fetch | undefined;
  credentials?: RequestCredentials | undefined;
  /** Cursor of an earlier stream: only later events are sent. */
  lastEventId?: string | undefined;
  /** Milliseconds without a byte, heartbeats included, before a connection counts as lost. Default 45 000; 0: never. */
  stallMs?: number;
  /**
   * How long a connection that brings no event must last before the backoff starts over, in milliseconds. Default 5 000.
   */
  stableMs?: number;
  /**
   * Milliseconds without a first byte after which the stream may be held back on its way; later nine times as long, which
   * is longer than the time between two heartbeats. Then a look at the events beside it decides. Default 2 000; 0: never.
   */
  lookMs?: number;
  /** Attempts in a row that were neither stable nor brought an event before giving up. Default: no limit. */
  maxRetries?: number;
  /** How many of the first attempts get little time, in a page that has just woken: its connections may be dead. */
  hasty?: number;
  /** Delays between attempts: options of the backoff, or a function from the attempt (from 1) to milliseconds. */
  backoff?: BackoffOptions | ((attempt: number) => number);
  /** Maximum length of one event in characters; a larger one ends the stream with `EVENT_TOO_LARGE`. Default 1 MiB. */
  maxBufferSize?: number;
}

export const connectionDefaults = {
  stallMs: 45_000,
  stableMs: 5_000,
  lookMs: 2_000,
  maxBufferSize: 1024 * 1024,
} as const;

/** The options of a connection with the defaults filled in. */
export type ResolvedConnectionOptions = ConnectionOptions &
  Required<Pick<ConnectionOptions, keyof typeof connectionDefaults>>;
