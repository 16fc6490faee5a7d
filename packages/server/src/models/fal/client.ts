import { StringDecoder } from 'node:string_decoder';
import { createParser } from 'eventsource-parser';
import { createAddressGuard } from '../remote/address.ts';
import type { AddressGuard } from '../remote/address.ts';
import { ExchangeError, open, readBody } from '../remote/http.ts';
import type { Exchange } from '../remote/http.ts';
import { defaultFalTimings } from '../remote/timings.ts';
import type { FalTimings } from '../remote/timings.ts';

/** Where fal is and what opens it. URLs without a slash at the end. */
export interface FalClientOptions {
  key: string;
  queueUrl: string;
  restUrl: string;
  apiUrl: string;
  timings?: Partial<FalTimings>;
}

/** An answer, read whole. */
export interface FalAnswer {
  status: number;
  /** By lower-case name. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed; undefined where it is not JSON. */
  body: unknown;
}

/** One request in fal's queue. */
export interface FalHandle {
  /** fal's id of the model. */
  model: string;
  requestId: string;
}

/** fal's queue, storage and prices over HTTP. No call is repeated by itself. Each throws {@link ExchangeError}. */
export interface FalClient {
  readonly timings: FalTimings;
  /** Aborted by `close`: whoever waits between two calls need not wait any longer. */
  readonly closing: AbortSignal;
  /** Says which addresses of fal's answers may be opened. */
  readonly guard: AddressGuard;
  /** A place to put a photo: free of charge, and it needs a valid key. */
  initiateUpload(photo: { contentType: string; filename: string }, signal: AbortSignal): Promise<FalAnswer>;
  /** Puts bytes where fal said; the answer's status tells whether it took them. */
  putUpload(url: URL, contentType: string, bytes: Uint8Array, signal: AbortSignal): Promise<FalAnswer>;
  /** Sends a request once. No signal: given up half-way, nobody would know what became of it. */
  submit(model: string, input: Record<string, unknown>, webhook: string | null): Promise<FalAnswer>;
  /** With the model's log, unless that is too long to be read. */
  status(handle: FalHandle, options: { signal: AbortSignal; logs: boolean }): Promise<FalAnswer>;
  /** The status objects as they come; ends when fal ends them. */
  statusStream(handle: FalHandle, signal: AbortSignal): AsyncGenerator;
  result(handle: FalHandle, signal: AbortSignal): Promise<FalAnswer>;
  cancel(handle: FalHandle): Promise<FalAnswer>;
  prices(models: readonly string[]): Promise<FalAnswer>;
  /** The keys that fal signs its webhooks with, as a JSON Web Key Set. */
  webhookKeys(): Promise<FalAnswer>;
  /** Breaks off whatever is under way; may be called twice. */
  close(): void;
}

/** JSON answers are at most so long. */
const mostJsonBytes = 4 * 1024 * 1024;
/** One event of a status stream at most: logs are in it. */
const mostEventCharacters = 1024 * 1024;

