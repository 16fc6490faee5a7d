import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { between } from '../../../../scripts/test/seeded-random.ts';
import type { Random } from '../../../../scripts/test/seeded-random.ts';
import type { Fault } from './faults.ts';
import type { Resources } from './resources.ts';

export interface ForwardOptions {
  fault: Fault;
  /** Port of the server. */
  target: number;
  random: Random;
  resources: Resources;
}

/** Forwards a request to the server and its response to the client, with a fault on the way. */
export function forward(client: Socket, request: Buffer, options: ForwardOptions): void {
  const { fault, target, resources } = options;
  const open = () => resources.track(connect({ port: target, host: '127.0.0.1' }));
  const upstream = open();
  const duplicate = fault === 'duplicate' ? open() : undefined;
  duplicate?.resume();
  const withoutCursor = request.toString('latin1').replace(/last-event-id: .*\r\n/i, '');
  upstream.write(fault === 'forget-cursor' ? withoutCursor : request, 'latin1');
  duplicate?.write(request);
  client.resume();
  client.on('close', () => [upstream, duplicate].forEach((socket) => socket?.destroy()));
  const pass = passBytes(client, options);
  upstream.on('data', (bytes: Buffer) => {
    if (!client.destroyed && !client.writableEnded) pass(bytes);
  });
  upstream.on('end', () => {
    if (fault === 'delay') resources.later(6, () => client.end());
    else if (fault !== 'freeze') client.end();
  });
  upstream.on('close', () => duplicate?.destroy());
}

/** How bytes of the response reach the client under a fault. */
function passBytes(client: Socket, { fault, random, resources }: ForwardOptions): (bytes: Buffer) => void {
  const limit = between(random, 0, 2500);
  let passed = 0;
  /** Passes bytes up to the limit, then does something else with the rest. */
  const upToLimit = (atLimit: (rest: Buffer) => void) => (bytes: Buffer) => {
    const room = limit - passed;
    passed += bytes.length;
    if (room < bytes.length) atLimit(bytes.subarray(0, Math.max(0, room)));
    else client.write(bytes);
  };
  switch (fault) {
    case 'cut':
      return upToLimit((rest) => client.write(rest, () => client.destroy()));
    case 'half-close':
      return upToLimit((rest) => client.end(rest));
    case 'freeze':
      // No more bytes, and no end either.
      return upToLimit((rest) => rest.length > 0 && client.write(rest));
    case 'crumble':
      return (bytes) => crumble(client, bytes, random);
    case 'delay':
      // The same delay for all, or they would overtake each other.
      return (bytes) =>
        resources.later(5, () => void (client.destroyed || client.writableEnded || client.write(bytes)));
    case 'none':
    case 'duplicate':
    case 'forget-cursor':
    case 'refuse':
    case '502':
    case '429':
    case '503':
    case '401':
    case 'garbage':
      return (bytes) => client.write(bytes);
  }
}

/** Writes bytes in small pieces, split in the middle of characters, fields and line ends. */
function crumble(client: Socket, bytes: Buffer, random: Random): void {
  client.setNoDelay(true);
  for (let at = 0; at < bytes.length;) {
    const next = at + between(random, 1, 40);
    client.write(bytes.subarray(at, next));
    at = next;
  }
}
