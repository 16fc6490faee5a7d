import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerFile, pour } from './cdn.ts';
import { json, requestError } from './errors.ts';
import type { Answer } from './errors.ts';
import type { Faults } from './faults.ts';
import { falModels } from './models.ts';
import type { Queue } from './queue.ts';
import type { FileRow, State } from './state.ts';
import { streamStatus } from './stream.ts';
import type { Fault, FaultKind, JobPlan, Ledger, Operation } from './types.ts';
import type { Webhooks } from './webhooks.ts';

interface HandlerOptions {
  state: State;
  queue: Queue;
  faults: Faults;
  webhooks: Webhooks;
  origin: string;
  keys: readonly string[];
  prices: Readonly<Record<string, number>>;
  plan: JobPlan;
  fileTtlMs: number;
  commentMs: number;
  ledger(): Ledger;
  changed(): void;
}

/** What a call is, and how it is done. `done` is not called when a fault comes first. */
interface Call {
  operation: Operation;
  /** Whether it takes a key. */
  needsKey: boolean;
  done(body: Buffer, fault: FaultKind | undefined): Answer | ((response: ServerResponse) => void);
}

/** Takes every call that comes in: looks what it is, checks the key, and lets it go wrong where it is to. */
export function createHandler(options: HandlerOptions): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    void answer(options, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  };
}

async function answer(options: HandlerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { state } = options;
  const url = new URL(request.url ?? '/', options.origin);
  const body = await readBody(request);
  if (url.pathname.startsWith('/simulated/')) {
    send(response, control(options, url.pathname, body));
    return;
  }
  const call = findCall(options, request, url);
  if ('status' in call) {
    send(response, call);
    return;
  }
  state.count(`call ${call.operation}`);
  const shown = request.headers.authorization;
  if (!call.needsKey && shown !== undefined) state.count('leaked keys');
  if (call.needsKey && !options.keys.some((key) => shown === `Key ${key}`)) {
    state.count('unauthorised');
    options.changed();
    const detail = shown === undefined ? 'Authentication is required to access this application' : 'Invalid key';
    send(response, json(401, { detail }));
    return;
  }
  const fault = options.faults.take(call.operation);
  if (fault && fault.kind !== 'slow') state.count('faults');
  perform(call, body, fault, response);
  options.changed();
}

function perform(call: Call, body: Buffer, fault: FaultKind | undefined, response: ServerResponse): void {
  const kind = fault?.kind;
  if (kind === 'cut-before') response.socket?.destroy();
  else if (fault?.kind === 'answer') send(response, wrongAnswer(fault));
  else if (fault?.kind === 'say') send(response, { headers: {}, ...fault, body: Buffer.from(fault.body) });
  else if (fault?.kind === 'redirect')
    send(response, { status: 302, headers: { location: fault.to }, body: Buffer.alloc(0) });
  else if (kind !== 'hang-before') {
    const done = call.done(body, fault);
    if (typeof done === 'function') done(response);
    else if (kind === 'cut-after') response.socket?.destroy();
    else if (fault?.kind === 'slow') setTimeout(() => send(response, done), fault.ms);
    else if (fault?.kind === 'answer-after') send(response, json(fault.status, { detail: 'Bad gateway' }));
    else if (kind === 'cut-within' || (fault?.kind === 'content' && fault.is === 'truncated')) cut(response, done);
    else if (kind !== 'hang-after') send(response, done);
  }
}

