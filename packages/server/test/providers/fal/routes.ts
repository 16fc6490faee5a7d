import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { json, parseObject } from '../answers.ts';
import type { Answer } from '../answers.ts';
import { answerFile, pour } from '../cdn.ts';
import { streamEvents } from '../event-stream.ts';
import type { Call, Site } from '../layer.ts';
import type { FileRow, JobRow, State } from '../state.ts';
import { requestError } from './errors.ts';
import { falModels } from './models.ts';
import { cancel, findRequest, result, status, statusEvents, submit } from './queue-answers.ts';
import { publicKeys } from './signature.ts';
import type { FalOperation } from './types.ts';

type FalCall = Call<FalOperation>;
type FalSite = Site<FalOperation>;

/** Which call of fal's four hosts that is; an answer where fal has no such route. */
export function route(site: FalSite, request: IncomingMessage, url: URL): FalCall | Answer {
  const [, host = '', ...parts] = url.pathname.split('/');
  const method = request.method ?? 'GET';
  if (host === 'rest') return restRoute(site, `${method} ${parts.join('/')}`, url);
  if (host === 'cdn') return cdnRoute(site, request, parts);
  if (host !== 'queue') return json(404, { detail: 'Not Found' });
  const requestCall = requestRoute(site, method, url, parts);
  if (requestCall !== undefined) return requestCall;
  if (method !== 'POST') return json(405, { detail: 'Method Not Allowed' });
  const endpoint = parts.join('/');
  return {
    operation: 'submit',
    needsKey: true,
    done(body) {
      const input = parseObject(body);
      if (!input) return requestError('bad_request');
      if (!(endpoint in falModels)) return json(404, { detail: `Application '${endpoint}' not found` });
      return submit(site, endpoint, input, url.searchParams.get('fal_webhook'));
    },
  };
}

function restRoute(site: FalSite, action: string, url: URL): FalCall | Answer {
  switch (action) {
    case 'POST storage/upload/initiate':
      return { operation: 'initiate', needsKey: true, done: (body) => initiate(site, body) };
    case 'GET .well-known/jwks.json':
      return { operation: 'jwks', needsKey: false, done: () => json(200, publicKeys(site.state)) };
    case 'GET v1/models/pricing':
      return { operation: 'pricing', needsKey: true, done: () => pricing(site, url) };
    default:
      return json(404, { detail: 'Not Found' });
  }
}

function cdnRoute(
  { state, options }: FalSite,
  request: IncomingMessage,
  [kind, id = '']: readonly string[],
): FalCall | Answer {
  if (kind === 'upload' && request.method === 'PUT') {
    const type = request.headers['content-type'] ?? 'application/octet-stream';
    return { operation: 'put', needsKey: false, done: (body) => put(state, id, body, type) };
  }
  if (kind === 'files' && request.method === 'GET') {
    const serve: FalCall['done'] = (_body, fault) => {
      const found = answerFile(state, id, request, { ttlMs: options.fileTtlMs, fault });
      return typeof found === 'string' ? (response) => pour(response, found) : found;
    };
    return { operation: 'file', needsKey: false, done: serve };
  }
  return json(404, { detail: 'Not Found' });
}

/** Status, result and cancel, which know a model by the first two parts of its name alone. */
function requestRoute(site: FalSite, method: string, url: URL, parts: readonly string[]): FalCall | undefined {
  const [owner, alias, requests, id = '', ...rest] = parts;
  if (requests !== 'requests') return undefined;
  const app = `${owner}/${alias}`;
  site.queue.pump();
  const call = (operation: FalOperation, done: (found: JobRow) => Answer): FalCall => ({
    operation,
    needsKey: true,
    done() {
      const row = findRequest(site, app, id);
      if (row) return done(row);
      return json(404, operation === 'cancel' ? { status: 'NOT_FOUND' } : { detail: 'Request not found' });
    },
  });
  const logs = url.searchParams.get('logs') === '1';
  switch (`${method} ${rest.join('/')}`) {
    case 'GET ':
      return call('result', (row) => result(site, row));
    case 'PUT cancel':
      return call('cancel', (row) => cancel(site, row));
    case 'GET status':
      return call('status', (row) => {
        const { body, done } = status(site, row, logs ? 0 : null);
        return json(done ? 200 : 202, body, { 'x-fal-request-id': row.id });
      });
    case 'GET status/stream':
      return { operation: 'stream', needsKey: true, done: (_body, fault) => streamRequest(site, app, id, logs, fault) };
    default:
      return undefined;
  }
}

function streamRequest(
  site: FalSite,
  app: string,
  id: string,
  logs: boolean,
  fault: Parameters<FalCall['done']>[1],
): ReturnType<FalCall['done']> {
  if (!findRequest(site, app, id)) return json(404, { detail: 'Request not found' });
  const { commentMs } = site.options;
  const headers = { 'x-fal-request-id': id };
  const next = statusEvents(site, app, id, logs);
  return (response) => streamEvents(response, { headers, next, fault, commentMs });
}

function initiate({ state, origin }: FalSite, body: Buffer): Answer {
  const { file_name: name, content_type: type } = parseObject(body) ?? {};
  if (typeof name !== 'string' || typeof type !== 'string') {
    return json(422, { detail: [{ loc: ['body', 'file_name'], msg: 'Field required', type: 'missing' }] });
  }
  const id = randomBytes(12).toString('hex');
  state.run('insert into files values (?, ?, ?, null, ?, ?)', id, name, type, Date.now(), '');
  return json(200, {
    file_url: `${origin}/cdn/files/${id}/${encodeURIComponent(name)}`,
    upload_url: `${origin}/cdn/upload/${id}?signature=${randomBytes(16).toString('hex')}`,
  });
}

function put(state: State, id: string, body: Buffer, type: string): Answer {
  const row = state.all<FileRow>('select * from files where id = ?', id)[0];
  if (!row) return json(403, { detail: 'The signature does not match' });
  state.run('update files set bytes = ?, content_type = ? where id = ?', body, type, id);
  return json(200, {});
}

function pricing({ options }: FalSite, url: URL): Answer {
  const ids = url.searchParams.getAll('endpoint_id').flatMap((each) => each.split(','));
  if (ids.length === 0) return json(400, { error: { type: 'validation_error', message: 'endpoint_id is required' } });
  const prices = ids
    .filter((id) => id in options.prices)
    .map((id) => ({ endpoint_id: id, unit_price: options.prices[id], unit: 'generations', currency: 'USD' }));
  if (prices.length === 0) return json(404, { error: { type: 'not_found', message: 'No pricing was found' } });
  return json(200, { prices, next_cursor: null, has_more: false });
}
