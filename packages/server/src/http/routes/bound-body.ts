import { maxFilesPerUpload, maxFileSizeBytes, message } from '@image2model/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../errors.ts';

/** Bytes of a whole upload: all its images at their largest, and something for the form around them. */
export const maxUploadBytes = maxFilesPerUpload * maxFileSizeBytes + 1024 * 1024;

/** Ends a body that is larger than any good one before it fills the disk. */
export function boundBody(request: FastifyRequest, reply: FastifyReply, maxBytes: number): void {
  const tooLarge = (): ApiError => {
    // What is still on its way is not read, so the connection cannot be used again.
    reply.header('connection', 'close');
    return new ApiError('BODY_TOO_LARGE', message('error.upload_too_large', { max: maxBytes / 1024 / 1024 }));
  };
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  let seen = 0;
  const count = (chunk: Buffer): void => {
    seen += chunk.byteLength;
    if (seen <= maxBytes) return;
    request.raw.off('data', count).pause();
    // What ends the parser, and so the loop over its parts; destroying the request would lose the answer.
    request.raw.emit('error', tooLarge());
  };
  request.raw.on('data', count);
}
