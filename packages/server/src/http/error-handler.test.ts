import { message } from '@image2model/protocol';
import { describe, expect, it } from 'vitest';
import { toApiError } from './error-handler.ts';
import { ApiError, jitterSeconds, toProblem } from './errors.ts';
import { StorageFullError } from '../files/contract.ts';

describe('an error that was thrown', () => {
  it('is passed on where it is ours', () => {
    const error = new ApiError('JOB_RUNNING', message('error.job_running'));
    expect(toApiError(error)).toBe(error);
  });

  it('says that the disk is full', () => {
    expect(toApiError(new StorageFullError('ENOSPC: /var/data'))).toMatchObject({ code: 'STORAGE_FULL', status: 507 });
  });

  it('says nothing of what went wrong inside', () => {
    const error = Object.assign(new Error('EACCES: /home/me/data, key=secret'), { code: 'EACCES' });
    const problem = toProblem(toApiError(error), 'id');
    expect(problem).toMatchObject({ code: 'INTERNAL_ERROR', status: 500, request_id: 'id' });
    expect(JSON.stringify(problem)).not.toMatch(/EACCES|home|secret/);
  });

  it('is the client’s where the framework says so', () => {
    const error = Object.assign(new Error('odd'), { statusCode: 431, code: 'FST_SOMETHING_NEW' });
    expect(toApiError(error)).toMatchObject({ code: 'INVALID_REQUEST', status: 400 });
  });
});

describe('Retry-After', () => {
  it('has a time of its own for 429 and 503, and is spread upwards', () => {
    expect(new ApiError('QUEUE_FULL', message('error.converter_busy')).retryAfterSeconds).toBe(5);
    expect(new ApiError('NOT_FOUND', message('error.id_invalid')).retryAfterSeconds).toBeUndefined();
    const spread = new Set(Array.from({ length: 200 }, () => jitterSeconds(10)));
    expect(Math.min(...spread)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...spread)).toBeLessThanOrEqual(15);
    expect(spread.size).toBeGreaterThan(2);
  });
});
