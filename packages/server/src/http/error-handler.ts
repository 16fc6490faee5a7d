import type { ErrorCode, ProblemItem } from '@image2model/protocol';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, jitterSeconds, problemContentType, toProblem } from './errors.ts';
import { StorageFullError } from '../files/contract.ts';

/**
 * Answers with a problem document whatever was thrown. What is ours says what it says; what is not becomes
 * `INTERNAL_ERROR` with nothing of its message, and its cause goes to the log alone.
 */
export function handleError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toApiError(error);
  const isOurs = problem.code === 'INTERNAL_ERROR' || (problem.status >= 500 && !problem.retryable);
  if (isOurs) request.log.error({ err: error }, 'request failed');
  else request.log.debug({ code: problem.code }, 'request refused');
  return sendProblem(reply, problem, request.id);
}

/** Sends an error as the answer. Headers of the answer that did not come about are removed. */
export function sendProblem(reply: FastifyReply, error: ApiError, requestId: string): FastifyReply {
  for (const name of ['content-disposition', 'content-length', 'etag', 'last-modified']) reply.removeHeader(name);
  if (error.code !== 'RANGE_NOT_SATISFIABLE') reply.removeHeader('content-range');
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', jitterSeconds(error.retryAfterSeconds));
  if (error.status === 401) reply.header('www-authenticate', 'Bearer realm="image2model"');
  return reply
    .code(error.status)
    .header('cache-control', 'no-store')
    .type(problemContentType)
    .serializer(JSON.stringify)
    .send(toProblem(error, requestId));
}

/** Whatever a handler or the framework threw, as an error of the contract. */
export function toApiError(error: FastifyError | Error): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof StorageFullError) {
    return new ApiError('STORAGE_FULL', 'There is no room left to store this.', { cause: error });
  }
  if ('validation' in error && Array.isArray(error.validation)) return invalid(error);
  const known = frameworkErrors['code' in error ? error.code : ''];
  if (known !== undefined) return new ApiError(known[0], known[1], { cause: error });
  if (isMalformedForm(error)) return new ApiError(...malformedForm, { cause: error });
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
  // What the framework refuses for a reason that has no line in the table is the client's doing all the same.
  if (status >= 400 && status < 500) {
    return new ApiError('INVALID_REQUEST', 'The request cannot be read.', { cause: error });
  }
  return new ApiError('INTERNAL_ERROR', 'Something went wrong on the server; the request id finds it in its log.', {
    cause: error,
  });
}

const malformedForm = ['INVALID_REQUEST', 'The multipart body is not well formed or was cut off.'] as const;

const frameworkErrors: Record<string, readonly [ErrorCode, string]> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['UNSUPPORTED_MEDIA_TYPE', 'This route does not accept a body of that content type.'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['BODY_TOO_LARGE', 'The body is larger than this route accepts.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['INVALID_REQUEST', 'The body is not valid JSON.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['INVALID_REQUEST', 'The body is empty where JSON was announced.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['INVALID_REQUEST', 'The body is not as long as Content-Length says.'],
  FST_ERR_BAD_URL: ['INVALID_REQUEST', 'The address has a broken percent-encoding.'],
  FST_ERR_MAX_PARAM_LENGTH: ['NOT_FOUND', 'A part of the address is longer than any that exists.'],
  FST_ERR_VALIDATION: ['INVALID_REQUEST', 'The request does not have the shape that this route expects.'],
  FST_INVALID_MULTIPART_CONTENT_TYPE: ['UNSUPPORTED_MEDIA_TYPE', 'Send the images as multipart/form-data.'],
  FST_PROTO_VIOLATION: malformedForm,
  FST_INVALID_JSON_FIELD_ERROR: ['INVALID_REQUEST', 'A field that is announced as JSON is not valid JSON.'],
  FST_MP_PREMATURE_CLOSE: malformedForm,
  FST_PARTS_LIMIT: ['BODY_TOO_LARGE', 'The form has too many parts.'],
  FST_FIELDS_LIMIT: ['BODY_TOO_LARGE', 'The form has too many fields.'],
  FST_FILES_LIMIT: ['TOO_MANY_FILES', 'The form has too many files.'],
};

/** The multipart parser throws plain errors; these are all of them (@fastify/busboy 3). */
function isMalformedForm({ message }: Error): boolean {
  return /multipart data$|^Multipart: Boundary not found$|^The needle cannot /.test(message);
}

function invalid(error: FastifyError): ApiError {
  const where = error.validationContext ?? 'request';
  const items: ProblemItem[] = (error.validation ?? []).slice(0, 25).map((issue) => ({
    code: 'INVALID_REQUEST',
    detail: issue.message ?? 'is not valid',
    field: fieldName(issue.instancePath, where),
  }));
  const badId = where === 'params' && items.some(({ field }) => field?.endsWith('_id'));
  if (badId) return new ApiError('INVALID_ID', 'The id in the address is not a UUID.');
  return new ApiError('INVALID_REQUEST', `The ${whereNames[where] ?? where} of the request is not valid.`, {
    errors: items,
    cause: error,
  });
}

const whereNames: Record<string, string> = { querystring: 'query', params: 'address', body: 'body', headers: 'head' };

function fieldName(instancePath: string, where: string): string {
  const path = instancePath.split('/').filter((part) => part !== '');
  return path.length === 0 ? where : path.join('.');
}
