import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { json, parseObject } from './answers.ts';
import type { Answer } from './answers.ts';
import type { Call, ProviderLayer, Site } from './layer.ts';
import type { Fault, FaultKind, Ledger } from './types.ts';

interface HandlerOptions<Operation extends string> {
  layer: ProviderLayer<Operation>;
  site: Site<Operation>;
  keys: readonly string[];
  ledger: () => Ledger<Operation>;
  changed: () => void;
}

/** Answers every call that comes in: looks what it is, checks the key, and lets it go wrong where it is to. */
export function createHandler<Operation extends string>(
  options: HandlerOptions<Operation>,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    response.setHeader('x-simulated', options.layer.name);
    void answer(options, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  };
}

async function answer<Operation extends string>(
  options: HandlerOptions<Operation>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { layer, site, keys } = options;
  const { state } = site;
  const url = new URL(request.url ?? '/', site.origin);
  const body = await buffer(request);
  if (url.pathname.startsWith('/simulated/')) {
    send(response, control(options, url.pathname, body));
    return;
  }
  const call = layer.route(site, request, url);
  if ('status' in call) {
    send(response, call);
    return;
  }
  state.count(`call ${call.operation}`);
  if (!call.needsKey && request.headers.authorization !== undefined) state.count('leaked keys');
  if (call.needsKey && !keys.some((key) => layer.showsKey(request, key))) {
    state.count('unauthorised');
    options.changed();
    send(response, layer.unauthorised(request));
    return;
  }
  const fault = site.faults.next(call.operation);
  if (fault && fault.kind !== 'slow') state.count('faults');
  perform(layer, call, body, fault, response);
  options.changed();
}

function perform<Operation extends string>(
  layer: ProviderLayer<Operation>,
  call: Call<Operation>,
  body: Buffer,
  fault: FaultKind | undefined,
  response: ServerResponse,
): void {
  const kind = fault?.kind;
  if (kind === 'cut-before') response.socket?.destroy();
  else if (fault?.kind === 'answer') send(response, layer.failure(fault));
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

/** For a test whose stand-in is another process: reads the ledger, and says what is to go wrong. */
function control<Operation extends string>(
  { site, ledger }: HandlerOptions<Operation>,
  path: string,
  body: Buffer,
): Answer {
  const input = parseObject(body) ?? {};
  if (path === '/simulated/fault') site.faults.add(input as unknown as Fault<Operation>);
  if (path === '/simulated/plan') site.faults.plan(input);
  if (path === '/simulated/release') site.queue.release(typeof input['id'] === 'string' ? input['id'] : undefined);
  return json(200, ledger());
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { 'content-length': body.length, ...headers });
  response.end(body);
}

/** Promises all of the answer, sends half, and breaks off. */
function cut(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { 'content-length': body.length, ...headers });
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.destroy());
}
