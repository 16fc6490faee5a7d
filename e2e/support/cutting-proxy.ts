import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface CuttingProxyOptions {
  /** Cuts each event stream after so many events. Default: none is cut by itself. */
  eventsPerConnection?: number;
}

/** A network that fails on request: a TCP proxy on this machine that keeps what passes through it unchanged. */
export interface CuttingProxy {
  readonly url: string;
  /** Connections so far. */
  readonly connections: number;
  /** Open event streams. */
  readonly streams: number;
  /** Breaks every connection that is open now, in the middle of whatever is being sent. */
  cut(): void;
  /** Breaks the event streams alone. */
  cutStreams(): void;
  /** Refuses new connections and breaks the open ones, until `up`. */
  down(): void;
  up(): void;
  close(): Promise<void>;
}

/** Starts a proxy to the server at this URL, on a free port. */
export async function startCuttingProxy(target: string, options: CuttingProxyOptions = {}): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const streams = new Set<Socket>();
  let connections = 0;
  let refuses = false;

  const server = createServer((client) => {
    if (refuses) return client.destroy();
    connections++;
    const upstream = connect(Number(port), hostname);
    const limit = limitEvents(options.eventsPerConnection);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        streams.delete(client);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (chunk) => upstream.write(chunk));
    client.on('end', () => upstream.end());
    upstream.on('data', (chunk: Buffer) => {
      if (chunk.includes('text/event-stream')) streams.add(client);
      const { passed, full } = limit(chunk);
      client.write(passed);
      if (full) client.end(() => upstream.destroy());
    });
    upstream.on('end', () => client.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return connections;
    },
    get streams() {
      return streams.size;
    },
    cut,
    cutStreams: () => {
      for (const socket of streams) socket.destroy();
    },
    down: () => {
      refuses = true;
      cut();
    },
    up: () => {
      refuses = false;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}

/** Passes bytes on up to the end of the event with this number: the empty line after its `data`. */
function limitEvents(events = Infinity): (chunk: Buffer) => { passed: Buffer; full: boolean } {
  let left = events;
  let line = '';
  let hasData = false;
  return (chunk) => {
    if (left === Infinity) return { passed: chunk, full: false };
    for (const [index, byte] of chunk.entries()) {
      if (byte !== 0x0a) {
        line = (line + String.fromCharCode(byte)).slice(0, 5);
        continue;
      }
      if (line === '' && hasData && --left === 0) return { passed: chunk.subarray(0, index + 1), full: true };
      hasData = line === 'data:' || (hasData && line !== '');
      line = '';
    }
    return { passed: chunk, full: false };
  };
}
