import { randomUUIDv7 } from 'node:crypto';
import type { Socket } from 'node:net';
import { ApiError, problemContentType, toProblem } from './errors.ts';

/** Answers what is not HTTP enough to become a request, as far as anybody is there to read it, and hangs up. */
export function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const requestId = randomUUIDv7();
  const detail = details[error.code ?? ''] ?? 'This is not a well-formed HTTP request.';
  const body = JSON.stringify(toProblem(new ApiError('INVALID_REQUEST', detail), requestId));
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

const details: Record<string, string> = {
  HPE_HEADER_OVERFLOW: 'The head of the request is too large.',
  ERR_HTTP_REQUEST_TIMEOUT: 'The request took too long to arrive.',
};
