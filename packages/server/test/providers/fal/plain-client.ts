import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { falKey, startFalServer } from './server.ts';
import type { FalServer } from './server.ts';
import type { ProviderServerOptions } from '../types.ts';

/** What a submit is answered. */
interface Submitted {
  status: string;
  request_id: string;
  status_url: string;
  response_url: string;
  cancel_url: string;
  queue_position: number;
}

/** What a key is shown with. */
const falHeaders = { Authorization: `Key ${falKey}`, 'Content-Type': 'application/json' };

/** A client that believes everything and tries nothing twice. */
export function createPlainClient({ queueUrl, restUrl }: Pick<FalServer, 'queueUrl' | 'restUrl'>) {
  const call = async (url: string, init: RequestInit = {}): Promise<Response> =>
    await fetch(url, { headers: falHeaders, ...init });
  const json = async <Body>(url: string, body: object): Promise<Body> => {
    const answer = await call(url, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return (await answer.json()) as Body;
  };
  return {
    get: (url: string) => call(url),
    put: (url: string) => call(url, { method: 'PUT' }),
    /** Stores a photo, and gives its address. */
    upload: async (bytes: Uint8Array) => {
      const about = { content_type: 'image/png', file_name: 'chair.png' };
      const address = `${restUrl}/storage/upload/initiate?storage_type=fal-cdn-v3`;
      const { upload_url, file_url } = await json<{ upload_url: string; file_url: string }>(address, about);
      const headers = { 'Content-Type': 'image/png' };
      const stored = await fetch(upload_url, { method: 'PUT', body: Uint8Array.from(bytes), headers });
      if (!stored.ok) throw new Error(`${upload_url}: ${stored.status}`);
      return file_url;
    },
    submit: (model: string, input: object, query = '') => json<Submitted>(`${queueUrl}/${model}${query}`, input),
    /** All events of a status stream that ends by itself. */
    follow: async ({ status_url }: Submitted) => {
      const text = await (await call(`${status_url}/stream?logs=1`)).text();
      return text
        .split('\n')
        .filter((line) => line.startsWith('data: {"status":"'))
        .map((line) => JSON.parse(line.slice(6)) as Record<string, unknown>);
    },
  };
}

/** A stand-in with a plain client of it, closed after the test. */
export async function startPlain(options: ProviderServerOptions = {}) {
  const fal = await startFalServer(options);
  onTestFinished(() => fal.close());
  return { fal, ...createPlainClient(fal) };
}

/** A place for a stand-in's state that goes away with the test. */
export async function makeStateFile(): Promise<string> {
  return join(await temporaryDirectory(), 'fal.db');
}
