import { once } from 'node:events';
import { createServer, request as ask } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Proxy } from '../support/proxy.ts';

/** How a proxy of our own treats the streams that go through it. Everything else it passes on as it is. */
export interface Treatment {
  /** A header of the request that does not reach the server. */
  strips?: string;
  /** Answers in place of the server, where it returns true. */
  answer?: (response: ServerResponse) => boolean;
  /** Passes a stream on in its own way; by default as it comes. */
  pass?: (from: IncomingMessage, to: ServerResponse) => void;
}

type Expected = Pick<Proxy, 'name' | 'holdsBack' | 'forgetsCursor' | 'endsOthers'>;

/** A proxy of our own; each one that is started is treated anew. */
export function hostile(expected: Expected, treatment: () => Treatment): Proxy {
  return {
    ...expected,
    async start({ host }) {
      const { strips, answer, pass = passOn } = treatment();
      const server = createServer((incoming, response) => {
        const isStream = incoming.url?.includes('/stream') === true;
        if (isStream && answer?.(response) === true) return;
        const { method, url } = incoming;
        const headers = { ...incoming.headers };
        if (isStream && strips !== undefined) delete headers[strips];
        const upstream = ask(`http://${host}${url}`, { method, headers, agent: false });
        upstream.once('response', (from) => {
          response.on('close', () => upstream.destroy());
          if (isStream && from.statusCode === 200) pass(from, response);
          else passOn(from, response);
        });
        upstream.once('error', () => response.destroy());
        incoming.pipe(upstream);
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        async close() {
          server.closeAllConnections();
          server.close();
          await once(server, 'close');
        },
      };
    },
  };
}

/** The head of an answer, at once. */
export function passHead(from: IncomingMessage, to: ServerResponse, changed: Record<string, string> = {}): void {
  const { connection: _, 'transfer-encoding': __, ...headers } = from.headers;
  to.writeHead(from.statusCode ?? 502, { ...headers, ...changed });
  to.flushHeaders();
}

function passOn(from: IncomingMessage, to: ServerResponse): void {
  passHead(from, to);
  from.on('data', (bytes) => to.write(bytes));
  from.once('end', () => to.end());
  from.once('error', () => to.destroy());
}
