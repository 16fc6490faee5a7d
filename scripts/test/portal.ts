import type { IncomingMessage, ServerResponse } from 'node:http';
import { startForwarder } from './forwarder.ts';
import type { Forwarder } from './forwarder.ts';

/** An answer that is not the server's. */
export type ForeignAnswer = (response: ServerResponse) => void;

/**
 * Starts something that stands before a server, such as a hotel's portal, and answers some requests by itself. What
 * `answers` has no answer for goes to the server.
 */
export async function startPortal(
  target: string,
  answers: (request: IncomingMessage) => ForeignAnswer | undefined,
): Promise<Forwarder> {
  return await startForwarder(target, {
    answer(request, response) {
      const foreign = answers(request);
      foreign?.(response);
      return foreign !== undefined;
    },
  });
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
