import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { between, pick } from '../../../../scripts/test/seeded-random.ts';
import type { Random } from '../../../../scripts/test/seeded-random.ts';

/** What can happen to a connection. */
export const ills = [
  'none',
  'cut',
  'half-close',
  'freeze',
  'crumble',
  'delay',
  'duplicate',
  'forget-cursor',
  'refuse',
  '502',
  '429',
  '503',
  '401',
  'garbage',
] as const;
export type Ill = (typeof ills)[number];

export interface HostileProxy {
  baseUrl: string;
  /** How often each ill was done. */
  counts: Map<Ill, number>;
  sockets: Set<Socket>;
  close(): Promise<void>;
}

/** A proxy for bytes that does to each connection what its seed says. Simulates a bad network; for tests alone. */
export async function startHostileProxy(target: number, random: Random): Promise<HostileProxy> {
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  const counts = new Map<Ill, number>();
  let refused = false;
  const track = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const later = (ms: number, run: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer);
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    track(client);
    // No client half-closes: one that ends has gone.
    client.on('end', () => client.destroy());
    client.once('data', (request: Buffer) => {
      // A good key refused again and again is the truth for all a client can know, so it happens once in a row.
      const ill = pick(random, refused ? ills.filter((other) => other !== '401') : ills);
      refused = ill === '401';
      counts.set(ill, (counts.get(ill) ?? 0) + 1);
      const answered = { '502': '502 Bad Gateway', '429': '429 Slow Down', '503': '503 Away', '401': '401 Who' };
      if (ill === 'refuse') client.destroy();
      else if (ill in answered) answer(client, answered[ill as keyof typeof answered], ill);
      else if (ill === 'garbage') garbage(client);
      else forward(client, ill, request);
    });
    // Node's fetch opens a spare connection after each request that was aborted, and would keep it for seconds.
    later(100, () => void (client.bytesRead > 0 || client.destroy()));
  });

  function forward(client: Socket, ill: Ill, request: Buffer): void {
    const upstream = track(connect({ port: target, host: '127.0.0.1' }));
    const twin = ill === 'duplicate' ? track(connect({ port: target, host: '127.0.0.1' })) : undefined;
    twin?.resume();
    const forgotten = request.toString('latin1').replace(/last-event-id: .*\r\n/i, '');
    upstream.write(ill === 'forget-cursor' ? forgotten : request, 'latin1');
    twin?.write(request);
    client.resume();
    client.on('close', () => [upstream, twin].forEach((socket) => socket?.destroy()));
    const limit = between(random, 0, 2500);
    let passed = 0;
    upstream.on('data', (bytes: Buffer) => {
      if (client.destroyed || client.writableEnded) return;
      const room = limit - passed;
      passed += bytes.length;
      if (ill === 'cut' && room < bytes.length) {
        client.write(bytes.subarray(0, Math.max(0, room)), () => client.destroy());
      } else if (ill === 'half-close' && room < bytes.length) {
        client.end(bytes.subarray(0, Math.max(0, room)));
      } else if (ill === 'freeze' && room < bytes.length) {
        // Neither a byte nor an end any more.
        if (room > 0) client.write(bytes.subarray(0, room));
      } else if (ill === 'crumble') {
        crumble(client, bytes);
      } else if (ill === 'delay') {
        // The same wait for all, or they would overtake each other.
        later(5, () => void (client.destroyed || client.writableEnded || client.write(bytes)));
      } else {
        client.write(bytes);
      }
    });
    upstream.on('end', () => {
      if (ill === 'delay') later(6, () => client.end());
      else if (ill !== 'freeze') client.end();
    });
    upstream.on('close', () => twin?.destroy());
  }

  /** Splits in the middle of characters, fields and line ends. */
  function crumble(client: Socket, bytes: Buffer): void {
    client.setNoDelay(true);
    for (let at = 0; at < bytes.length;) {
      const next = at + between(random, 1, 40);
      client.write(bytes.subarray(at, next));
      at = next;
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    sockets,
    close: () =>
      new Promise((resolve) => {
        for (const timer of timers) clearTimeout(timer);
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function answer(client: Socket, status: string, ill: Ill): void {
  const retryAfter = ill === '429' || ill === '503' ? 'Retry-After: 0\r\n' : '';
  client.resume();
  client.end(`HTTP/1.1 ${status}\r\n${retryAfter}Connection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** A stream that opens well and then brings an event broken in the middle, as a buffering box on the way may leave it. */
function garbage(client: Socket): void {
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n';
  const fine = '\u{FEFF}: hello\r\n\r\nunknown: field\r\nevent: news\r\ndata: {}\r\n\r\n';
  client.resume();
  client.end(`${head}${fine}event: task_progress\nid: 999999\ndata: {"tas\n\n`);
}
