import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface DyingProxy {
  baseUrl: string;
  /** Lets every open connection die in silence: it stays open, and takes what it is sent, but nothing comes any more. */
  kill(): void;
  /** Dead connections that have been sent something since. */
  tried(): number;
  close(): Promise<void>;
}

/** A TCP proxy whose connections can die as those of a sleeping computer do: neither side hears of it. */
export async function startDyingProxy(target: number): Promise<DyingProxy> {
  const clients = new Map<Socket, Socket>();
  const dead = new Set<Socket>();
  const tried = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    clients.set(client, upstream);
    client.on('data', (bytes: Buffer) => {
      if (dead.has(client)) tried.add(client);
      else upstream.write(bytes);
    });
    upstream.on('data', (bytes: Buffer) => void (dead.has(client) || client.write(bytes)));
    upstream.on('end', () => void (dead.has(client) || client.end()));
    client.on('close', () => {
      clients.delete(client);
      upstream.destroy();
    });
    for (const socket of [client, upstream]) socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    kill: () => {
      for (const client of clients.keys()) dead.add(client);
    },
    tried: () => tried.size,
    close: () =>
      new Promise((resolve) => {
        for (const [client, upstream] of clients) {
          client.destroy();
          upstream.destroy();
        }
        server.close(() => resolve());
      }),
  };
}
