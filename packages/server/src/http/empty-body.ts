import type { FastifyInstance } from 'fastify';

/**
 * Treats a request without a single byte of body as one without a body, whatever content type it names: HTTP clients
 * name one out of habit, and routes whose body is optional have to accept that. A form keeps its type, so that the
 * upload can say what is missing.
 */
export function acceptEmptyBodies(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ headers }) => {
    const isForm = headers['content-type']?.startsWith('multipart/') === true;
    if (headers['content-length'] === '0' && !isForm) delete headers['content-type'];
  });
  // A chunked body only turns out to be empty once it has been read.
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parseJson(request, body, done);
  });
}
