import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { pick } from '../../../../scripts/test/seeded-random.ts';
import type { Random } from '../../../../scripts/test/seeded-random.ts';
import { faults } from './faults.ts';
import type { Fault } from './faults.ts';
import { forward } from './forward.ts';
import { Resources } from './resources.ts';

/** What the proxy responds with, instead of forwarding the request. */
const statusLines = {
  '502': '502 Bad Gateway',
  '429': '429 Too Many Requests',
  '503': '503 Service Unavailable',
  '401': '401 Unauthorized',
} as const;

export interface HostileProxy {
  baseUrl: string;
  /** How often each fault was injected. */
  counts: Map<Fault, number>;
  sockets: ReadonlySet<Socket>;
  close(): Promise<void>;
}

/** Simulates a bad network: a TCP proxy that injects a random fault into each connection. */
export async function startHostileProxy(target: number, random: Random): Promise<HostileProxy> {
  const resources = new Resources();
  const counts = new Map<Fault, number>();
  let previous: Fault = 'none';

  const server = createServer({ allowHalfOpen: true }, (client) => {
    resources.track(client);
    // Clients never half-close: one that ends its side has left.
    client.on('end', () => client.destroy());
    client.once('data', (request: Buffer) => {
      // Never two 401s in a row: a client rightly gives up when good keys are rejected again and again.
      const fault = pick(random, previous === '401' ? faults.filter((other) => other !== '401') : faults);
      previous = fault;
      counts.set(fault, (counts.get(fault) ?? 0) + 1);
      if (fault === 'refuse') client.destroy();
      else if (fault === 'garbage') sendGarbage(client);
      else if (isStatus(fault)) sendStatus(client, fault);
      else forward(client, request, { fault, target, random, resources });
    });
    // Node's fetch opens a spare connection after each aborted request, and would keep it for seconds.
    resources.later(100, () => void (client.bytesRead > 0 || client.destroy()));
  });

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    sockets: resources.sockets,
    close: () => {
      resources.close();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function isStatus(fault: Fault): fault is keyof typeof statusLines {
  return fault in statusLines;
}

function sendStatus(client: Socket, status: keyof typeof statusLines): void {
  const retryAfter = status === '429' || status === '503' ? 'Retry-After: 0\r\n' : '';
  // The 401 is the server's own, which a client believes; the others come from proxies.
  const body = status === '401' ? '{"status":401,"title":"A valid API key is required","code":"UNAUTHENTICATED"}' : '';
  const type = body && 'Content-Type: application/problem+json\r\n';
  const head = `HTTP/1.1 ${statusLines[status]}\r\n${retryAfter}${type}Connection: close`;
  client.resume();
  client.end(`${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
}

/** A stream that starts well, then sends a truncated event, as a buffering intermediary might. */
function sendGarbage(client: Socket): void {
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n';
  const fine = '\u{FEFF}: hello\r\n\r\nunknown: field\r\nevent: news\r\ndata: {}\r\n\r\n';
  client.resume();
  client.end(`${head}${fine}event: task_progress\nid: 999999\ndata: {"tas\n\n`);
}