/** Which call that is; an answer where fal has no such route. */
function findCall(options: HandlerOptions, request: IncomingMessage, url: URL): Call | Answer {
  const { state, queue, faults } = options;
  const [, host = '', ...parts] = url.pathname.split('/');
  const path = parts.join('/');
  const method = request.method ?? 'GET';
  if (host === 'rest' && method === 'POST' && path === 'storage/upload/initiate') {
    return { operation: 'initiate', needsKey: true, done: (body) => initiate(options, body) };
  }
  if (host === 'rest' && method === 'GET' && path === '.well-known/jwks.json') {
    return { operation: 'jwks', needsKey: false, done: () => json(200, options.webhooks.jwks()) };
  }
  if (host === 'rest' && method === 'GET' && path === 'v1/models/pricing') {
    return { operation: 'pricing', needsKey: true, done: () => pricing(options, url) };
  }
  if (host === 'cdn' && parts[0] === 'upload' && method === 'PUT') {
    const type = request.headers['content-type'] ?? 'application/octet-stream';
    return { operation: 'put', needsKey: false, done: (body) => put(state, parts[1] ?? '', body, type) };
  }
  if (host === 'cdn' && parts[0] === 'files' && method === 'GET') {
    const serve: Call['done'] = (_body, fault) => {
      const found = answerFile(state, parts[1] ?? '', request, { ttlMs: options.fileTtlMs, fault });
      return typeof found === 'string' ? (response) => pour(response, found) : found;
    };
    return { operation: 'file', needsKey: false, done: serve };
  }
  if (host !== 'queue') return json(404, { detail: 'Not Found' });
  // Status, result and cancel know a model by the first two parts of its name alone.
  const [, , requests, id = '', ...rest] = parts;
  const row = requests === 'requests' ? queue.find(parts.slice(0, 2).join('/'), id) : undefined;
  const action = `${method} ${rest.join('/')}`;
  const known = (operation: Operation, done: (found: NonNullable<typeof row>) => ReturnType<Call['done']>): Call => ({
    operation,
    needsKey: true,
    done: () =>
      row ? done(row) : json(404, operation === 'cancel' ? { status: 'NOT_FOUND' } : { detail: 'Request not found' }),
  });
  const logs = url.searchParams.get('logs') === '1';
  if (requests === 'requests') {
    queue.pump();
    if (action === 'GET ')
      return known('result', (found) => queue.result(queue.find(parts.slice(0, 2).join('/'), id) ?? found));
    if (action === 'PUT cancel') return known('cancel', (found) => queue.cancel(found));
    if (action === 'GET status') {
      return known('status', (found) => {
        const { body, done } = queue.status(found, logs ? 0 : null);
        return json(done ? 200 : 202, body, { 'x-fal-request-id': found.id });
      });
    }
    if (action === 'GET status/stream') {
      const stream: Call['done'] = (_body, fault) => {
        if (!row) return json(404, { detail: 'Request not found' });
        const app = parts.slice(0, 2).join('/');
        return (response) => streamStatus(response, { queue, row, app, logs, fault, commentMs: options.commentMs });
      };
      return { operation: 'stream', needsKey: true, done: stream };
    }
  }
  if (method !== 'POST') return json(405, { detail: 'Method Not Allowed' });
  return {
    operation: 'submit',
    needsKey: true,
    done(body) {
      const input = parse(body);
      if (!input) return requestError('bad_request');
      if (!(path in falModels)) return json(404, { detail: `Application '${path}' not found` });
      return queue.submit(path, input, url.searchParams.get('fal_webhook'), { ...options.plan, ...faults.takePlan() });
    },
  };
}

function initiate(options: HandlerOptions, body: Buffer): Answer {
  const input = parse(body);
  const { file_name: name, content_type: type } = input ?? {};
  if (typeof name !== 'string' || typeof type !== 'string') {
    return json(422, { detail: [{ loc: ['body', 'file_name'], msg: 'Field required', type: 'missing' }] });
  }
  const id = randomBytes(12).toString('hex');
  options.state.run('insert into files values (?, ?, ?, null, ?, ?)', id, name, type, Date.now(), '');
  const file_url = `${options.origin}/cdn/files/${id}/${encodeURIComponent(name)}`;
  return json(200, {
    file_url,
    upload_url: `${options.origin}/cdn/upload/${id}?signature=${randomBytes(16).toString('hex')}`,
  });
}

function put(state: State, id: string, body: Buffer, type: string): Answer {
  const row = state.all<FileRow>('select * from files where id = ?', id)[0];
  if (!row) return json(403, { detail: 'The signature does not match' });
  state.run('update files set bytes = ?, content_type = ? where id = ?', body, type, id);
  return json(200, {});
}

function pricing(options: HandlerOptions, url: URL): Answer {
  const ids = url.searchParams.getAll('endpoint_id').flatMap((each) => each.split(','));
  if (ids.length === 0) return json(400, { error: { type: 'validation_error', message: 'endpoint_id is required' } });
  const prices = ids
    .filter((id) => id in options.prices)
    .map((id) => ({ endpoint_id: id, unit_price: options.prices[id], unit: 'generations', currency: 'USD' }));
  if (prices.length === 0) return json(404, { error: { type: 'not_found', message: 'No pricing was found' } });
  return json(200, { prices, next_cursor: null, has_more: false });
}

/** For a test whose stand-in is another process: reads the ledger, and says what is to go wrong. */
function control(options: HandlerOptions, path: string, body: Buffer): Answer {
  const input = parse(body) ?? {};
  if (path === '/simulated/fault') options.faults.add(input as unknown as Fault);
  if (path === '/simulated/plan') options.faults.plan(input);
  if (path === '/simulated/release') options.queue.release(typeof input['id'] === 'string' ? input['id'] : undefined);
  return json(200, options.ledger());
}

function wrongAnswer(fault: Extract<FaultKind, { kind: 'answer' }>): Answer {
  const { status, errorType, retryable, retryAfterSeconds } = fault;
  const made =
    errorType === undefined ? json(status, { detail: `Simulated ${status}` }) : requestError(errorType, status);
  return {
    ...made,
    headers: {
      ...made.headers,
      ...(retryable === undefined ? {} : { 'x-fal-retryable': String(retryable) }),
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    },
  };
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { 'x-simulated': 'fal.ai', 'content-length': body.length, ...headers });
  response.end(body);
}

/** Promises all of the answer, sends half, and breaks off. */
function cut(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { 'x-simulated': 'fal.ai', 'content-length': body.length, ...headers });
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.destroy());
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function parse(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
