import { once } from 'node:events';
import { createServer, request as ask } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of requests on their way to a server. What is not named is passed on as it is. */
export interface Treatment {
  /** Answers in place of the server, where it returns true. */
  answer?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** A header that does not reach the server. */
  strips?: (request: IncomingMessage) => string | undefined;
  /** Passes an answer on in its own way. */
  pass?: (request: IncomingMessage, from: IncomingMessage, to: ServerResponse) => void;
}

/** Something of our own that stands before a server. */
export interface Forwarder {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts one on a free port. */
export async function startForwarder(target: string, treatment: Treatment): Promise<Forwarder> {
  const { answer, strips, pass = (_, from, to) => passOn(from, to) } = treatment;
  const server = createServer((request, response) => {
    if (answer?.(request, response) === true) {
      request.resume();
      return;
    }
    const { method, url } = request;
    const headers = { ...request.headers };
    delete headers[strips?.(request) ?? ''];
    const upstream = ask(new URL(url ?? '', target), { method, headers, agent: false });
    upstream.once('response', (from) => pass(request, from, response));
    upstream.once('error', () => response.destroy());
    response.once('close', () => upstream.destroy());
    request.pipe(upstream);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The head of an answer, at once. */
export function passHead(from: IncomingMessage, to: ServerResponse, changed: Record<string, string> = {}): void {
  const { connection: _, 'transfer-encoding': __, ...headers } = from.headers;
  to.writeHead(from.statusCode ?? 502, { ...headers, ...changed });
  to.flushHeaders();
}

/** An answer as it comes. */
export function passOn(from: IncomingMessage, to: ServerResponse): void {
  passHead(from, to);
  from.once('error', () => to.destroy()).pipe(to);
}
