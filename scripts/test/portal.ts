import { once } from 'node:events';
import { createServer, request as forward } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer that is not the server's. */
export type ForeignAnswer = (response: ServerResponse) => void;

/** Something that stands before a server, such as a hotel's portal: it answers some requests by itself. */
export interface Portal {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts one on a free port. What `answers` has no answer for goes to the server. */
export async function startPortal(
  target: string,
  answers: (request: IncomingMessage) => ForeignAnswer | undefined,
): Promise<Portal> {
  const { hostname, port } = new URL(target);
  const portal = createServer((request, response) => {
    const foreign = answers(request);
    if (foreign !== undefined) {
      request.resume();
      return foreign(response);
    }
    const { method, headers, url: path } = request;
    const onward = forward({ hostname, port, path, method, headers, agent: false });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.on('error', () => response.destroy()).pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  portal.listen(0, '127.0.0.1');
  await once(portal, 'listening');
  return {
    url: `http://127.0.0.1:${(portal.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(portal, 'close');
      portal.close();
      portal.closeAllConnections();
      await closed;
    },
  };
}

const html = '<!doctype html><h1>Welcome to our Wi-Fi</h1>';
const page = { 'content-type': 'text/html' };

/** What portals, firewalls and proxies say, some of it with a date for a time to come back. */
export const foreignAnswers: Readonly<Record<string, ForeignAnswer>> = {
  "a firewall's 403": (response) => void response.writeHead(403, page).end(html),
  'a login page': (response) => void response.writeHead(200, page).end(html),
  "a proxy's 404": (response) => void response.writeHead(404).end(),
  "a gateway's 502": (response) =>
    void response.writeHead(502, { ...page, 'retry-after': 'Sun, 29 Nov 2026 12:00:00 GMT' }).end(html),
};
