import type { FalConfig } from '../../config.ts';
import type { AddressGuard } from '../remote/address.ts';
import { createAddressGuard } from '../remote/address.ts';
import { readEvents } from '../remote/event-stream.ts';
import { createJsonClient, jsonBody } from '../remote/json-client.ts';
import type { Answer, JsonClient } from '../remote/json-client.ts';
import { defaultTimings } from '../remote/timings.ts';
import type { RemoteTimings } from '../remote/timings.ts';

/** Where fal is and what opens it. */
interface FalClientOptions extends Pick<FalConfig, 'key' | 'queueUrl' | 'restUrl' | 'apiUrl'> {
  timings?: Partial<RemoteTimings> | undefined;
}

/** One request in fal's queue. */
export interface FalHandle {
  /** fal's id of the model. */
  model: string;
  requestId: string;
}

/** fal's queue, storage and prices over HTTP. No call is repeated by itself. Each throws `ExchangeError`. */
export type FalClient = ReturnType<typeof createFalClient>;

/** Headers of a call that needs the key. */
type Authorised = Readonly<Record<'authorization' | 'accept', string>>;

export function createFalClient(options: FalClientOptions) {
  const { key, queueUrl, restUrl, apiUrl } = options;
  const timings = { ...defaultTimings, ...options.timings };
  const http = createJsonClient(timings);
  const guard = createAddressGuard(standInHost(restUrl));
  const headers = { authorization: `Key ${key}`, accept: 'application/json' };
  return {
    timings,
    /** Aborted by `close`: whoever waits between two calls need not wait any longer. */
    closing: http.closing,
    /** Says which addresses of fal's answers may be opened. */
    guard,
    ...queueCalls(http, queueUrl, headers, timings),
    ...storageCalls(http, restUrl, headers, guard),
    async prices(models: readonly string[]): Promise<Answer> {
      const query = models.map((model) => `endpoint_id=${encodeURIComponent(model)}`).join('&');
      return await http.call({ url: new URL(`${apiUrl}/v1/models/pricing?${query}`), headers });
    },
    /** The keys that fal signs its webhooks with, as a JSON Web Key Set. */
    webhookKeys: async () => await http.call({ url: new URL(`${restUrl}/.well-known/jwks.json`) }),
    /** Breaks off whatever is under way; may be called twice. */
    close: () => http.close(),
  };
}

function queueCalls(http: JsonClient, queueUrl: string, headers: Authorised, timings: RemoteTimings) {
  // The addresses in fal's answers are not used: they are made here, of what was configured and an id that was checked.
  const address = ({ model, requestId }: FalHandle, rest = ''): URL =>
    new URL(`${queueUrl}/${model.split('/').slice(0, 2).join('/')}/requests/${requestId}${rest}`);
  const { submitMs, streamIdleMs } = timings;
  return {
    /** Sends a request once. No signal: given up half-way, nobody would know what became of it. */
    async submit(model: string, input: Record<string, unknown>, webhook: string | null): Promise<Answer> {
      const query = webhook === null ? '' : `?fal_webhook=${encodeURIComponent(webhook)}`;
      const url = new URL(`${queueUrl}/${model}${query}`);
      return await http.call({ url, method: 'POST', ...jsonBody(input, headers), headMs: submitMs, idleMs: submitMs });
    },
    /** With the model's log, unless that is too long to be read. */
    status: async (handle: FalHandle, { signal, logs }: { signal: AbortSignal; logs: boolean }) =>
      await http.call({ url: address(handle, logs ? '/status?logs=1' : '/status'), headers, signal }),
    /** The status objects as they come; ends when fal ends them. */
    async *statusStream(handle: FalHandle, signal: AbortSignal): AsyncGenerator {
      const url = address(handle, '/status/stream?logs=1');
      const accept = { ...headers, accept: 'text/event-stream' };
      yield* readEvents(await http.open({ url, headers: accept, signal, idleMs: streamIdleMs }));
    },
    result: async (handle: FalHandle, signal: AbortSignal) =>
      await http.call({ url: address(handle), headers, signal }),
    cancel: async (handle: FalHandle) =>
      await http.call({ url: address(handle, '/cancel'), method: 'PUT', headers, body: Buffer.alloc(0) }),
  };
}

function storageCalls(http: JsonClient, restUrl: string, headers: Authorised, guard: AddressGuard) {
  return {
    /** A place to put a photo: free of charge, and it needs a valid key. */
    async initiateUpload(
      { contentType, filename }: { contentType: string; filename: string },
      signal: AbortSignal,
    ): Promise<Answer> {
      const url = new URL(`${restUrl}/storage/upload/initiate?storage_type=fal-cdn-v3`);
      const body = jsonBody({ content_type: contentType, file_name: filename }, headers);
      return await http.call({ url, method: 'POST', ...body, signal });
    },
    /** Puts bytes where fal said; the answer's status says whether it accepted them. */
    async putUpload(url: URL, contentType: string, bytes: Uint8Array, signal: AbortSignal): Promise<Answer> {
      guard.check(url);
      // The address is signed: no key belongs there.
      return await http.call({
        url,
        method: 'PUT',
        headers: { 'content-type': contentType },
        body: bytes,
        signal,
        lookup: guard.lookup(url),
      });
    },
  };
}

/** The name of a provider on this machine: a stand-in, whose files are here too. */
function standInHost(restUrl: string): string | undefined {
  const { protocol, hostname } = new URL(restUrl);
  // The settings accept http for loopback addresses alone.
  return protocol === 'http:' ? hostname : undefined;
}
