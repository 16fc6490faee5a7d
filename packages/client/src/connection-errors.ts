import { ApiError } from './errors.ts';

export const lost = (cause?: unknown) =>
  new ApiError('The connection was lost', { code: 'CONNECTION_LOST', retryable: true, cause });

export const stalled = (ms: number) => new ApiError(`No data for ${ms / 1000} s`, { code: 'STALLED', retryable: true });

export const buffered = () => new ApiError('The stream is held back', { code: 'BUFFERED', retryable: true });

export const eventTooLarge = (maxSize: number) =>
  new ApiError(`An event is larger than ${maxSize} characters`, { code: 'EVENT_TOO_LARGE' });

export const gaveUp = (attempts: number, cause: ApiError) =>
  new ApiError(`Connection failed after ${attempts} attempt${attempts === 1 ? '' : 's'}`, {
    code: 'CONNECTION_FAILED',
    status: cause.status,
    retryable: true,
    cause,
  });
