import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';

/**
 * Has the app listen. `localhost` is two addresses on most machines; connections to the second one are handed to the one
 * server as well, so that its limits count over both. (Fastify would have a second server, which nobody watches over.)
 */
export async function listen(app: FastifyInstance, { host, port }: Config, log: Log): Promise<void> {
  const relays: Server[] = [];
  app.addHook('preClose', async () => {
    for (const relay of relays) relay.close();
  });
  const [first = host, ...others] = host === 'localhost' ? await addressesOf(host) : [host];
  await app.listen({ host: first, port });
  const bound = app.server.address();
  if (typeof bound !== 'object' || bound === null) return;
  for (const other of others) {
    const relay = createServer({ allowHalfOpen: true, noDelay: true });
    try {
      await once(relay.listen({ host: other, port: bound.port }), 'listening');
    } catch (error) {
      log.warn({ err: error }, `${host} is ${other} too, where the server cannot listen`);
      continue;
    }
    relay.on('connection', (socket) => app.server.emit('connection', socket));
    relay.on('error', (error) => app.server.emit('error', error));
    relays.push(relay);
  }
}

async function addressesOf(name: string): Promise<string[]> {
  const found = await lookup(name, { all: true });
  return [...new Set(found.map(({ address }) => address))];
}
