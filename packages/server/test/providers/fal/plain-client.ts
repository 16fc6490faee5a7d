import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { falKey, startFalServer } from './server.ts';
import type { FalServer } from './server.ts';
import type { ProviderServerOptions } from '../types.ts';

/** What a submit is answered. */
export interface Submitted {
  status: string;
  request_id: string;
  status_url: string;
  response_url: string;
  cancel_url: string;
  queue_position: number;
}

/** The calls of a client that believes everything and tries nothing twice. */
export interface PlainClient {
  get: (url: string) => Promise<Response>;
  put: (url: string) => Promise<Response>;
  /** Stores a photo, and gives its address. */
  upload: (bytes: Uint8Array) => Promise<string>;
  submit: (model: string, input: object, query?: string) => Promise<Submitted>;
  /** All events of a status stream that ends by itself. */
  follow: (job: Submitted) => Promise<Record<string, unknown>[]>;
}

/** What a key is shown with. */
export const falHeaders = { Authorization: `Key ${falKey}`, 'Content-Type': 'application/json' };

export function createPlainClient({ queueUrl, restUrl }: { queueUrl: string; restUrl: string }): PlainClient {
  const call = async (url: string, init: RequestInit = {}): Promise<Response> =>
    await fetch(url, { headers: falHeaders, ...init });
  const json = async <Body>(url: string, body: object): Promise<Body> => {
    const answer = await call(url, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return (await answer.json()) as Body;
  };
  return {
    get: (url) => call(url),
    put: (url) => call(url, { method: 'PUT' }),
    upload: async (bytes) => {
      const about = { content_type: 'image/png', file_name: 'chair.png' };
      const address = `${restUrl}/storage/upload/initiate?storage_type=fal-cdn-v3`;
      const { upload_url, file_url } = await json<{ upload_url: string; file_url: string }>(address, about);
      const headers = { 'Content-Type': 'image/png' };
      const stored = await fetch(upload_url, { method: 'PUT', body: Uint8Array.from(bytes), headers });
      if (!stored.ok) throw new Error(`${upload_url}: ${stored.status}`);
      return file_url;
    },
    submit: (model, input, query = '') => json<Submitted>(`${queueUrl}/${model}${query}`, input),
    follow: async ({ status_url }) => {
      const text = await (await call(`${status_url}/stream?logs=1`)).text();
      return text
        .split('\n')
        .filter((line) => line.startsWith('data: {"status":"'))
        .map((line) => JSON.parse(line.slice(6)) as Record<string, unknown>);
    },
  };
}

/** A stand-in with a plain client of it, closed after the test. */
export async function startPlain(options: ProviderServerOptions = {}): Promise<PlainClient & { fal: FalServer }> {
  const fal = await startFalServer(options);
  onTestFinished(() => fal.close());
  return { fal, ...createPlainClient(fal) };
}

/** A place for a stand-in's state that goes away with the test. */
export async function makeStateFile(): Promise<string> {
  return join(await temporaryDirectory(), 'fal.db');
}
