import type { ErrorCode } from '@image2model/protocol';
import { ModelError } from '../errors.ts';

/** An error answer of fal, as far as it is looked at. Headers by lower-case name. */
export interface ErrorAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed JSON; undefined where it is none. */
  body: unknown;
}

interface Meaning {
  code: ErrorCode;
  /** For the person whose photo it is. */
  message: string;
  /** Whether the very same request may succeed later, where fal says nothing or agrees. */
  again?: boolean;
}

/** fal's errors of a request: its own infrastructure failed. fal does not charge for these. */
const requestErrors: Readonly<Record<string, Meaning>> = {
  request_timeout: { code: 'PROVIDER_TIMEOUT', message: 'The model took longer at fal.ai than it may', again: true },
  startup_timeout: { code: 'PROVIDER_TIMEOUT', message: 'fal.ai could not start the model in time', again: true },
  runner_scheduling_failure: { code: 'PROVIDER_BUSY', message: 'fal.ai has no machine free for this', again: true },
  runner_connection_timeout: lostMachine(),
  runner_connection_refused: lostMachine(),
  runner_connection_error: lostMachine(),
  runner_disconnected: lostMachine(),
  runner_incomplete_response: lostMachine(),
  runner_server_error: { code: 'GENERATION_FAILED', message: 'The model failed at fal.ai', again: true },
  internal_error: { code: 'GENERATION_FAILED', message: 'Something went wrong inside fal.ai', again: true },
  client_disconnected: { code: 'PROVIDER_UNAVAILABLE', message: 'fal.ai lost its connection to us', again: true },
  client_cancelled: { code: 'GENERATION_FAILED', message: 'The request was cancelled at fal.ai' },
  bad_request: { code: 'PROVIDER_REFUSED', message: 'fal.ai refuses the request' },
};

/** fal's errors of a model: it did not like what it was given, or made nothing of it. */
const modelErrors: Readonly<Record<string, Meaning>> = {
  content_policy_violation: { code: 'CONTENT_REFUSED', message: 'fal.ai refuses this photo because of what it shows' },
  image_too_small: { code: 'IMAGE_TOO_SMALL', message: 'The photo is too small for this model' },
  image_too_large: { code: 'IMAGE_TOO_MANY_PIXELS', message: 'The photo has too many pixels for this model' },
  file_too_large: { code: 'FILE_TOO_LARGE', message: 'The file of the photo is too large for this model' },
  image_load_error: { code: 'IMAGE_UNDECODABLE', message: 'The model cannot read this photo' },
  unsupported_image_format: { code: 'UNSUPPORTED_IMAGE_TYPE', message: 'The model does not take this kind of photo' },
  no_media_generated: { code: 'GENERATION_FAILED', message: 'The model made nothing of this photo', again: true },
  file_download_error: { code: 'PROVIDER_UNAVAILABLE', message: 'The model could not fetch the photo', again: true },
  generation_timeout: { code: 'PROVIDER_TIMEOUT', message: 'The model took too long', again: true },
  internal_server_error: { code: 'GENERATION_FAILED', message: 'The model failed at fal.ai', again: true },
  downstream_service_error: { code: 'GENERATION_FAILED', message: 'A service behind the model failed', again: true },
  downstream_service_unavailable: {
    code: 'PROVIDER_UNAVAILABLE',
    message: 'A service behind the model does not answer',
    again: true,
  },
};

/** A failure in our words, and what fal charges for it: nothing where it failed itself, perhaps where the model did. */
export interface FalFailure {
  error: ModelError;
  charged: 'no' | 'perhaps';
}

/** Puts an error answer of fal into our words. Nothing of fal's own text is in them: it may be anything. */
export function explainFailure(answer: ErrorAnswer): FalFailure {
  const { status, headers } = answer;
  const says = String(headers['x-fal-retryable'] ?? '').toLowerCase();
  const { code, message, again = false } = meaningOf(answer);
  // A model's error is repeated only where fal says that it may; its infrastructure's, unless fal says that it may not.
  const agrees = status === 422 ? says === 'true' : says !== 'false';
  return {
    error: new ModelError(code, message, { retryable: again && agrees }),
    charged: status === 422 ? 'perhaps' : 'no',
  };
}

/** fal's own word for what a request failed of, if it gave one. */
export function errorType({ headers, body }: Pick<ErrorAnswer, 'headers' | 'body'>): string | undefined {
  const header = headers['x-fal-error-type'];
  if (typeof header === 'string' && header !== '') return header;
  const named = record(body)?.['error_type'];
  return typeof named === 'string' && named !== '' ? named : undefined;
}

/** The key is refused, or the account behind it has no credit left. */
export function keyRefused(): ModelError {
  return new ModelError('PROVIDER_KEY_REFUSED', "fal.ai refuses this server's key, or the account has no credit left");
}

function meaningOf(answer: ErrorAnswer): Meaning {
  const { status, body } = answer;
  if (status === 401 || status === 402 || status === 403) {
    const { code, message } = keyRefused();
    return { code, message };
  }
  if (status === 429) return { code: 'PROVIDER_BUSY', message: 'fal.ai takes no more requests just now', again: true };
  const type = errorType(answer);
  const known = type === undefined ? undefined : (own(requestErrors, type) ?? own(modelErrors, type));
  if (known !== undefined) return known;
  const problems: unknown = record(body)?.['detail'];
  if (Array.isArray(problems)) return meaningOfProblems(problems);
  if (status === 404) return { code: 'PROVIDER_REFUSED', message: 'fal.ai does not have this model any more' };
  if (status === 408 || status === 504) {
    return { code: 'PROVIDER_TIMEOUT', message: 'fal.ai did not answer in time', again: true };
  }
  if (status === 503) return { code: 'PROVIDER_BUSY', message: 'fal.ai is too busy for this', again: true };
  if (status >= 500) return { code: 'PROVIDER_UNAVAILABLE', message: 'fal.ai does not work just now', again: true };
  return { code: 'PROVIDER_REFUSED', message: 'fal.ai refuses the request' };
}

/** The first problem that has a meaning of its own; options that the validator dislikes otherwise. */
function meaningOfProblems(problems: readonly unknown[]): Meaning {
  for (const problem of problems.slice(0, 20)) {
    const type = record(problem)?.['type'];
    const known = typeof type === 'string' ? own(modelErrors, type) : undefined;
    if (known !== undefined) return known;
  }
  const fields = problems.slice(0, 5).flatMap((problem) => {
    const place = record(problem)?.['loc'];
    const field: unknown = Array.isArray(place) ? place.at(-1) : undefined;
    return typeof field === 'string' && /^[a-z_]{1,40}$/i.test(field) && field !== 'body' ? [field] : [];
  });
  const named = fields.length > 0 ? `: ${[...new Set(fields)].join(', ')}` : '';
  return { code: 'PROVIDER_REFUSED', message: `The model refuses what it was given${named}` };
}

function lostMachine(): Meaning {
  return { code: 'PROVIDER_UNAVAILABLE', message: 'fal.ai lost the machine that worked on this', again: true };
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
