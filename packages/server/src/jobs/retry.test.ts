import { describe, expect, it } from 'vitest';
import { StorageFullError } from '../files/contract.ts';
import { ModelError } from '../models/errors.ts';
import { mayRetry, retryDelayMs, toFault } from './retry.ts';

describe('retries', () => {
  it('takes what the model says about itself', () => {
    const fault = toFault(new ModelError('NO_FOREGROUND', 'There is nothing to see'));
    expect(fault).toEqual({ code: 'NO_FOREGROUND', message: 'There is nothing to see', retryable: false });
    expect(mayRetry(fault, 1)).toBe(false);
  });

  it('shows nothing of what nobody expected, and tries it three times', () => {
    const fault = toFault(new TypeError('/secret/path is undefined'));
    expect(fault).toMatchObject({ code: 'GENERATION_FAILED', retryable: true });
    expect(fault.message).not.toContain('secret');
    expect([1, 2, 3].map((attempt) => mayRetry(fault, attempt))).toEqual([true, true, false]);
  });

  it('waits for a full disk to have room again', () => {
    expect(toFault(new StorageFullError('full'))).toMatchObject({ code: 'STORAGE_FULL', retryable: true });
  });

  it('runs what took its worker down only once more', () => {
    const fault = toFault(new ModelError('WORKER_CRASHED', 'The worker stopped', { retryable: true }));
    expect([1, 2].map((attempt) => mayRetry(fault, attempt))).toEqual([true, false]);
  });

  it('waits twice as long each time, up to a limit, less by chance', () => {
    expect([1, 2, 3, 20].map((attempt) => retryDelayMs(attempt, () => 1))).toEqual([1000, 2000, 4000, 30_000]);
    expect(retryDelayMs(2, () => 0.25)).toBe(500);
  });
});
