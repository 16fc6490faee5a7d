import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';

/** One request as it is sent: once, never again by itself, and without following redirects. */
export interface Exchange {
  url: URL;
  method?: 'GET' | 'POST' | 'PUT';
  headers?: Record<string, string>;
  body?: Uint8Array;
  /** Until the head of the answer has come, ms. */
  headMs: number;
  /** Of silence while the body comes, ms. */
  idleMs: number;
  signal?: AbortSignal | undefined;
  /** Resolves names in place of the system's; may refuse them. */
  lookup?: LookupFunction | undefined;
}

/** No answer came, or not the whole of it. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  /** False where it is certain that not a byte of the request reached anybody. */
  readonly sent: boolean;

  constructor(message: string, sent: boolean, cause?: unknown) {
    super(message, { cause });
    this.sent = sent;
  }
}

/**
 * Sends a request over a connection of its own and resolves with the head of the answer. A connection that was kept
 * could turn out to be dead only when the request is already on it, and then nobody knows whether it arrived.
 * @throws ExchangeError
 */
export function open(exchange: Exchange): Promise<IncomingMessage> {
  const { url, method = 'GET', headers = {}, body, headMs, idleMs, signal, lookup } = exchange;
  const secure = url.protocol === 'https:';
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  if (signal?.aborted === true) return Promise.reject(new ExchangeError('The request was given up', false));
  let sent = false;
  const request = (secure ? httpsRequest : httpRequest)(url, {
    method,
    headers: body === undefined ? headers : { ...headers, 'content-length': String(body.byteLength) },
    agent: false,
    signal,
    lookup,
  });
  const timer = setTimeout(() => request.destroy(new Error('No answer in time')), headMs);
  request.once('socket', (socket) => {
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      sent = true;
    });
  });
  request.once('response', (response) => {
    clearTimeout(timer);
    response.setTimeout(idleMs, () => response.destroy(new Error('The answer stopped coming')));
    resolve(response);
  });
  request.on('error', (error) => {
    clearTimeout(timer);
    reject(new ExchangeError(error.message, sent, error));
  });
  request.end(body);
  return promise;
}

/**
 * The whole body of an answer.
 * @throws ExchangeError where it is cut off or longer than `maxBytes`.
 */
export async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.byteLength;
      if (size > maxBytes) throw new Error(`The answer is longer than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    response.destroy();
    throw new ExchangeError(error instanceof Error ? error.message : String(error), true, error);
  }
  return Buffer.concat(chunks);
}
