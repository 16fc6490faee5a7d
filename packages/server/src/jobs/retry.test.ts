import { describe, expect, it } from 'vitest';
import { StorageFullError } from '../files/contract.ts';
import { ModelError } from '../models/errors.ts';
import { isWaitedOut, mayRetry, retryDelayMs, toFailure } from './retry.ts';

describe('retries', () => {
  it('takes what the model says about itself', () => {
    const failure = toFailure(new ModelError('NO_FOREGROUND', { text: 'There is nothing to see' }));
    expect(failure).toEqual({ code: 'NO_FOREGROUND', message: { text: 'There is nothing to see' }, retryable: false });
    expect(mayRetry(failure, 1)).toBe(false);
  });

  it('shows nothing of what nobody expected, and tries it three times', () => {
    const failure = toFailure(new TypeError('/secret/path is undefined'));
    expect(failure).toMatchObject({ code: 'GENERATION_FAILED', retryable: true });
    expect(failure.message.text).not.toContain('secret');
    expect([1, 2, 3].map((attempt) => mayRetry(failure, attempt))).toEqual([true, true, false]);
  });

  it('waits for a full disk to have room again', () => {
    expect(toFailure(new StorageFullError('full'))).toMatchObject({ code: 'STORAGE_FULL', retryable: true });
  });

  // Promised: A lack of open files, threads or a free database is waited out, and the attempt does not count.
  it('waits out what the server is short of, and lets no attempt count for it', () => {
    const starved = Object.assign(new Error('connect EMFILE'), { code: 'EMFILE' });
    const unreachable = new ModelError('PROVIDER_UNAVAILABLE', { text: 'No answer' }, { cause: starved });
    for (const error of [starved, unreachable]) {
      const failure = toFailure(error);
      expect(failure).toMatchObject({ code: 'OUT_OF_RESOURCES', short: 'descriptors', retryable: true });
      expect(isWaitedOut(failure)).toBe(true);
    }
    // A name that cannot be looked up because no file can be opened says nothing of it.
    expect(toFailure(new ModelError('PROVIDER_UNAVAILABLE', { text: 'No answer' }), () => true).short).toBe(
      'descriptors',
    );
  });

  it('does not send again what perhaps arrived, whatever was short', () => {
    const starved = Object.assign(new Error('read EMFILE'), { code: 'EMFILE' });
    const unknown = new ModelError('SUBMIT_OUTCOME_UNKNOWN', { text: 'Nobody knows' }, { cause: starved });
    expect(toFailure(unknown, () => true)).toMatchObject({ code: 'SUBMIT_OUTCOME_UNKNOWN', retryable: false });
  });

  it('does not try for ever what takes more memory than there is', () => {
    const failure = toFailure(Object.assign(new Error('heap'), { code: 'ERR_WORKER_OUT_OF_MEMORY' }));
    expect(failure).toMatchObject({ code: 'OUT_OF_MEMORY', retryable: true });
    expect(isWaitedOut(failure)).toBe(false);
    expect([1, 2, 3, 4].map((attempt) => mayRetry(failure, attempt))).toEqual([true, true, true, false]);
  });

  // Promised: A file whose worker thread crashes twice fails.
  it('runs what took its worker down only once more', () => {
    const failure = toFailure(new ModelError('WORKER_CRASHED', { text: 'The worker stopped' }, { retryable: true }));
    expect([1, 2].map((attempt) => mayRetry(failure, attempt))).toEqual([true, false]);
  });

  it('waits twice as long each time, up to a limit, less by chance', () => {
    expect([1, 2, 3, 20].map((attempt) => retryDelayMs(attempt, () => 1))).toEqual([1000, 2000, 4000, 30_000]);
    expect(retryDelayMs(2, () => 0.25)).toBe(500);
  });
});
