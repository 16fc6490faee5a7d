import { describe, expect, it } from 'vitest';
import { explainFailure } from './errors.ts';

const explain = (status: number, body: unknown = {}, headers: Record<string, string> = {}) => {
  const { error, charged } = explainFailure({ status, body, headers });
  return { code: error.code, retryable: error.retryable, message: error.message, charged };
};
const problem = (type: string, field = 'image_url') => ({ detail: [{ loc: ['body', field], msg: 'secret', type }] });

describe("fal's errors in our words", () => {
  it.each([
    [504, 'request_timeout', 'PROVIDER_TIMEOUT'],
    [504, 'startup_timeout', 'PROVIDER_TIMEOUT'],
    [503, 'runner_scheduling_failure', 'PROVIDER_BUSY'],
    [503, 'runner_connection_timeout', 'PROVIDER_UNAVAILABLE'],
    [503, 'runner_connection_refused', 'PROVIDER_UNAVAILABLE'],
    [503, 'runner_connection_error', 'PROVIDER_UNAVAILABLE'],
    [503, 'runner_disconnected', 'PROVIDER_UNAVAILABLE'],
    [502, 'runner_incomplete_response', 'PROVIDER_UNAVAILABLE'],
    [500, 'runner_server_error', 'GENERATION_FAILED'],
    [500, 'internal_error', 'GENERATION_FAILED'],
    [499, 'client_disconnected', 'PROVIDER_UNAVAILABLE'],
  ])('%i %s may pass, unless fal says that it does not', (status, type, code) => {
    expect(explain(status, { detail: 'x', error_type: type })).toMatchObject({ code, retryable: true, charged: 'no' });
    expect(explain(status, {}, { 'x-fal-error-type': type }).code).toBe(code);
    expect(explain(status, { error_type: type }, { 'x-fal-retryable': 'false' }).retryable).toBe(false);
  });

  it.each([
    ['content_policy_violation', 'CONTENT_REFUSED', false],
    ['image_too_small', 'IMAGE_TOO_SMALL', false],
    ['image_too_large', 'IMAGE_TOO_MANY_PIXELS', false],
    ['file_too_large', 'FILE_TOO_LARGE', false],
    ['image_load_error', 'IMAGE_UNDECODABLE', false],
    ['file_download_error', 'PROVIDER_UNAVAILABLE', true],
    ['no_media_generated', 'GENERATION_FAILED', true],
    ['generation_timeout', 'PROVIDER_TIMEOUT', true],
  ])('422 %s is tried again only where that can help and fal agrees', (type, code, again) => {
    expect(explain(422, problem(type))).toMatchObject({ code, retryable: false, charged: 'perhaps' });
    expect(explain(422, problem(type), { 'x-fal-retryable': 'false' }).retryable).toBe(false);
    expect(explain(422, problem(type), { 'x-fal-retryable': 'true' }).retryable).toBe(again);
  });

  it('names the options that the model refuses, and nothing else of what fal says', () => {
    expect(explain(422, problem('literal_error', 'texture_size'))).toMatchObject({
      code: 'PROVIDER_REFUSED',
      message: 'The model rejected these values: texture_size',
    });
    expect(explain(422, problem('literal_error', '<script>')).message).toBe('The model rejected the request');
    expect(explain(422, { detail: [null, 7, { loc: 'x', type: 'toString' }] }).code).toBe('PROVIDER_REFUSED');
  });

  it.each([401, 402, 403])('%i is about the key or its credit', (status) => {
    expect(explain(status, { detail: 'x' })).toMatchObject({ code: 'PROVIDER_KEY_REFUSED', retryable: false });
  });

  it.each([
    [429, 'PROVIDER_BUSY', true],
    [400, 'PROVIDER_REFUSED', false],
    [404, 'PROVIDER_REFUSED', false],
    [503, 'PROVIDER_BUSY', true],
    [504, 'PROVIDER_TIMEOUT', true],
    [500, 'PROVIDER_UNAVAILABLE', true],
    [502, 'PROVIDER_UNAVAILABLE', true],
  ])('%i without a word of its own is %s', (status, code, retryable) => {
    for (const body of [undefined, null, 'gateway', [], { detail: 7 }]) {
      expect(explain(status, body)).toMatchObject({ code, retryable });
    }
  });
});
