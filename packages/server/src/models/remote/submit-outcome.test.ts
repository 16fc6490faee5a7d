import { describe, expect, it } from 'vitest';
import { ExchangeError } from './http.ts';
import type { Answer } from './json-client.ts';
import { errorOfStatus } from './status-error.ts';
import { submitOutcome } from './submit-outcome.ts';

const reading = {
  provider: 'Simulated',
  jobIdOf: ({ body }: Answer) => (typeof body === 'string' ? body : undefined),
  explain: ({ status }: Answer) => errorOfStatus('Simulated', status),
};
const answer = async (status: number, body: unknown = {}, headers: Record<string, string> = {}) =>
  await submitOutcome(Promise.resolve({ status, body, headers }), reading);
const failure = async (thrown: Error) => await submitOutcome(Promise.reject(thrown), reading);

describe('what became of a submit', () => {
  it('is that it was accepted, where the answer names the job', async () => {
    expect(await answer(201, 'job')).toEqual({ outcome: 'accepted', jobId: 'job' });
  });

  it.each([200, 100, 408, 409, 425, 499, 500, 502, 504])(
    'is unknown where the answer names no job or may be a gateway’s (%i)',
    async (status) => {
      expect(await answer(status)).toMatchObject({ outcome: 'unknown' });
    },
  );

  it('is unknown where the request was sent and no answer came, and certain where it was not', async () => {
    expect(await failure(new ExchangeError('cut', true))).toMatchObject({ outcome: 'unknown' });
    expect(await failure(new ExchangeError('no route', false))).toMatchObject({
      outcome: 'refused',
      error: { code: 'PROVIDER_UNAVAILABLE', retryable: true },
    });
    await expect(failure(new TypeError('a bug'))).rejects.toThrow('a bug');
  });

  it.each([
    [302, 'PROVIDER_UNAVAILABLE', false],
    [401, 'PROVIDER_KEY_REFUSED', false],
    [402, 'PROVIDER_KEY_REFUSED', false],
    [404, 'PROVIDER_REFUSED', false],
    [422, 'PROVIDER_REFUSED', false],
    [429, 'PROVIDER_BUSY', true],
  ])('is that it was not accepted, for %i', async (status, code, retryable) => {
    expect(await answer(status)).toMatchObject({ outcome: 'refused', error: { code, retryable } });
  });

  it('has the wait that the provider asks for, within bounds', async () => {
    const wait = async (value: string) => {
      const outcome = await answer(429, {}, { 'retry-after': value });
      return 'retryAfterMs' in outcome ? outcome.retryAfterMs : undefined;
    };
    expect(await wait('2')).toBeGreaterThanOrEqual(2000);
    expect(await wait('2')).toBeLessThan(2300);
    expect(await wait('999999')).toBeLessThan(61_000);
    for (const odd of ['soon', '-1', '1e9', '']) expect(await wait(odd)).toBeUndefined();
  });
});
