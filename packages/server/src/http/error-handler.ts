import { message } from '@image2model/protocol';
import type { ErrorCode, Message, ProblemItem } from '@image2model/protocol';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, jitterSeconds, problemContentType, toProblem } from './errors.ts';
import { StorageFullError, StorageGoneError } from '../files/contract.ts';
import { shortageOf } from '../shortage.ts';

/**
 * Answers with a problem document whatever was thrown. What is ours says what it says; what is not becomes
 * `INTERNAL_ERROR` with nothing of its message, and its cause goes to the log alone.
 */
export function handleError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toApiError(error);
  const isOurs = problem.code === 'INTERNAL_ERROR' || (problem.status >= 500 && !problem.retryable);
  if (problem.code === 'OUT_OF_RESOURCES') request.log.warn({ err: error }, 'request refused');
  else if (isOurs) request.log.error({ err: error }, 'request failed');
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
    return new ApiError('STORAGE_FULL', message('error.storage_full'), { cause: error });
  }
  if (error instanceof StorageGoneError) {
    const options = { cause: error, retryAfterSeconds: 30 };
    return new ApiError('STORAGE_GONE', message('error.storage_gone'), options);
  }
  if ('validation' in error && Array.isArray(error.validation)) return invalid(error);
  const short = shortageOf(error);
  if (short !== undefined)
    return new ApiError('OUT_OF_RESOURCES', message(`error.short_of_${short}`), { cause: error });
  const known = frameworkErrors['code' in error ? error.code : ''];
  if (known !== undefined) return new ApiError(known[0], known[1], { cause: error });
  if (isMalformedForm(error)) return new ApiError(...malformedForm, { cause: error });
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
  // What the framework refuses for a reason that has no line in the table is the client's doing all the same.
  if (status >= 400 && status < 500) {
    return new ApiError('INVALID_REQUEST', message('error.request_unreadable'), { cause: error });
  }
  return new ApiError('INTERNAL_ERROR', message('error.internal'), { cause: error });
}

const malformedForm = ['INVALID_REQUEST', message('error.form_malformed')] as const;

const frameworkErrors: Record<string, readonly [ErrorCode, Message]> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['UNSUPPORTED_MEDIA_TYPE', message('error.content_type')],
  FST_ERR_CTP_BODY_TOO_LARGE: ['BODY_TOO_LARGE', message('error.body_too_large')],
  FST_ERR_CTP_INVALID_JSON_BODY: ['INVALID_REQUEST', message('error.body_not_json')],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['INVALID_REQUEST', message('error.body_length')],
  FST_ERR_BAD_URL: ['INVALID_REQUEST', message('error.address_encoding')],
  FST_ERR_MAX_PARAM_LENGTH: ['NOT_FOUND', message('error.address_too_long')],
  FST_ERR_VALIDATION: ['INVALID_REQUEST', message('error.request_invalid')],
  FST_INVALID_MULTIPART_CONTENT_TYPE: ['UNSUPPORTED_MEDIA_TYPE', message('error.form_expected')],
  FST_PROTO_VIOLATION: malformedForm,
  FST_INVALID_JSON_FIELD_ERROR: ['INVALID_REQUEST', message('error.field_not_json')],
  FST_MP_PREMATURE_CLOSE: malformedForm,
  FST_PARTS_LIMIT: ['BODY_TOO_LARGE', message('error.form_parts')],
  FST_FIELDS_LIMIT: ['BODY_TOO_LARGE', message('error.form_fields')],
  FST_FILES_LIMIT: ['TOO_MANY_FILES', message('error.form_files')],
};

/** The multipart parser throws plain errors; these are all of them (@fastify/busboy 3). */
function isMalformedForm(error: Error): boolean {
  return /multipart data$|^Multipart: Boundary not found$|^The needle cannot /.test(error.message);
}

function invalid(error: FastifyError): ApiError {
  const where = error.validationContext ?? 'request';
  const items: ProblemItem[] = (error.validation ?? []).slice(0, 25).map((issue) => ({
    code: 'INVALID_REQUEST',
    detail: issue.message ?? 'is not valid',
    field: fieldName(issue.instancePath, where),
  }));
  const badId = where === 'params' && items.some(({ field }) => field?.endsWith('_id'));
  if (badId) return new ApiError('INVALID_ID', message('error.id_invalid'));
  const id = invalidParts[where];
  const reason = items.map(({ field, detail }) => `${field}: ${detail}`).join('; ');
  const said = id === undefined ? message('error.request_invalid') : message(id, { reason });
  return new ApiError('INVALID_REQUEST', said, { errors: items, cause: error });
}

const invalidParts: Partial<
  Record<string, 'error.address_invalid' | 'error.query_invalid' | 'error.head_invalid' | 'error.body_invalid'>
> = {
  params: 'error.address_invalid',
  querystring: 'error.query_invalid',
  headers: 'error.head_invalid',
  body: 'error.body_invalid',
};

function fieldName(instancePath: string, where: string): string {
  const path = instancePath.split('/').filter((part) => part !== '');
  return path.length === 0 ? where : path.join('.');
}
