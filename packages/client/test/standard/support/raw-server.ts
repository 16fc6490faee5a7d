import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Where the streams of a raw server are; it answers anywhere. */
export const path = '/api/v1/stream';

/** A request as it was sent. */
export interface RawRequest {
  method: string;
  /** Path with query. */
  target: string;
  /** By name in lower case; what came more than once is joined by commas. */
  headers: Record<string, string>;
}

/** Answers one request. What it leaves open stays open until the client closes it or the test ends. */
export type Answer = (socket: Socket, request: RawRequest) => void;

export interface RawServer {
  url: string;
  /** In the order of arrival. */
  requests: RawRequest[];
  /** Connections on which a request has come. */
  open: Set<Socket>;
}

/**
 * A server that sends exactly the bytes it is told to, whatever HTTP has to say. It gives one answer to each request, in
 * this order; after the last it opens a stream and says nothing.
 */
export async function startRawServer(...answers: Answer[]): Promise<RawServer> {
  const requests: RawRequest[] = [];
  const open = new Set<Socket>();
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => [sockets, open].forEach((set) => set.delete(socket)));
    let head = '';
    socket.on('data', (bytes) => {
      head += bytes.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      const request = parseHead(head);
      head = '';
      requests.push(request);
      open.add(socket);
      (answers.shift() ?? stream('', { close: false }))(socket, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, requests, open };
}

interface StreamOptions {
  status?: number;
  /** `undefined` sends none. */
  contentType?: string | undefined;
  headers?: Record<string, string>;
  /** Whether the server closes the connection after the body, as servers do that have said everything. Default: yes. */
  close?: boolean;
}

/** Sends this body as an event stream, or with another status or type. */
export function stream(body: string | Uint8Array, options: StreamOptions = {}): Answer {
  const { status = 200, headers = {}, close = true } = options;
  const contentType = 'contentType' in options ? options.contentType : 'text/event-stream';
  const lines = Object.entries({ ...(contentType !== undefined && { 'Content-Type': contentType }), ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return (socket) => {
    socket.write(`HTTP/1.1 ${status} Something\r\n${head}Connection: close\r\n\r\n`);
    socket.write(body);
    if (close) socket.end();
  };
}

/** Begins a body of which more was promised, and drops the connection as a failing network does, once it has arrived. */
export function cut(body: string): Answer {
  return (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 100000\r\n\r\n');
    socket.write(body, () => setImmediate(() => socket.destroy()));
  };
}

function parseHead(head: string): RawRequest {
  const [first = '', ...lines] = (head.split('\r\n\r\n')[0] ?? '').split('\r\n');
  const [method = '', target = ''] = first.split(' ');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return { method, target, headers };
}