export function createFalClient(options: FalClientOptions): FalClient {
  const { key, queueUrl, restUrl, apiUrl } = options;
  const timings = { ...defaultFalTimings, ...options.timings };
  const closing = new AbortController();
  const guard = createAddressGuard(standInHost(restUrl));
  const authorised = { authorization: `Key ${key}`, accept: 'application/json' };

  const openHere = async (exchange: Omit<Exchange, 'headMs' | 'idleMs'> & Partial<Exchange>) =>
    await open({
      headMs: timings.callMs,
      idleMs: timings.callMs,
      ...exchange,
      signal: exchange.signal === undefined ? closing.signal : AbortSignal.any([exchange.signal, closing.signal]),
    });
  const call = async (exchange: Parameters<typeof openHere>[0]): Promise<FalAnswer> => {
    const response = await openHere(exchange);
    const text = (await readBody(response, mostJsonBytes)).toString('utf8');
    return { status: response.statusCode ?? 0, headers: response.headers, body: parse(text) };
  };
  const get = async (url: string, signal?: AbortSignal): Promise<FalAnswer> =>
    await call({ url: new URL(url), headers: authorised, ...(signal !== undefined && { signal }) });
  const post = async (url: string, body: unknown, rest: Partial<Exchange>): Promise<FalAnswer> =>
    await call({
      url: new URL(url),
      method: 'POST',
      headers: { ...authorised, 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(body)),
      ...rest,
    });
  // The addresses in fal's answers are not used: they are made here, of what was configured and an id that was checked.
  const address = ({ model, requestId }: FalHandle): string =>
    `${queueUrl}/${model.split('/').slice(0, 2).join('/')}/requests/${requestId}`;

  return {
    timings,
    closing: closing.signal,
    guard,
    initiateUpload: async ({ contentType, filename }, signal) =>
      await post(
        `${restUrl}/storage/upload/initiate?storage_type=fal-cdn-v3`,
        { content_type: contentType, file_name: filename },
        { signal },
      ),
    putUpload: async (url, contentType, bytes, signal) => {
      guard.check(url);
      const lookup = guard.lookup(url);
      const headers = { 'content-type': contentType };
      return await call({ url, method: 'PUT', headers, body: bytes, signal, ...(lookup !== undefined && { lookup }) });
    },
    submit: async (model, input, webhook) => {
      const query = webhook === null ? '' : `?fal_webhook=${encodeURIComponent(webhook)}`;
      return await post(`${queueUrl}/${model}${query}`, input, { headMs: timings.submitMs, idleMs: timings.submitMs });
    },
    status: async (handle, { signal, logs }) => await get(`${address(handle)}/status${logs ? '?logs=1' : ''}`, signal),
    async *statusStream(handle, signal) {
      const url = new URL(`${address(handle)}/status/stream?logs=1`);
      const headers = { ...authorised, accept: 'text/event-stream' };
      const response = await openHere({ url, headers, signal, idleMs: timings.streamIdleMs });
      try {
        const isStream = /^text\/event-stream\b/i.test(response.headers['content-type'] ?? '');
        if (response.statusCode !== 200 || !isStream) {
          throw new ExchangeError(`There is no status stream (${response.statusCode})`, true);
        }
        yield* events(response as AsyncIterable<Buffer>);
      } finally {
        response.destroy();
      }
    },
    result: async (handle, signal) => await get(address(handle), signal),
    cancel: async (handle) =>
      await call({
        url: new URL(`${address(handle)}/cancel`),
        method: 'PUT',
        headers: authorised,
        body: Buffer.alloc(0),
      }),
    prices: async (models) => {
      const query = models.map((model) => `endpoint_id=${encodeURIComponent(model)}`).join('&');
      return await get(`${apiUrl}/v1/models/pricing?${query}`);
    },
    webhookKeys: async () => await call({ url: new URL(`${restUrl}/.well-known/jwks.json`) }),
    close: () => closing.abort(),
  };
}

/** The JSON of each event. What is not JSON is passed over: it may be an event that there is only later. */
async function* events(source: AsyncIterable<Buffer>): AsyncGenerator {
  // A character may be cut in two by the end of a chunk.
  const decoder = new StringDecoder('utf8');
  let parsed: unknown[] = [];
  const parser = createParser({
    maxBufferSize: mostEventCharacters,
    onEvent: ({ data }) => {
      const value = parse(data);
      if (value !== undefined) parsed.push(value);
    },
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') throw error;
    },
  });
  try {
    for await (const chunk of source) {
      parser.feed(decoder.write(chunk));
      const ready = parsed;
      parsed = [];
      yield* ready;
    }
  } catch (error) {
    throw new ExchangeError('The status stream was cut off', true, error);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The name of a provider on this machine: a stand-in, whose files lie here too. */
function standInHost(restUrl: string): string | undefined {
  const { protocol, hostname } = new URL(restUrl);
  // The settings take http for loopback addresses alone.
  return protocol === 'http:' ? hostname : undefined;
}
