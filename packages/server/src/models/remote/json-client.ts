import type { IncomingMessage } from 'node:http';
import { open, readBody } from './http.ts';
import type { Exchange } from './http.ts';
import type { RemoteTimings } from './timings.ts';

/** An answer, read whole. */
export interface Answer {
  status: number;
  /** By lower-case name. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed; undefined where it is not JSON. */
  body: unknown;
}

/** A request, with the usual waits where it names no others. */
export type Call = Omit<Exchange, 'headMs' | 'idleMs'> & Partial<Exchange>;

/** A provider's API over HTTP. No call is repeated by itself. Each throws an `ExchangeError`. */
export interface JsonClient {
  /** Aborted by `close`: whoever waits between two calls need not wait any longer. */
  readonly closing: AbortSignal;
  /** Resolves with the head of the answer. */
  open(call: Call): Promise<IncomingMessage>;
  call(call: Call): Promise<Answer>;
  /** Breaks off whatever is under way; may be called twice. */
  close(): void;
}

/** Answers may be this long. */
const maxAnswerBytes = 4 * 1024 * 1024;

export function createJsonClient({ callMs }: Pick<RemoteTimings, 'callMs'>): JsonClient {
  const closing = new AbortController();
  const client: JsonClient = {
    closing: closing.signal,
    open: async (call) =>
      await open({
        headMs: callMs,
        idleMs: callMs,
        ...call,
        signal: call.signal === undefined ? closing.signal : AbortSignal.any([call.signal, closing.signal]),
      }),
    async call(call) {
      const response = await client.open(call);
      const text = (await readBody(response, maxAnswerBytes)).toString('utf8');
      return { status: response.statusCode ?? 0, headers: response.headers, body: parseJson(text) };
    },
    close: () => closing.abort(),
  };
  return client;
}

/** A value as the body of a call, and the header that says so. */
export function jsonBody(value: unknown, headers: Record<string, string>): Pick<Call, 'body' | 'headers'> {
  return { headers: { ...headers, 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(value)) };
}

/** A field of a parsed value; undefined where that is no object, or has no such field of its own. */
export function fieldOf(value: unknown, name: string): unknown {
  const isOwn = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  return isOwn ? (value as Record<string, unknown>)[name] : undefined;
}

/** Whether the answer says that the call succeeded. */
export function isOk({ status }: Pick<Answer, 'status'>): boolean {
  return status >= 200 && status < 300;
}

/** Undefined where the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
