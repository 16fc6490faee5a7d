import type { AddressGuard } from '../remote/address.ts';
import { createAddressGuard } from '../remote/address.ts';
import { readEvents } from '../remote/event-stream.ts';
import { createJsonClient, jsonBody } from '../remote/json-client.ts';
import type { Answer, JsonClient } from '../remote/json-client.ts';
import { defaultTimings } from '../remote/timings.ts';
import type { RemoteTimings } from '../remote/timings.ts';

/** Where fal is and what opens it. URLs without a slash at the end. */
export interface FalClientOptions {
  key: string;
  queueUrl: string;
  restUrl: string;
  apiUrl: string;
  timings?: Partial<RemoteTimings>;
}

/** One request in fal's queue. */
export interface FalHandle {
  /** fal's id of the model. */
  model: string;
  requestId: string;
}

/** fal's queue, storage and prices over HTTP. No call is repeated by itself. Each throws `ExchangeError`. */
export interface FalClient extends FalQueue, FalStorage {
  readonly timings: RemoteTimings;
  /** Aborted by `close`: whoever waits between two calls need not wait any longer. */
  readonly closing: AbortSignal;
  /** Says which addresses of fal's answers may be opened. */
  readonly guard: AddressGuard;
  prices(models: readonly string[]): Promise<Answer>;
  /** The keys that fal signs its webhooks with, as a JSON Web Key Set. */
  webhookKeys(): Promise<Answer>;
  /** Breaks off whatever is under way; may be called twice. */
  close(): void;
}

interface FalQueue {
  /** Sends a request once. No signal: given up half-way, nobody would know what became of it. */
  submit(model: string, input: Record<string, unknown>, webhook: string | null): Promise<Answer>;
  /** With the model's log, unless that is too long to be read. */
  status(handle: FalHandle, options: { signal: AbortSignal; logs: boolean }): Promise<Answer>;
  /** The status objects as they come; ends when fal ends them. */
  statusStream(handle: FalHandle, signal: AbortSignal): AsyncGenerator;
  result(handle: FalHandle, signal: AbortSignal): Promise<Answer>;
  cancel(handle: FalHandle): Promise<Answer>;
}

interface FalStorage {
  /** A place to put a photo: free of charge, and it needs a valid key. */
  initiateUpload(photo: { contentType: string; filename: string }, signal: AbortSignal): Promise<Answer>;
  /** Puts bytes where fal said; the answer's status says whether it accepted them. */
  putUpload(url: URL, contentType: string, bytes: Uint8Array, signal: AbortSignal): Promise<Answer>;
}

/** Headers of a call that needs the key. */
type Authorised = Readonly<Record<'authorization' | 'accept', string>>;

export function createFalClient(options: FalClientOptions): FalClient {
  const { key, queueUrl, restUrl, apiUrl } = options;
  const timings = { ...defaultTimings, ...options.timings };
  const http = createJsonClient(timings);
  const guard = createAddressGuard(standInHost(restUrl));
  const headers = { authorization: `Key ${key}`, accept: 'application/json' };
  return {
    timings,
    closing: http.closing,
    guard,
    ...queueCalls(http, queueUrl, headers, timings),
    ...storageCalls(http, restUrl, headers, guard),
    async prices(models) {
      const query = models.map((model) => `endpoint_id=${encodeURIComponent(model)}`).join('&');
      return await http.call({ url: new URL(`${apiUrl}/v1/models/pricing?${query}`), headers });
    },
    webhookKeys: async () => await http.call({ url: new URL(`${restUrl}/.well-known/jwks.json`) }),
    close: () => http.close(),
  };
}

function queueCalls(http: JsonClient, queueUrl: string, headers: Authorised, timings: RemoteTimings): FalQueue {
  // The addresses in fal's answers are not used: they are made here, of what was configured and an id that was checked.
  const address = ({ model, requestId }: FalHandle, rest = ''): URL =>
    new URL(`${queueUrl}/${model.split('/').slice(0, 2).join('/')}/requests/${requestId}${rest}`);
  const { submitMs, streamIdleMs } = timings;
  return {
    async submit(model, input, webhook) {
      const query = webhook === null ? '' : `?fal_webhook=${encodeURIComponent(webhook)}`;
      const url = new URL(`${queueUrl}/${model}${query}`);
      return await http.call({ url, method: 'POST', ...jsonBody(input, headers), headMs: submitMs, idleMs: submitMs });
    },
    status: async (handle, { signal, logs }) =>
      await http.call({ url: address(handle, logs ? '/status?logs=1' : '/status'), headers, signal }),
    async *statusStream(handle, signal) {
      const url = address(handle, '/status/stream?logs=1');
      const accept = { ...headers, accept: 'text/event-stream' };
      yield* readEvents(await http.open({ url, headers: accept, signal, idleMs: streamIdleMs }));
    },
    result: async (handle, signal) => await http.call({ url: address(handle), headers, signal }),
    cancel: async (handle) =>
      await http.call({ url: address(handle, '/cancel'), method: 'PUT', headers, body: Buffer.alloc(0) }),
  };
}

function storageCalls(http: JsonClient, restUrl: string, headers: Authorised, guard: AddressGuard): FalStorage {
  return {
    async initiateUpload({ contentType, filename }, signal) {
      const url = new URL(`${restUrl}/storage/upload/initiate?storage_type=fal-cdn-v3`);
      const body = jsonBody({ content_type: contentType, file_name: filename }, headers);
      return await http.call({ url, method: 'POST', ...body, signal });
    },
    async putUpload(url, contentType, bytes, signal) {
      guard.check(url);
      const lookup = guard.lookup(url);
      // The address is signed: no key belongs there.
      const call = { url, method: 'PUT', headers: { 'content-type': contentType }, body: bytes, signal } as const;
      return await http.call({ ...call, ...(lookup !== undefined && { lookup }) });
    },
  };
}

/** The name of a provider on this machine: a stand-in, whose files are here too. */
function standInHost(restUrl: string): string | undefined {
  const { protocol, hostname } = new URL(restUrl);
  // The settings accept http for loopback addresses alone.
  return protocol === 'http:' ? hostname : undefined;
}
