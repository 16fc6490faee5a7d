import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** The head of a plain request. */
export const get = (path: string, ...lines: string[]): string =>
  [`GET ${path} HTTP/1.1`, 'Host: localhost', ...lines, '', ''].join('\r\n');

/** A connection that keeps what came in. */
export function talk(port: number): Socket & { got: () => string } {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let got = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (got += chunk));
  socket.on('error', () => undefined);
  return Object.assign(socket, { got: () => got });
}

/** Sends bytes as they are, and gives all that comes back until the connection closes. */
export async function ask(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  return await text(socket);
}
