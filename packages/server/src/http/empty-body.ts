import { message } from '@image2model/protocol';
import type { FastifyInstance } from 'fastify';
import { ApiError } from './errors.ts';

/**
 * Treats a request without a single byte of body as one without a body, whatever content type it names: HTTP clients
 * name one out of habit, and routes whose body is optional have to accept that. An upload keeps its type, so that it can
 * say what is missing.
 */
export function acceptEmptyBodies(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ headers, routeOptions }) => {
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = headers;
    if (length === '0' && encoding === undefined && !routeOptions.config.upload) delete headers['content-type'];
  });
  // A chunked body only turns out to be empty once it has been read.
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parseJson(request, body, done);
  });
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser<string>('*', { parseAs: 'string' }, (request, body, done) => {
    done(body === '' || request.is404 ? null : unsupported());
  });
  // The form's parser leaves the body to the route, and few look at it.
  app.addHook('preValidation', async (request) => {
    const { upload, form } = request.routeOptions.config;
    if (request.isMultipart() && !request.is404 && !upload && !form) throw unsupported();
  });
}

function unsupported(): ApiError {
  return new ApiError('UNSUPPORTED_MEDIA_TYPE', message('error.content_type'));
}
