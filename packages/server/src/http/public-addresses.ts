import type { Entry } from '../engine/contract.ts';
import type { FeedEngine } from '../streams/feeds.ts';
import type { Api } from './routes/context.ts';

/** How addresses of this server begin where they are stored: from its root, so that they outlast a change of its name. */
const root = '/api/';

/**
 * Makes the addresses in answers absolute: in the fields `url`, `urls`, and those that end in `_url` and `_urls`. They
 * are stored without a host, so PUBLIC_URL may change at any start. Call it before the routes are registered.
 */
export function answerWithPublicAddresses(app: Api, publicUrl: string): void {
  app.addHook('preSerialization', async (_request, _reply, payload: unknown) => withAddresses(payload, publicUrl));
}

/** The same for the entries of streams, once for all readers of a process. */
export function feedWithPublicAddresses(engine: FeedEngine, publicUrl: string): FeedEngine {
  const entry = (stored: Entry): Entry => ({ ...stored, data: textWithAddresses(stored.data, publicUrl) });
  return {
    task: async (taskId) => await engine.task(taskId),
    entries: async (taskId, after) => (await engine.entries(taskId, after))?.map(entry),
    subscribe: async (taskId, listener) => await engine.subscribe(taskId, (entries) => listener(entries.map(entry))),
  };
}

function withAddresses(value: unknown, publicUrl: string, isAddress = false): unknown {
  if (typeof value === 'string') return isAddress && value.startsWith(root) ? publicUrl + value : value;
  if (Array.isArray(value)) return value.map((one) => withAddresses(one, publicUrl, isAddress));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value);
  return Object.fromEntries(
    fields.map(([name, one]) => [name, withAddresses(one, publicUrl, /(^|_)urls?$/.test(name))]),
  );
}

/** Quotes within a JSON string are escaped, so this only finds fields. An entry has no list of addresses. */
function textWithAddresses(json: string, publicUrl: string): string {
  return json.replaceAll(`url":"${root}`, () => `url":"${publicUrl}${root}`);
}
