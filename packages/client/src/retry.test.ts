import { expect, test, vi } from 'vitest';
import { toResult } from './api/results.ts';
import { backoffDelay } from './backoff.ts';
import { ApiError } from './errors.ts';
import { errorFromResponse, parseRetryAfter } from './problem.ts';
import { retryOperation } from './retry.ts';

const busy = new ApiError('busy', { code: 'QUEUE_FULL', status: 503, retryable: true });
const quick = { baseMs: 1, capMs: 1 };

test('the delay grows to its cap and is drawn from the whole range', () => {
  const maxDelay = (attempt: number) => backoffDelay(attempt, { random: () => 1 });
  expect([1, 2, 3, 4, 5, 6, 7, 1000].map(maxDelay)).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
  expect(backoffDelay(9, { random: () => 0 })).toBe(0);
});

test('an operation that throws is retried until it succeeds', async () => {
  const operation = vi.fn<() => Promise<string>>().mockRejectedValueOnce(busy).mockResolvedValue('done');
  expect(await retryOperation(operation, quick)).toBe('done');
  expect(operation).toHaveBeenCalledTimes(2);
});

test('a failed result is retried too, and returned as it is after the last retry', async () => {
  const operation = vi.fn<() => Promise<object>>(() => toResult(Promise.reject(busy)));
  expect(await retryOperation(operation, { ...quick, retries: 2 })).toMatchObject({
    success: false,
    code: 'QUEUE_FULL',
  });
  expect(operation).toHaveBeenCalledTimes(3);
});

test('an error that is not retryable is not retried', async () => {
  const bad = new ApiError('bad', { code: 'NO_FILES', status: 400 });
  const operation = vi.fn<() => Promise<never>>().mockRejectedValue(bad);
  await expect(retryOperation(operation, quick)).rejects.toBe(bad);
  expect(operation).toHaveBeenCalledOnce();
});

test('Retry-After is honoured, and an abort ends the delay', async () => {
  const controller = new AbortController();
  const asked = new ApiError('busy', { code: 'RATE_LIMITED', status: 429, retryable: true, retryAfterMs: 60_000 });
  const onRetry = vi.fn<(info: { attempt: number; delayMs: number }) => void>(() => controller.abort());
  const { signal } = controller;
  const operation = () => Promise.reject(asked);
  await expect(retryOperation(operation, { ...quick, signal, onRetry })).rejects.toBe(asked);
  expect(onRetry.mock.calls).toEqual([[{ attempt: 1, delayMs: 60_000 }]]);
});

test('Retry-After may be seconds or a date', () => {
  const now = Date.UTC(2026, 10, 22, 12);
  expect(parseRetryAfter('7', now)).toBe(7000);
  expect(parseRetryAfter('Sun, 22 Nov 2026 12:00:05 GMT', now)).toBe(5000);
  expect(parseRetryAfter('Sun, 22 Nov 2026 11:00:00 GMT', now)).toBe(0);
  expect([parseRetryAfter('soon', now), parseRetryAfter(null, now)]).toEqual([undefined, undefined]);
});

test('an error response without problem details still becomes an error', async () => {
  expect(
    await errorFromResponse(new Response('<html>', { status: 502, headers: { 'Content-Type': 'text/html' } }), 'OTHER'),
  ).toMatchObject({
    code: 'HTTP_502',
    status: 502,
    retryable: true,
    message: 'Not an answer of this server: 502 text/html',
  });
});
