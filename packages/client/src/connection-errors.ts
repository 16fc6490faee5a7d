import { ApiError } from './errors.ts';

export const lost = (message: string, cause?: unknown) =>
  new ApiError(message, { code: 'CONNECTION_LOST', retryable: true, cause });

export const stalled = (ms: number) =>
  new ApiError(`No data received for ${Math.round(ms / 1000)} s`, { code: 'STALLED', retryable: true });

export const eventTooLarge = (maxSize: number) =>
  new ApiError(`An event is larger than ${maxSize} characters`, { code: 'EVENT_TOO_LARGE' });

export const gaveUp = (attempts: number, cause: ApiError) =>
  new ApiError(`Connection failed after ${attempts} attempt${attempts === 1 ? '' : 's'}`, {
    code: 'CONNECTION_FAILED',
    status: cause.status,
    retryable: true,
    cause,
  });

export const notAnEventStream = (status: number, contentType: string | null) =>
  new ApiError(`Expected an event stream, but the server sent ${contentType ?? 'no content type'}`, {
    code: 'NOT_AN_EVENT_STREAM',
    status,
  });
