import { randomUUIDv7 } from 'node:crypto';
import type { Socket } from 'node:net';
import { message } from '@image2model/protocol';
import type { Message } from '@image2model/protocol';
import { ApiError, problemContentType, toProblem } from './errors.ts';

/** Answers what is not HTTP enough to become a request, as far as anybody is there to read it, and hangs up. */
export function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const requestId = randomUUIDv7();
  const said = reasons[error.code ?? ''] ?? message('error.not_http');
  const body = JSON.stringify(toProblem(new ApiError('INVALID_REQUEST', said), requestId));
  socket.end(
    [
      'HTTP/1.1 400 Bad Request',
      `Content-Type: ${problemContentType}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${requestId}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

const reasons: Record<string, Message> = {
  HPE_HEADER_OVERFLOW: message('error.head_too_large'),
  ERR_HTTP_REQUEST_TIMEOUT: message('error.request_timeout'),
};
